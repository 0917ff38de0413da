import type { ReceiverOptions, SessionOptions } from "../core/contract.js";

/** Headers, or what gives them. A function is called anew at each attempt, so that a token can be refreshed. */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/** What a client calls to open a connection: `fetch`, or something that behaves like it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** When and how to reconnect. */
export interface RetryOptions extends SessionOptions {}

/**
 * Options of an {@link SSEClient}. Besides those here: `dedup` (1000), `maxLineBytes` (16 MiB), `maxEventBytes` (16 MiB).
 *
 * @example
 * new SSEClient("/api/events", { headers: async () => ({ authorization: `Bearer ${await token()}` }), events: ["progress"] });
 */
export interface SSEClientOptions extends ReceiverOptions {
  /** The HTTP method. Default `"GET"`, or `"POST"` where there is a `body`. */
  readonly method?: string;
  /** The request's body, sent again at each attempt; therefore no stream. */
  readonly body?: Exclude<BodyInit, ReadableStream>;
  /** Headers besides `Accept` and `Last-Event-ID`. A function that throws counts as a failed attempt. */
  readonly headers?: HeadersSource;
  /** Send cookies and credentials to other origins too. Default false: to the same origin only. */
  readonly withCredentials?: boolean;
  /** Dispatch only events of these types; the others count as received. Default: all. */
  readonly events?: readonly string[];
  /** When to reconnect: `attempts` (Infinity) in a row, `baseMs` (1000) and `maxMs` (30000), full jitter. */
  readonly retry?: RetryOptions;
  /** The id to resume after on the first connection, as kept from an earlier page. Default: none. */
  readonly lastEventId?: string;
  /** Used in place of the global `fetch`. Default: the global, looked up at each attempt. */
  readonly fetch?: FetchLike;
  /** Closes the client when it aborts; a client made with an aborted one never connects. */
  readonly signal?: AbortSignal;
  /** @internal Time and chance, for tests. */
  readonly clock?: Clock;
}

/** @internal Where a client has its time from. Default: the page's. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimer(run: () => void, delayMs: number): unknown;
  clearTimer(timer: unknown): void;
}
