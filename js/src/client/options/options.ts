import type { SessionOptions } from "../../core/contract.js";
import type { ReceiverOptions } from "../../shared/receiver.js";
import type { Clock } from "./clock.js";
import type { Parse, Schemas } from "./parse.js";

// `HeadersInit` and `BodyInit` are the DOM library's; `RequestInit` is Node's, too.
type HeadersLike = NonNullable<RequestInit["headers"]>;
type BodyLike = NonNullable<RequestInit["body"]>;

/** Headers, or what gives them. A function is called anew at each attempt, so that a token can be refreshed. */
export type HeadersSource = HeadersLike | (() => HeadersLike | Promise<HeadersLike>);

/** What a client calls to open a connection: `fetch`, or something that behaves like it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** When and how to reconnect. */
export type RetryOptions = Pick<SessionOptions, "attempts" | "baseMs" | "maxMs" | "serverMinMs" | "serverMaxMs">;

/** When to stop trying for a while. */
export type BreakerOptions = Pick<SessionOptions, "failures" | "coolDownMs">;

/** How to get events where streaming is impossible. */
export interface FallbackOptions {
  /** What to poll, relative to the document. Default: the stream's own URL, which a Millrace server answers with JSON. */
  readonly poll?: string | URL;
  /** Milliseconds between two polls while events come; up to four times as long while none do. Default 5000. */
  readonly everyMs?: number;
  /** After how many attempts in a row that brought nothing, at least 1. Default 3. */
  readonly afterAttempts?: number;
}

/** Something that happened on the wire. */
export interface TapeEntry {
  /** Milliseconds since the client was made. */
  readonly atMs: number;
  /**
   * `connect`: a request is made; `open`: the stream begins; `bytes`: a chunk of it; `end`: it failed or ended. A poll that
   * is answered is recorded as the stream that would have brought its events. What the client drops itself has no `end`.
   */
  readonly kind: "connect" | "open" | "bytes" | "end";
  readonly bytes?: Uint8Array;
}

/** Takes what comes over the wire, as it comes; see `createTape` in `millrace/testing`. */
export interface Tape {
  write(entry: TapeEntry): void;
}

/**
 * Options of an {@link SSEClient}. Besides those here: `dedup` (1000), `maxLineBytes` (16 MiB), `maxEventBytes` (16 MiB).
 *
 * @example
 * new SSEClient("/api/events", { headers: async () => ({ authorization: `Bearer ${await token()}` }), events: ["progress"] });
 */
export interface SSEClientOptions<Events extends object = object> extends ReceiverOptions {
  /** The HTTP method. Default `"GET"`, or `"POST"` where there is a `body`. */
  readonly method?: string;
  /** The request's body; therefore no stream. */
  readonly body?: Exclude<BodyLike, ReadableStream>;
  /**
   * How a request that is no GET is made again when its answer is cut. `"same"`: the same request, with the cursor; all of
   * them carry one `Idempotency-Key`, so that the server can tell them from a new order. `"get"`: by a GET without the body,
   * once an id was received. Default: `"same"` where the stream said at its beginning that it resumes, as Millrace's do that
   * read a channel; otherwise a cut answer is an error and final, for it might be made, and paid for, twice.
   */
  readonly resumeBy?: "same" | "get";
  /**
   * What the end of an answer that came whole, from a server that is not Millrace, is: `"reconnect"`, as EventSource does, or
   * `"close"`, the end of the stream. Default: `"reconnect"` for GET, `"close"` for every other method. A server of Millrace's
   * says it itself.
   */
  readonly onEnd?: "close" | "reconnect";
  /**
   * Where the cursor goes: into the header `Last-Event-ID`, or the query parameter `lastEventId`, which a Millrace server reads,
   * too. Default: the header; on another origin the query, since a header would have to be allowed there (CORS). `events` go the same way, as
   * `X-Event-Types` or `eventTypes`; on another origin only where this option is given.
   */
  readonly cursorIn?: "header" | "query";
  /** Send the `Idempotency-Key` with a request that is no GET. Default: on the page's own origin only, for the same reason. */
  readonly idempotency?: boolean;
  /**
   * Whether an answer that is no stream is the last word, so that the client gives up. Default: every status but 408, 425,
   * 429 and, for GET, 5xx; for other methods of these only 503, for the others may have done what was asked for.
   *
   * @example
   * isFinal: ({ status }) => status === 410 // everything else is tried again
   */
  readonly isFinal?: (response: Response) => boolean;
  /**
   * Called when the server answers 401: renew what lets the user in, and the request is made once more, with headers asked for
   * anew. An answer of `false`, or what it throws, makes the 401 final.
   */
  readonly onUnauthorized?: (response: Response) => unknown;
  /**
   * What an event's data is made of its text, for `on` and the hook: `"json"`, `"text"`, or what the function makes of it;
   * one for all types or one for each. Default: what a Millrace server published is what was published; `on` expects JSON of
   * other servers, too, and the hook leaves their texts as they are. A type with a `schema` is JSON.
   */
  readonly parse?: Parse | { readonly [type: string]: Parse };
  /** Headers besides `Accept`, `Last-Event-ID` and `Idempotency-Key`. A function that throws counts as a failed attempt. */
  readonly headers?: HeadersSource;
  /** Send cookies and credentials to other origins too. Default false: to the same origin only. */
  readonly withCredentials?: boolean;
  /**
   * Dispatch only events of these types; the others count as received, without ever being made a string. A Millrace server of the page's own
   * origin is told, and does not send them; see `cursorIn`. Default: all.
   */
  readonly events?: readonly string[];
  /** Validators by event type, of any Standard Schema library (zod, valibot, …), for `on`. They must be synchronous. */
  readonly schema?: Schemas<Events>;
  /**
   * When to reconnect: `attempts` (Infinity) in a row, `baseMs` (1000) and `maxMs` (30000), full jitter. A server's `retry`
   * replaces `baseMs`; it counts as `serverMinMs` (500) at least, and like its `Retry-After` as `serverMaxMs` (an hour) at most.
   */
  readonly retry?: RetryOptions;
  /**
   * After `failures` (5) connections in a row that did not hold, none is made for `coolDownMs` (30000). One holds that brings
   * an event or a heartbeat after five seconds. False: never.
   */
  readonly breaker?: BreakerOptions | false;
  /**
   * A connection that is silent for so long is dropped and made again. Default: what the server's `X-Silence-Threshold` says
   * (seconds), else 45000. 0: never.
   */
  readonly silenceMs?: number;
  /**
   * The type of the server's heartbeat events, where they are events. Default `"heartbeat"`. Comments whose text begins with
   * `heartbeat` are heartbeats in any case; other comments are none.
   */
  readonly heartbeatEvent?: string;
  /**
   * Where `afterAttempts` (3) in a row bring nothing, or a proxy holds the stream's heartbeats back, poll the same history from the same cursor,
   * and try to stream again every now and then. A request that may be made once only (a POST without `resumeBy`) never polls.
   * Default: no polling.
   */
  readonly fallback?: FallbackOptions;
  /**
   * One connection for all tabs of the browser that would make the same request (URL, method, headers, body, credentials,
   * `events`) for the same `user`; the others get what the one that has it receives, the last 200 events of before included,
   * and one of them takes it over when that tab goes, is frozen, or is hidden with `pauseWhenHidden`. The end of the stream, and
   * an error that is final, are one for all of them. A string names the connection: tabs with the same name, and the same
   * `user` and `events`, share it. Needs a secure context (Web Locks); elsewhere each tab has its own. So has one whose request
   * nobody can compare: with `headers` from a function, or `withCredentials`, and without `user` or a name; or with a body of
   * files. Default false.
   */
  readonly shareAcrossTabs?: boolean | string;
  /** Who the user is, for `shareAcrossTabs`: tabs of different users never share a connection. Null is nobody. It is not sent. */
  readonly user?: string | null;
  /**
   * Drop the connection while the page is hidden; it resumes when it is visible. An answer that may not be asked for again (see
   * `resumeBy`) stays. Default false.
   */
  readonly pauseWhenHidden?: boolean;
  /**
   * `"eventsource"`: by the browser's own EventSource, for what only that can do; without headers, method, body, and with
   * the events that `events` names (and `message`). Default `"fetch"`.
   */
  readonly transport?: "fetch" | "eventsource";
  /**
   * The id to resume after on the first connection, as kept from an earlier page. One that cannot be sent (see
   * `client.lastEventId`) is refused. Default: none.
   */
  readonly lastEventId?: string;
  /** Used in place of the global `fetch`. Default: the global, looked up at each attempt. */
  readonly fetch?: FetchLike;
  /** Closes the client when it aborts; a client made with an aborted one never connects. */
  readonly signal?: AbortSignal;
  /** Keep the last transitions (100, or so many) in `client.transitions`. Default false. */
  readonly debug?: boolean | number;
  /** Records what comes over the wire. */
  readonly tape?: Tape;
  /** @internal Time and chance, for tests. */
  readonly clock?: Clock;
}

/** Whether the request, made twice, does no more than made once (RFC 9110, 9.2.1). */
export function isSafe({ method, body }: SSEClientOptions): boolean {
  return method == null ? body == null : /^(GET|HEAD)$/i.test(method);
}

/** Whether the request may be made once only, as far as its options say. */
export function isOnce(options: SSEClientOptions): boolean {
  return !isSafe(options) && options.resumeBy === undefined;
}

/** Whether a stream is at its end where its answer is, and does not say so itself. */
export function endsWithItsAnswer(options: SSEClientOptions): boolean {
  return options.onEnd === undefined ? !isSafe(options) : options.onEnd === "close";
}

/** What the options say to the session. */
export function sessionOptionsOf(options: SSEClientOptions): SessionOptions {
  const { retry, breaker, fallback, silenceMs, pauseWhenHidden } = options;
  // The browser's EventSource shows no comments, so a quiet stream cannot be told from a dead one.
  const silence = silenceMs ?? (options.transport === "eventsource" ? 0 : undefined);
  return {
    ...retry,
    ...(breaker === false ? { failures: 0 } : breaker),
    ...(silence !== undefined && { silenceMs: silence }),
    // A poll would be the same request once more.
    ...(fallback &&
      !isOnce(options) && { pollEveryMs: fallback.everyMs ?? 5000, pollAfter: fallback.afterAttempts ?? 3 }),
    pausesWhenHidden: pauseWhenHidden ?? false,
  };
}
