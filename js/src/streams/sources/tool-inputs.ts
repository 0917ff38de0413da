import type { ModelPart } from "./model-part.js";

interface Tool {
  readonly id: string;
  readonly name: string;
  readonly deltas: string[];
}

/** The inputs of tools, which come in pieces and are JSON as a whole. */
export class ToolInputs {
  readonly #tools = new Map<string | number, Tool>();

  /** @param key - by which its pieces are told from those of others. */
  begin(key: string | number, id: string, name: string): void {
    this.#tools.set(key, { id, name, deltas: [] });
  }

  has(key: string | number): boolean {
    return this.#tools.has(key);
  }

  *add(key: string | number, delta: string): Generator<ModelPart> {
    const tool = this.#tools.get(key);
    if (tool === undefined || delta === "") return;
    tool.deltas.push(delta);
    yield { type: "tool-input", id: tool.id, name: tool.name, delta };
  }

  /** @param whole - where the provider says it once more. */
  *end(key: string | number, whole?: string): Generator<ModelPart> {
    const tool = this.#tools.get(key);
    if (tool === undefined) return;
    this.#tools.delete(key);
    yield { type: "tool-call", id: tool.id, name: tool.name, input: parsed(whole ?? tool.deltas.join("")) };
  }

  *endAll(): Generator<ModelPart> {
    for (const key of [...this.#tools.keys()]) yield* this.end(key);
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
