import type { CloseReason } from "./options.js";
import type { SSEStream } from "./stream.js";

/** A stream that never began: its client was answered otherwise. */
export function endedStream(reason: CloseReason): SSEStream {
  return {
    stream: new ReadableStream({ start: (controller) => controller.close() }),
    id: "s0",
    closed: Promise.resolve(reason),
    signal: AbortSignal.abort(reason),
    send: () => ({ id: null }),
    comment: () => ({ id: null }),
    close: () => {},
  };
}
