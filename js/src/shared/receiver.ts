/**
 * The parser of event streams, as the WebAssembly module, the JavaScript core and the addon have it. One set of vectors
 * (`tests/vectors`) runs against all of them.
 */

/** One thing found in a stream of bytes, in the order of the stream. */
export type ParsedItem =
  | {
      readonly kind: "event";
      /** The event type; `"message"` where the stream names none. */
      readonly type: string;
      readonly data: string;
      /** The last event ID in force when this event was dispatched; `""` when there was none. */
      readonly lastEventId: string;
      /** Only where it is true: the data was sent `raw`, a text of its own, and is no JSON. */
      readonly isRaw?: boolean;
    }
  /** A `retry` field: the reconnection time the server asks for, in milliseconds (at most 4294967295). */
  | { readonly kind: "retry"; readonly ms: number }
  | {
      readonly kind: "error";
      readonly code: ParseErrorCode;
      /** The limit that was exceeded, in bytes; 0 for `INVALID_UTF8`. */
      readonly limit: number;
    };

/**
 * - `LINE_TOO_LONG`, `EVENT_TOO_LARGE`: the event is dropped up to its blank line (its `id` and `retry` still count), and
 *   parsing goes on with the next one.
 * - `INVALID_UTF8`: stands right before the event it is about, which is delivered with U+FFFD in place of the bad bytes.
 */
export type ParseErrorCode = "LINE_TOO_LONG" | "EVENT_TOO_LARGE" | "INVALID_UTF8";

/** Options of a {@link ReceiverCore}. */
export interface ReceiverOptions {
  /** How many of the last events are remembered to drop repeats; 0 turns dedup off. Default 1000, at most 1048576. */
  readonly dedup?: number;
  /** Longest line, in bytes without its end. Comments are exempt, for they are not kept. Default 16 MiB. */
  readonly maxLineBytes?: number;
  /** Largest event: data with its inner line feeds, plus type and id, in bytes. Default 16 MiB. */
  readonly maxEventBytes?: number;
  /**
   * Only events of these types are given, `"message"` being that of events without one. The others count as received:
   * they set the last event ID, and a repeat of them is a repeat. Default: all types.
   */
  readonly events?: readonly string[];
}

/** Parser and dedup window of one connection after another: bytes in, events out. */
export interface ReceiverCore {
  /**
   * Takes the next bytes of the stream, cut anywhere, and gives what they complete. An event is left out when an earlier
   * connection brought the same `id`, type and data, among the last `dedup` events; on a stream of Millrace's, which says so
   * in its first event, when it brought the same `id`. Events without an own id are never left out, and neither is one that
   * is the same as another of its connection.
   */
  feed(chunk: Uint8Array): ParsedItem[];
  /** A new connection begins: the unfinished line and event are forgotten, the last event ID and the window are kept. */
  reset(): void;
  /** The last event ID of the last finished block (an empty line), delivered or not; `""` at first. */
  readonly lastEventId: string;
  /**
   * Heartbeats so far, over all connections: finished comment lines whose text, behind one space or none, begins with
   * `heartbeat` (`: heartbeat`, `:heartbeat 7`). Other comments are none, and neither are events.
   */
  readonly heartbeats: number;
}
