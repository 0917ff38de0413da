import type { ModelPart } from "./model-part.js";
import { ModelStream } from "./model-stream.js";
import { OpenAIChatReader } from "./openai-chat.js";
import { isOfResponses, OpenAIResponsesReader } from "./openai-responses.js";
import { DONE_DATA, type Upstream, UpstreamEvents } from "./upstream.js";
import { cut, errorOfEvent } from "./upstream-errors.js";

/**
 * A model's answer of OpenAI, or of whatever speaks its API: Chat Completions and Responses, as `fetch` gives it or as the client of the package `openai`
 * does. Only the first choice is read.
 *
 * Reading it throws a `SourceError`: `RATE_LIMITED` with `retryAfterMs`, `CONTENT_FILTERED`, `UPSTREAM_CUT`, `UPSTREAM_ERROR`.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 * @example
 * createChatStream(hub, { request, conversationId, source: ({ messages, signal }) =>
 *   fromOpenAI(openai.chat.completions.create({ model, messages: messages.map(({ role, content }) => ({ role, content })), stream: true }, { signal })) });
 */
export function fromOpenAI(response: Upstream): ModelStream {
  const upstream = new UpstreamEvents(response);
  return new ModelStream(() => ({ parts: partsOf(upstream), cancel: () => upstream.cancel() }));
}

async function* partsOf(upstream: UpstreamEvents): AsyncGenerator<ModelPart, void, undefined> {
  let reader: OpenAIChatReader | OpenAIResponsesReader | undefined;
  let isDone = false;
  for await (const event of upstream.read()) {
    isDone = event === DONE_DATA;
    if (isDone) break;
    const { type, error, choices } = Object(event);
    const isFailed = (typeof error === "object" && error !== null) || (typeof error === "string" && error !== "");
    if (type === "error" || (isFailed && !isOfResponses(type))) throw errorOfEvent(event);
    if (type === "message_start") throw new TypeError("This is an answer of Anthropic's API: fromAnthropic reads it");
    if (choices !== undefined) reader ??= new OpenAIChatReader();
    else if (isOfResponses(type)) reader ??= new OpenAIResponsesReader();
    // Others are a server's own, as pings are.
    if (reader !== undefined) yield* reader.take(event);
  }
  if (reader === undefined) throw cut();
  yield* reader.end(isDone);
}
