import type { ReceiverCore } from "../../shared/receiver.js";
import { environment } from "../lifecycle/environment.js";

/** Options of {@link readEventStream}. */
export interface ReadEventStreamOptions {
  /** Longest line, and largest event. Default 16 MiB. What is longer is left out. */
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
 * The events of a body, as it comes: any server's event stream, read with Millrace's parser. A last event that is not finished is none, as the standard has it.
 *
 * @throws what reading the body throws. Leaving the loop cancels it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @example
 * const response = await fetch(url, { headers: { accept: "text/event-stream" } });
 * for await (const { type, data } of readEventStream(response.body)) console.log(type, data);
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | null,
  { maxBytes = MOST_BYTES }: ReadEventStreamOptions = {},
): AsyncGenerator<StreamedEvent, void, undefined> {
  const receiver: ReceiverCore = new (environment().binding.Receiver)(0, maxBytes, maxBytes);
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    for (const item of receiver.feed(chunk)) {
      if (item.kind !== "event") continue;
      yield { type: item.type, data: item.data, id: item.lastEventId };
    }
  }
}
