import type { MessagePart } from "../chat/part-events.js";
import type { ModelPart, ModelUsage } from "./model-part.js";
import { ModelStream } from "./model-stream.js";
import { SourceError } from "./source-error.js";
import { textOf } from "./text-of.js";
import { DONE_DATA, type Upstream, UpstreamEvents } from "./upstream.js";
import { cut, errorOfEvent } from "./upstream-errors.js";
import { countsOf, usageOf } from "./usage.js";

/**
 * A UI message stream of the AI SDK: `result.toUIMessageStream()`, or the `Response` of a route that gives one. `createChat` passes all its parts on; others take its texts,
 * reasoning and tools.
 *
 * Reading it throws a `SourceError`: `UPSTREAM_ERROR` with the stream's own `errorText`, which is made for readers; `UPSTREAM_CUT` where it ends without its end.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export function fromUIMessageStream(stream: Upstream | ReadableStream<unknown>): ModelStream {
  const upstream = new UpstreamEvents(stream as Upstream); // a ReadableStream of Node's is an async iterable
  return new ModelStream(() => {
    const cancel = () => upstream.cancel();
    return { parts: partsOf(messageParts(upstream)), messageParts: messageParts(upstream), cancel };
  });
}

async function* messageParts(upstream: UpstreamEvents): AsyncGenerator<MessagePart, void, undefined> {
  let isWhole = false;
  for await (const event of upstream.read()) {
    if (event === DONE_DATA) return;
    if (typeof Object(event).type !== "string") throw errorOfEvent(event);
    const part = event as MessagePart;
    isWhole ||= part.type === "finish" || part.type === "abort" || part.type === "error";
    yield part;
  }
  if (!isWhole) throw cut();
}

async function* partsOf(stream: AsyncIterable<MessagePart>): AsyncGenerator<ModelPart, void, undefined> {
  const names = new Map<unknown, string>();
  for await (const part of stream) {
    const { type, delta, toolCallId, toolName, inputTextDelta, input, errorText } = part;
    if (type === "text-delta") yield* textOf("text", delta);
    if (type === "reasoning-delta") yield* textOf("reasoning", delta);
    if (type === "tool-input-start") names.set(toolCallId, String(toolName));
    if (type === "tool-input-delta") {
      const name = names.get(toolCallId) ?? "";
      yield { type: "tool-input", id: String(toolCallId), name, delta: String(inputTextDelta ?? "") };
    }
    if (type === "tool-input-available")
      yield { type: "tool-call", id: String(toolCallId), name: String(toolName), input };
    if (type === "error") {
      const isText = typeof errorText === "string" && errorText !== "";
      throw isText ? new SourceError("UPSTREAM_ERROR", errorText) : errorOfEvent(part);
    }
    if (type === "abort") throw new SourceError("UPSTREAM_CUT", "The answer was stopped where it comes from");
    if (type === "finish") yield finishOf(part);
  }
}

/** Where the application puts the usage into the message's metadata. */
function finishOf({ finishReason, messageMetadata }: MessagePart): ModelPart {
  const { usage, finishReason: known = finishReason } = Object(messageMetadata);
  const reason = ["stop", "length", "tool-calls"].includes(known) ? known : known === undefined ? "stop" : "other";
  const counted: ModelUsage = { ...usageOf(usage), ...countsOf(usage) };
  return { type: "finish", reason, ...(Object.keys(counted).length > 0 && { usage: counted }) };
}
