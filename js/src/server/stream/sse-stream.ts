import type { SendReceipt, SSEMessage } from "../content/message.js";
import type { CloseReason } from "../observe/close-reason.js";

/**
 * A stream of events to one client.
 *
 * @example
 * const stream = createSSEStream({ request });
 * stream.send({ event: "progress", data: { done: 1, of: 10 } });
 * return sseResponse(stream);
 */
export interface SSEStream {
  /** The bytes, for a `Response`; {@link sseResponse} takes them with or without the stream around them. Nothing is produced before somebody reads. Of an attached stream: nothing at all. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Names the stream in this process. */
  readonly id: string;
  /** Resolves with the reason when the stream has ended; never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Aborts when the stream has ended: hand it to what produces the events. */
  readonly signal: AbortSignal;
  /**
   * Sends one event to this client only. Needs no `this`, so it can be passed to {@link registerConnection}. What is to
   * survive a reconnect belongs in a channel: a client that is cut does not get a stream's own events again. When the client
   * has gone, or the stream has ended otherwise by itself, nothing is sent and the receipt's `id` is `null`: what produces the
   * events sees it by `signal`.
   *
   * @throws SSEError `STREAM_CLOSED` after `close`; `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE` or `OVERLOADED`
   *   for this message alone: the stream goes on.
   */
  readonly send: (message: SSEMessage) => SendReceipt;
  /** Sends a comment, which clients ignore; it has no id. Throws `STREAM_CLOSED` after `close`. */
  readonly comment: (text: string) => SendReceipt;
  /**
   * Sends what is left, then ends the stream. The client is told the reason, and does not come back: its stream is complete.
   * Idempotent.
   *
   * @param reason - for the client's `close` event and `closed`, at most 1,024 characters. Default `"closed"`.
   */
  readonly close: (reason?: CloseReason) => void;
}
