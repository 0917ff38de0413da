import type { ModelFinishReason, ModelPart } from "./model-part.js";
import { asText, textOf } from "./text-of.js";
import { ToolInputs } from "./tool-inputs.js";
import { cut, errorOfEvent, filtered } from "./upstream-errors.js";
import { usageOf } from "./usage.js";

/** Of an event. */
export function isOfResponses(type: unknown): boolean {
  return typeof type === "string" && type.startsWith("response.");
}

/** Reads the events of the Responses API. */
export class OpenAIResponsesReader {
  readonly #tools = new ToolInputs();
  /** What has come in pieces, so that the whole of it says nothing new. */
  readonly #told = new Set<string>();
  #isRefusal = false;
  #hasTools = false;
  /** The event that ends it. */
  #last: { readonly type: string; readonly response: Readonly<Record<string, unknown>> } | undefined;

  *take(event: unknown): Generator<ModelPart> {
    const { type, delta, item, response, item_id, output_index: key = item_id, content_index: part } = Object(event);
    const { text, refusal, arguments: given, input = given } = Object(event);
    const place = `${key} ${part}`;
    switch (type) {
      case "response.output_text.delta":
        this.#told.add(place);
        yield* textOf("text", delta);
        break;
      case "response.output_text.done":
        if (!this.#told.has(place)) yield* textOf("text", text);
        break;
      case "response.refusal.delta":
        this.#isRefusal = true;
        this.#told.add(place);
        yield* textOf("refusal", delta);
        break;
      case "response.refusal.done":
        this.#isRefusal = true;
        if (!this.#told.has(place)) yield* textOf("refusal", refusal);
        break;
      case "response.reasoning_text.delta":
      case "response.reasoning_summary_text.delta":
        yield* textOf("reasoning", delta);
        break;
      case "response.output_item.added":
        this.#begin(key, Object(item));
        break;
      case "response.output_item.done":
        if (Object(item).status === "incomplete") break; // it was cut there
        yield* this.#tools.end(key, Object(item).arguments ?? Object(item).input);
        break;
      case "response.function_call_arguments.delta":
      case "response.custom_tool_call_input.delta":
        yield* this.#tools.add(key, delta);
        break;
      case "response.function_call_arguments.done":
      case "response.custom_tool_call_input.done":
        yield* this.#tools.end(key, input);
        break;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        this.#last = { type, response: Object(response) };
        break;
    }
  }

  /** @param key - the place in the output, for ids change with some proxies. */
  #begin(key: string | number, { type, id, call_id, name }: Record<string, unknown>): void {
    if (type !== "function_call" && type !== "custom_tool_call") return;
    this.#hasTools = true;
    this.#tools.begin(key, asText(call_id, asText(id)), asText(name));
  }

  /** @throws SourceError where that is not the end. */
  *end(): Generator<ModelPart> {
    const { type, response = {} } = this.#last ?? {};
    if (type === undefined) throw cut();
    if (type === "response.failed") throw errorOfEvent(response);
    const { reason: rawReason } = Object(response.incomplete_details);
    if (rawReason === "content_filter") throw filtered();
    yield* this.#tools.endAll(type === "response.incomplete");
    yield {
      ...{ type: "finish", reason: this.#reason(rawReason) },
      ...(typeof rawReason === "string" && { rawReason }),
      ...(response.usage !== null && response.usage !== undefined && { usage: usageOf(response.usage) }),
      ...(typeof response.model === "string" && { model: response.model }),
    };
  }

  #reason(incomplete: unknown): ModelFinishReason {
    if (incomplete === "max_output_tokens") return "length";
    if (incomplete !== undefined) return "other";
    if (this.#isRefusal) return "refusal";
    return this.#hasTools ? "tool-calls" : "stop";
  }
}
