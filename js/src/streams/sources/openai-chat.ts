import type { ModelFinishReason, ModelPart, ModelUsage } from "./model-part.js";
import { ToolInputs } from "./tool-inputs.js";
import { cut, filtered } from "./upstream-errors.js";
import { usageOf } from "./usage.js";

const REASONS: Readonly<Record<string, ModelFinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
};

/** Reads the chunks of a chat completion. */
export class OpenAIChatReader {
  readonly #tools = new ToolInputs();
  #reason: string | undefined;
  #isRefusal = false;
  #usage: ModelUsage | undefined;
  #model: string | undefined;

  *take(chunk: unknown): Generator<ModelPart> {
    const { choices, usage, model } = Object(chunk);
    if (typeof model === "string") this.#model = model;
    // In a chunk of its own, behind the last choice.
    if (usage !== undefined && usage !== null) this.#usage = usageOf(usage);
    const choice = Array.isArray(choices) ? choices.find((one) => (Object(one).index ?? 0) === 0) : undefined;
    const { delta, text, finish_reason: reason } = Object(choice);
    yield* this.#takeDelta(delta === undefined ? { content: text } : Object(delta)); // a text alone is of the older API
    if (typeof reason === "string") this.#reason = reason;
  }

  *#takeDelta({
    content,
    refusal,
    reasoning_content,
    reasoning,
    tool_calls: calls,
  }: Record<string, unknown>): Generator<ModelPart> {
    // Not OpenAI's own: those of DeepSeek, and of OpenRouter and others.
    const thought = reasoning_content ?? reasoning;
    if (isText(thought)) yield { type: "reasoning", text: thought };
    yield* partsOf(content);
    if (isText(refusal)) {
      this.#isRefusal = true;
      yield { type: "refusal", text: refusal };
    }
    for (const call of Array.isArray(calls) ? calls : []) {
      const { index = 0, id, function: asked } = Object(call);
      const { name, arguments: text } = Object(asked);
      if (!this.#tools.has(index)) this.#tools.begin(index, String(id ?? `call_${index}`), String(name ?? ""));
      if (isText(text)) yield* this.#tools.add(index, text);
    }
  }

  /** @throws SourceError where that is not the end. */
  *end(): Generator<ModelPart> {
    if (this.#reason === "content_filter") throw filtered();
    if (this.#reason === undefined) throw cut();
    yield* this.#tools.endAll();
    yield {
      ...{ type: "finish", reason: this.#isRefusal ? "refusal" : (REASONS[this.#reason] ?? "other") },
      rawReason: this.#reason,
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#model !== undefined && { model: this.#model }),
    };
  }
}

/** A text; of Mistral a list of texts and thoughts. */
function* partsOf(content: unknown): Generator<ModelPart> {
  if (isText(content)) yield { type: "text", text: content };
  for (const part of Array.isArray(content) ? content : []) {
    const { text, thinking } = Object(part);
    if (isText(text)) yield { type: "text", text };
    for (const thought of Array.isArray(thinking) ? thinking : []) {
      if (isText(Object(thought).text)) yield { type: "reasoning", text: thought.text };
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
