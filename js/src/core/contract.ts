/**
 * What every client core satisfies: the WebAssembly module and the JavaScript fall-back. One set of vectors (`tests/vectors`)
 * runs against both.
 */
import type { ParsedItem, ReceiverCore, ReceiverOptions } from "../shared/receiver.js";

/** Where a session stands; the names are API.md's. */
export type SessionState = "disconnected" | "connecting" | "connected" | "reconnecting" | "error";

/**
 * How well a connection does.
 *
 * - `healthy`: events and heartbeats come in time.
 * - `degraded`: it is connecting or waits to; one heartbeat is missing; a heartbeat was late by a second; a proxy holds the
 *   stream back; or it polls.
 * - `critical`: three attempts in a row have failed, the breaker is open or the page is offline while it waits; two
 *   heartbeats are missing; or one was late by five seconds.
 * - `disconnected`: closed, or given up.
 */
export type Health = "healthy" | "degraded" | "critical" | "disconnected";

/** What the session wants done; the caller does nothing else of its own accord. All but `none` end what is under way. */
export type SessionAction =
  | { readonly kind: "none" }
  /** Open the stream now. */
  | { readonly kind: "connect" }
  /** Nothing until {@link SessionCore.deadlineMs}. `delayMs` is Infinity where only the page's return ends it. */
  | { readonly kind: "wait"; readonly delayMs: number }
  /** Nothing follows. */
  | { readonly kind: "close" }
  /** The attempts are used up, or the failure was final; nothing follows until `start`. */
  | { readonly kind: "giveUp" }
  /** Ask once for the events after the cursor. */
  | { readonly kind: "poll" };

/** Options of a {@link SessionCore}. */
export interface SessionOptions {
  /** Attempts in a row that may fail before the session gives up. Default Infinity. */
  readonly attempts?: number;
  /** The first reconnect waits a random time below this. Default 1000. */
  readonly baseMs?: number;
  /** No wait of the back-off is longer. Default 30000. */
  readonly maxMs?: number;
  /** What a server's `retry` counts for at least. Default 500. */
  readonly serverMinMs?: number;
  /** What a server's `retry` or `Retry-After` counts for at most. Default 3600000 (an hour). */
  readonly serverMaxMs?: number;
  /** Connections in a row that did not hold after which nothing is tried for `coolDownMs`; 0: never. Default 5. */
  readonly failures?: number;
  /** Default 30000. */
  readonly coolDownMs?: number;
  /** A connection that is silent for so long is dropped, where the server names no threshold; 0: never. Default 45000. */
  readonly silenceMs?: number;
  /** How often to poll where streaming is impossible; 0: no polling. Default 0. */
  readonly pollEveryMs?: number;
  /** After how many attempts in a row that brought nothing. Default 3. */
  readonly pollAfter?: number;
  /** Drop the connection while the page is hidden. Default false. */
  readonly pausesWhenHidden?: boolean;
}

/** What the server's answer says of its stream. */
export interface StreamFacts {
  /** The silence after which the connection is to be given up. */
  readonly silenceMs?: number;
  /** The time between two heartbeats. */
  readonly heartbeatMs?: number;
}

/**
 * Why a connection is over: it failed (`transient`), it failed so that the same request would only fail again (`final`), or
 * the server ended it on purpose and wants the client back (`planned`), which is no failed attempt.
 */
export type Loss = "transient" | "final" | "planned";

/** What a poll brought; `more`: events, and the server has others for the cursor behind them already. */
export type PollResult = "events" | "nothing" | "failed" | "more";

/**
 * The client's brain, a state machine: inputs and the time in, an action out. Times are milliseconds on any monotonic clock,
 * counted in whole ones; `random` is a number in [0, 1). After each input the caller performs the action, and calls `tick`
 * at `deadlineMs`. An input that makes no sense in its state gives none.
 *
 * Backoff: the wait before attempt n (from 0) is `floor(random * min(maxMs, baseMs * 2^n))`, full jitter; a `retry` of the
 * server, from `serverMinMs` to `serverMaxMs`, replaces `baseMs`, and `maxMs` when it is larger. A wait is never shorter than
 * what `Retry-After`, the open breaker or (while offline) `maxMs` ask for.
 *
 * A connection holds once an event or a heartbeat comes five seconds after it opened, or later; until then its end counts
 * for the back-off and the breaker like that of one that never opened.
 */
export interface SessionCore {
  readonly state: SessionState;
  /** Failed attempts since the last connection that opened. */
  readonly attempts: number;
  /** Events come by polls. */
  readonly isPolling: boolean;
  /** How much longer than the fastest the last stamped heartbeat was under way; null before one came. */
  readonly latencyMs: number | null;
  health(nowMs: number): Health;
  /** When `tick` has something to do, or the health changes; Infinity: not before another input. */
  deadlineMs(nowMs: number): number;

  /** From `disconnected` or `error`: connect. From `reconnecting`: connect at once. Otherwise none. */
  start(nowMs: number): SessionAction;
  /** The user closes: idempotent, from any state. */
  close(): SessionAction;

  /** The server answered with an event stream. */
  connected(nowMs: number, facts?: StreamFacts): SessionAction;
  /** Bytes came, with so many heartbeats among them, and so many events that are none. */
  received(nowMs: number, heartbeats: number, events: number): SessionAction;
  /** A heartbeat says when it was sent, on any clock of the server's. */
  stamped(nowMs: number, sentMs: number): void;
  /** A heartbeat says in how many milliseconds the next comes, at least 1000; 0: it does not. */
  paced(everyMs: number): void;
  /** The server's `retry` field. */
  retry(ms: number): void;
  /** The connection failed or ended. */
  lost(loss: Loss, nowMs: number, random: number, retryAfterMs?: number): SessionAction;
  /** Where there is `more`, the next poll comes at once, unless it is time to try to stream. */
  polled(result: PollResult, nowMs: number, random: number, retryAfterMs?: number): SessionAction;

  online(nowMs: number, random: number): SessionAction;
  offline(): SessionAction;
  visible(nowMs: number, random: number): SessionAction;
  hidden(): SessionAction;
  /** The page comes back from the back-forward cache, which took its connections. */
  restored(nowMs: number): SessionAction;
  /** The deadline has come; an early call in a wait gets the rest of it. */
  tick(nowMs: number, random: number): SessionAction;
}

/** Options of a client's receiver. */
export interface ClientReceiverOptions extends ReceiverOptions {
  /** The type of the events that are heartbeats. Default `"heartbeat"`. */
  readonly heartbeatEvent?: string;
}

/** A chunk that came. */
export interface Arrival {
  readonly items: ParsedItem[];
  /** What the session wants done; the items are delivered before. */
  readonly action: SessionAction;
}

/** A client core: the same behaviour, whatever it is made of. */
export interface ClientCore {
  readonly implementation: "wasm" | "javascript";
  createReceiver(options?: ClientReceiverOptions): ReceiverCore;
  createSession(options?: SessionOptions): SessionCore;
  /**
   * Parses a chunk, and tells the session what it held: `stamped`, where the last heartbeat event among the items says when it
   * was sent (a whole number as `uptimeMs` or `timestamp` in its data); `paced`, where the last heartbeat says when the next comes
   * (`every=5000` in a comment, `everyMs` in its data); then `received`, with the heartbeats, comments and
   * events, and the other events, of which notices of a Millrace server are none. Both are of this core.
   */
  receive(receiver: ReceiverCore, session: SessionCore, chunk: Uint8Array, nowMs: number): Arrival;
}
