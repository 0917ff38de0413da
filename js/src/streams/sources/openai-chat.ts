import type { ModelFinishReason, ModelPart, ModelUsage } from "./model-part.js";
import { asText, textOf } from "./text-of.js";
import { ToolInputs } from "./tool-inputs.js";
import { cut, filtered } from "./upstream-errors.js";
import { usageOf } from "./usage.js";

const REASONS: ReadonlyMap<string, ModelFinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
]);

/** Reads the chunks of a chat completion. */
export class OpenAIChatReader {
  readonly #tools = new ToolInputs();
  /** By the index that the provider gives. */
  readonly #keys = new Map<unknown, { readonly key: string; readonly id: string | undefined }>();
  #calls = 0;
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
    function_call: legacy,
  }: Record<string, unknown>): Generator<ModelPart> {
    // Not OpenAI's own: those of DeepSeek, and of OpenRouter and others.
    const thought = reasoning_content ?? reasoning;
    yield* textOf("reasoning", thought);
    yield* partsOf(content);
    if (asText(refusal) !== "") this.#isRefusal = true;
    yield* textOf("refusal", refusal);
    for (const call of Array.isArray(calls) ? calls : []) yield* this.#takeCall(call);
    // Of the API's first days.
    if (legacy !== undefined && legacy !== null) yield* this.#takeCall({ index: 0, function: legacy });
  }

  *#takeCall(call: unknown): Generator<ModelPart> {
    const { index = 0, id, function: asked } = Object(call);
    if (typeof asked !== "object" || asked === null) return;
    const { name, arguments: given } = Object(asked);
    const callId = asText(id) || undefined;
    // Some number no calls, or all of them 0: another id is another call.
    const before = this.#keys.get(index);
    const isOther = callId !== undefined && before !== undefined && before.id !== undefined && before.id !== callId;
    if (before === undefined || isOther) {
      if (before !== undefined) yield* this.#tools.end(before.key);
      const key = `${index} ${this.#calls++}`;
      this.#keys.set(index, { key, id: callId });
      this.#tools.begin(key, callId ?? `call_${this.#calls - 1}`, asText(name));
    }
    const { key = "" } = this.#keys.get(index) ?? {};
    if (before !== undefined && !isOther) {
      this.#tools.name(key, callId, asText(name) || undefined);
      this.#keys.set(index, { key, id: callId ?? before.id });
    }
    yield* this.#tools.add(key, typeof given === "object" && given !== null ? JSON.stringify(given) : given);
  }

  /**
   * @param isDone - the server has said that it is the end: some give no reason.
   * @throws SourceError where that is not the end.
   */
  *end(isDone: boolean): Generator<ModelPart> {
    if (this.#reason === "content_filter") throw filtered();
    if (this.#reason === undefined && !isDone) throw cut();
    yield* this.#tools.endAll(this.#reason === "length");
    yield {
      ...{ type: "finish", reason: this.#isRefusal ? "refusal" : (REASONS.get(this.#reason ?? "stop") ?? "other") },
      ...(this.#reason !== undefined && { rawReason: this.#reason }),
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#model !== undefined && { model: this.#model }),
    };
  }
}

/** A text; of Mistral a list of texts and thoughts. */
function* partsOf(content: unknown): Generator<ModelPart> {
  yield* textOf("text", content);
  for (const part of Array.isArray(content) ? content : []) {
    const { text, thinking } = Object(part);
    yield* textOf("text", text);
    for (const thought of Array.isArray(thinking) ? thinking : []) {
      yield* textOf("reasoning", Object(thought).text);
    }
  }
}
