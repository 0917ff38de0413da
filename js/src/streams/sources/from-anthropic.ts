import type { ModelFinishReason, ModelPart, ModelUsage } from "./model-part.js";
import { ModelStream } from "./model-stream.js";
import { isOfResponses } from "./openai-responses.js";
import { asText, textOf } from "./text-of.js";
import { ToolInputs } from "./tool-inputs.js";
import { DONE_DATA, type Upstream, UpstreamEvents } from "./upstream.js";
import { cut, errorOfEvent } from "./upstream-errors.js";
import { usageOf } from "./usage.js";

const REASONS: ReadonlyMap<unknown, ModelFinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool-calls"],
  ["refusal", "refusal"],
]);

/** The model was stopped in the middle of a block, which is told to have ended all the same. */
const CUT: ReadonlySet<unknown> = new Set(["max_tokens", "model_context_window_exceeded"]);

/**
 * A model's answer of Anthropic's Messages API, as `fetch` gives it or as the client of the package `@anthropic-ai/sdk` does.
 *
 * Reading it throws a `SourceError`: `RATE_LIMITED` with `retryAfterMs`, `UPSTREAM_CUT`, `UPSTREAM_ERROR`.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 * @example
 * fromAnthropic(anthropic.messages.create({ model, max_tokens: 1024, messages, stream: true }, { signal }))
 */
export function fromAnthropic(response: Upstream): ModelStream {
  const upstream = new UpstreamEvents(response);
  return new ModelStream(() => ({ parts: partsOf(upstream), cancel: () => upstream.cancel() }));
}

async function* partsOf(upstream: UpstreamEvents): AsyncGenerator<ModelPart, void, undefined> {
  const message = new AnthropicMessage();
  for await (const event of upstream.read()) {
    const { type, choices } = Object(event);
    if (type === "error") throw errorOfEvent(event);
    if (event === DONE_DATA || choices !== undefined || isOfResponses(type))
      throw new TypeError("This is an answer of OpenAI's API: fromOpenAI reads it");
    yield* message.take(Object(event));
    if (message.isOver) return;
  }
  throw cut();
}

class AnthropicMessage {
  isOver = false;
  readonly #tools = new ToolInputs();
  /** That stand at a block's beginning. */
  readonly #inputs = new Map<number, string>();
  readonly #hasDelta = new Set<number>();
  #reason: string | undefined;
  #usage: ModelUsage = {};
  #model: string | undefined;

  *take(event: Record<string, unknown>): Generator<ModelPart> {
    const { index, content_block: block, delta } = event;
    switch (event.type) {
      case "message_start": {
        const { model, usage } = Object(event.message);
        this.#model = asText(model);
        this.#usage = usageOf(usage);
        break;
      }
      case "content_block_start":
        yield* this.#begin(index as number, Object(block));
        break;
      case "content_block_delta":
        yield* this.#add(index as number, Object(delta));
        break;
      case "content_block_stop":
        yield* this.#end(index as number);
        break;
      case "message_delta": {
        this.#reason = asText(Object(delta).stop_reason) || this.#reason;
        this.#usage = { ...this.#usage, ...usageOf(event.usage) };
        break;
      }
      case "message_stop":
        this.isOver = true;
        yield* this.#tools.endAll(CUT.has(this.#reason));
        yield this.#finish();
        break;
    }
  }

  *#begin(index: number, { type, id, name, text, input }: Record<string, unknown>): Generator<ModelPart> {
    yield* this.#tools.endWaiting();
    if (type === "tool_use" || type === "server_tool_use") {
      this.#tools.begin(index, asText(id), asText(name));
      // Where a program of the model's calls the tool, its input is there already.
      if (Object.keys(Object(input)).length > 0) this.#inputs.set(index, JSON.stringify(input));
    }
    if (type === "text") yield* textOf("text", text);
  }

  *#end(index: number): Generator<ModelPart> {
    if (!this.#hasDelta.has(index)) yield* this.#tools.add(index, this.#inputs.get(index));
    yield* this.#tools.endIfWhole(index);
  }

  *#add(index: number, delta: Record<string, unknown>): Generator<ModelPart> {
    const { type, text, thinking, partial_json: json } = delta;
    if (type === "text_delta") yield* textOf("text", text);
    if (type === "thinking_delta") yield* textOf("reasoning", thinking);
    if (type === "input_json_delta" && json !== "") this.#hasDelta.add(index);
    if (type === "input_json_delta") yield* this.#tools.add(index, json);
  }

  #finish(): ModelPart {
    const { inputTokens, outputTokens } = this.#usage;
    const isKnown = inputTokens !== undefined && outputTokens !== undefined;
    return {
      ...{ type: "finish", reason: REASONS.get(this.#reason) ?? "other" },
      ...(this.#reason !== undefined && { rawReason: this.#reason }),
      usage: { ...this.#usage, ...(isKnown && { totalTokens: inputTokens + outputTokens }) },
      ...(this.#model && { model: this.#model }),
    };
  }
}
