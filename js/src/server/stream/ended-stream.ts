import type { CloseReason } from "../observe/close-reason.js";
import type { SSEStream } from "./sse-stream.js";
import { NodeReadableStream } from "./web-streams.js";

/** A stream that never began: its client was answered otherwise. */
export function endedStream(reason: CloseReason): SSEStream {
  return {
    stream: new NodeReadableStream({ start: (controller) => controller.close() }),
    id: "s0",
    closed: Promise.resolve(reason),
    signal: AbortSignal.abort(reason),
    send: () => ({ id: null }),
    comment: () => ({ id: null }),
    close: () => {},
  };
}
