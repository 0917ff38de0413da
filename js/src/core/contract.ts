/**
 * What every client core satisfies: the WebAssembly module, the JavaScript fall-back and the addon's parser. One set of
 * vectors (`tests/vectors`) runs against all of them.
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
  /** How many of the last ids are remembered to drop repeats; 0 turns dedup off. Default 1000, at most 1048576. */
  readonly dedup?: number;
  /** Longest line, in bytes without its end. Comments are exempt, for they are never kept. Default 16 MiB. */
  readonly maxLineBytes?: number;
  /** Largest event: data with its inner line feeds, plus type and id, in bytes. Default 16 MiB. */
  readonly maxEventBytes?: number;
}

/** Parser and dedup window of one connection after another: bytes in, events out. */
export interface ReceiverCore {
  /**
   * Takes the next bytes of the stream, cut anywhere, and gives what they complete. An event that brings an `id` of its
   * own which is among the last `dedup` ids is left out; events without an own id are never left out.
   */
  feed(chunk: Uint8Array): ParsedItem[];
  /** A new connection begins: the unfinished line and event are forgotten, the last event ID and the window are kept. */
  reset(): void;
  /** The last event ID of the last finished block (an empty line), delivered or not; `""` at first. */
  readonly lastEventId: string;
}

/** Where a session stands; the names are API.md's. */
export type SessionState = "disconnected" | "connecting" | "connected" | "reconnecting" | "error";

/** What the session wants done. The caller does nothing else of its own accord. */
export type SessionAction =
  | { readonly kind: "none" }
  /** Open the connection now. */
  | { readonly kind: "connect" }
  /** Call `tick` once `delayMs` have passed. A later action replaces this one. */
  | { readonly kind: "wait"; readonly delayMs: number }
  /** Drop the connection there is; nothing follows. */
  | { readonly kind: "close" }
  /** The attempts are used up, or the failure was final; nothing follows until `start`. */
  | { readonly kind: "giveUp" };

/** Options of a {@link SessionCore}. */
export interface SessionOptions {
  /** Attempts in a row that may fail before the session gives up. Default Infinity. */
  readonly attempts?: number;
  /** The first reconnect waits a random time below this. Default 1000. */
  readonly baseMs?: number;
  /** No wait of the back-off is longer. Default 30000. */
  readonly maxMs?: number;
}

/**
 * The reconnection state machine: inputs and the time in, an action out. Times are milliseconds on any monotonic clock;
 * `random` is a number in [0, 1). Backoff: the wait before attempt n (from 0) is `floor(random * min(maxMs, baseMs * 2^n))`,
 * full jitter; a `retry` of the server replaces `baseMs`, and `maxMs` when it is larger.
 */
export interface SessionCore {
  readonly state: SessionState;
  /** Failed attempts since the last connection that opened. */
  readonly attempts: number;
  /** From `disconnected` or `error`: connect. From `reconnecting`: connect at once. Otherwise none. */
  start(): SessionAction;
  /** The server answered with an event stream. */
  connected(): SessionAction;
  /** The connection failed or ended. `final` failures are not tried again. */
  lost(final: boolean, nowMs: number, random: number): SessionAction;
  /** The server's `retry` field. */
  retry(ms: number): SessionAction;
  /** The time that a `wait` asked for has come; early calls get the rest of the wait. */
  tick(nowMs: number): SessionAction;
  /** The user closes: idempotent, from any state. */
  close(): SessionAction;
}

/** A client core: the same behaviour, whatever it is made of. */
export interface ClientCore {
  readonly implementation: "wasm" | "javascript";
  createReceiver(options?: ReceiverOptions): ReceiverCore;
  createSession(options?: SessionOptions): SessionCore;
}
