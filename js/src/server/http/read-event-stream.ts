import { SSEError } from "../../shared/errors.js";
import { NOTICE_TYPES } from "../../shared/notices.js";
import type { ReceiverCore } from "../../shared/receiver.js";
import { environment } from "../lifecycle/environment.js";

/** Options of {@link readEventStream}. */
export interface ReadEventStreamOptions {
  /** Longest line, and largest event. Default 16 MiB. */
  readonly maxBytes?: number;
}

/** An event of somebody's stream. */
export interface StreamedEvent {
  /** `"message"` where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** The id in force; `""` where there was none. */
  readonly id: string;
}

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The events of a response or its body, as they come: any server's event stream, read with Millrace's parser. A last event that is not finished is none, as the standard has it; what
 * Millrace's streams say of themselves is left out.
 *
 * @throws SSEError `LINE_TOO_LONG`, `EVENT_TOO_LARGE`; what reading the body throws. Leaving the loop cancels it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @example
 * const response = await fetch(url, { headers: { accept: "text/event-stream" } });
 * for await (const { type, data } of readEventStream(response)) console.log(type, data);
 */
export async function* readEventStream(
  given: Response | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | null,
  { maxBytes = MOST_BYTES }: ReadEventStreamOptions = {},
): AsyncGenerator<StreamedEvent, void, undefined> {
  const body = bodyOf(given);
  const receiver: ReceiverCore = new (environment().binding.Receiver)(0, maxBytes, maxBytes);
  for await (const chunk of body) {
    for (const item of receiver.feed(chunk)) {
      // Never a hole in silence.
      if (item.kind === "error" && item.code !== "INVALID_UTF8")
        throw new SSEError(item.code, `The stream has an event of more than ${item.limit} bytes`);
      if (item.kind !== "event" || item.type.startsWith(NOTICE_TYPES)) continue;
      yield { type: item.type, data: item.data, id: item.lastEventId };
    }
  }
}

function bodyOf(given: unknown): AsyncIterable<Uint8Array> {
  if (given === null || Object(given).body === null) return (async function* () {})();
  const { body = given } = Object(given);
  if (typeof Object(body)[Symbol.asyncIterator] === "function" && typeof body !== "string") return body;
  throw new TypeError("readEventStream needs a Response, its body, or an async iterable of bytes");
}
