import { isRecord } from "../../shared/is-record.js";
import { parseJson } from "../../shared/parse-json.js";
import type { ModelPart } from "./model-part.js";
import { SourceError } from "./source-error.js";

/** Of all tools of an answer, in characters. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

interface Tool {
  id: string;
  name: string;
  readonly deltas: string[];
  /** Its provider says that its input has ended, which may be told of one that was cut, too. */
  hasEnded?: boolean;
}

/** The inputs of tools, which come in pieces and are JSON as a whole. */
export class ToolInputs {
  readonly #tools = new Map<string | number, Tool>();
  #characters = 0;

  /** @param key - by which its pieces are told from those of others. */
  begin(key: string | number, id: string, name: string): void {
    this.#tools.set(key, { id, name, deltas: [] });
  }

  /** What was not known yet. */
  name(key: string | number, id: string | undefined, name: string | undefined): void {
    const tool = this.#tools.get(key);
    if (tool === undefined) return;
    if (id !== undefined) tool.id = id;
    if (name !== undefined) tool.name = name;
  }

  /** @throws SourceError where there is too much of it. */
  *add(key: string | number, delta: unknown): Generator<ModelPart> {
    const tool = this.#tools.get(key);
    if (tool === undefined || typeof delta !== "string" || delta === "") return;
    this.#characters += delta.length;
    if (this.#characters > MOST_CHARACTERS)
      throw new SourceError("UPSTREAM_ERROR", "The model asks tools for too much at once");
    tool.deltas.push(delta);
    yield { type: "tool-input", id: tool.id, name: tool.name, delta };
  }

  /** @param whole - where the provider says it once more. */
  *end(key: string | number, whole?: unknown): Generator<ModelPart> {
    const tool = this.#tools.get(key);
    if (tool === undefined) return;
    this.#tools.delete(key);
    const isText = typeof whole === "string" && whole !== "";
    const input = parsed(isText ? whole : tool.deltas.join(""));
    yield { type: "tool-call", id: tool.id, name: tool.name, input };
  }

  /** The same of one that may have been cut there: it waits for what comes next, unless its input is an object, which ends but once. */
  *endIfWhole(key: string | number): Generator<ModelPart> {
    const tool = this.#tools.get(key);
    if (tool === undefined) return;
    if (isRecord(parseJson(tool.deltas.join("")))) yield* this.end(key);
    else tool.hasEnded = true;
  }

  /** The model goes on: what waits was not cut. */
  *endWaiting(): Generator<ModelPart> {
    for (const [key, { hasEnded = false }] of [...this.#tools]) if (hasEnded) yield* this.end(key);
  }

  /** @param isCut - the model was stopped: a call that is not whole is none, and nobody may take it for one without parameters. */
  *endAll(isCut: boolean): Generator<ModelPart> {
    for (const key of [...this.#tools.keys()]) yield* isCut ? this.endIfWhole(key) : this.end(key);
    this.#tools.clear();
  }
}

/** A tool without parameters has none, in either form. */
function parsed(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
