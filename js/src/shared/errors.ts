/**
 * The stable codes of every {@link SSEError}. A message may be reworded; a code is part of the API.
 *
 * - `STREAM_CLOSED`: `send`, `comment` or `registerConnection` on a stream that the application has closed.
 * - `INVALID_FIELD`: an event type with CR, LF or NUL, a `retry` that is no whole number of milliseconds, or an id that no
 *   `Last-Event-ID` header could bring back (empty, above 1,024 bytes, with control characters or spaces at its ends, or in the
 *   form of Millrace's own ids); of what a
 *   client received, an id that it cannot send back: it resumes from the last one before.
 * - `UNSERIALIZABLE`: data that JSON cannot hold (a cycle, a BigInt, a function, `undefined` inside `raw`).
 * - `EVENT_TOO_LARGE`: an event above the size limit (server: the log's bytes; client: `maxEventBytes`).
 * - `LINE_TOO_LONG`: a line of a received stream above `maxLineBytes`.
 * - `INVALID_UTF8`: a received event held bytes that are not UTF-8; it is delivered with U+FFFD in their place.
 * - `OVERLOADED`: more was published than could be sent meanwhile.
 * - `RATE_LIMITED`: events were published faster than a policy's `rate` or `publishesPerUser` lets them; `retryAfterMs` says when one
 *   may be published again.
 * - `TOO_MANY_CONNECTIONS`: `limits.perChannel` or `limits.perUser` or those of a policy were reached, or a second stream was asked for on one socket.
 * - `TOO_MANY_CHANNELS`: one connection would read more channels than `limits.channelsPerConnection`.
 * - `SERVER_FULL`: `limits.connections` or `limits.channels` was reached, the latter of a policy, too.
 * - `NO_AUTHORIZER`: the hub has an authorizer, and this thread does not: nobody may read here.
 * - `CONFLICTING_OPTIONS`: `createHub` says something else of a hub than was said before (in production).
 * - `DRAINING`: the hub shuts down and takes no connection any more.
 * - `BAD_REQUEST`, `UNAUTHENTICATED`, `FORBIDDEN`, `NO_SUCH_CHANNEL`: for `authorize` to throw; answered with 400, 401,
 *   403 and 404. A false `authorize` is `FORBIDDEN`.
 * - `NOT_FOUND`: there is no such content in the content store, or none any more.
 * - `NOT_ACCEPTABLE`: the request's `Accept` allows neither an event stream nor JSON.
 * - `NO_NATIVE_BINARY`: the addon for this platform is not in the package, or was left behind when the server was packed.
 * - `UNSUPPORTED_RUNTIME`: the code runs where it cannot: the server outside of Node 20.9 or newer (`runtime = "edge"`), the
 *   client's parts in a service worker that is bundled as several files.
 * - `BAD_RESPONSE`: the server answered with a status or content type that is no event stream.
 * - `CONNECTION_FAILED`: the connection could not be made or was cut; the client tries again.
 * - `GAVE_UP`: the attempts that `retry.attempts` allows are used up.
 * - `TIMED_OUT`: the server did not answer in time, or its stream fell silent; the client tries again.
 * - `CHANNEL_CLOSED`: an event was published into a channel that `hub.closeChannel` has ended.
 * - `STORE_FAILED`: the file of `history.file` cannot be opened, or an event could not be written to it.
 * - `INVALID_JSON`: data that was asked for as JSON does not parse.
 * - `INVALID_DATA`: data that its validator refuses; `cause` has the validator's issues.
 */
export type SSEErrorCode =
  | "STREAM_CLOSED"
  | "INVALID_FIELD"
  | "UNSERIALIZABLE"
  | "EVENT_TOO_LARGE"
  | "LINE_TOO_LONG"
  | "INVALID_UTF8"
  | "OVERLOADED"
  | "RATE_LIMITED"
  | "TOO_MANY_CONNECTIONS"
  | "TOO_MANY_CHANNELS"
  | "SERVER_FULL"
  | "NO_AUTHORIZER"
  | "CONFLICTING_OPTIONS"
  | "DRAINING"
  | "BAD_REQUEST"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NO_SUCH_CHANNEL"
  | "NOT_FOUND"
  | "NOT_ACCEPTABLE"
  | "NO_NATIVE_BINARY"
  | "UNSUPPORTED_RUNTIME"
  | "BAD_RESPONSE"
  | "CONNECTION_FAILED"
  | "GAVE_UP"
  | "TIMED_OUT"
  | "STORE_FAILED"
  | "CHANNEL_CLOSED"
  | "INVALID_JSON"
  | "INVALID_DATA";

/**
 * What kind of thing went wrong: a group of codes.
 *
 * - `connection`: it could not be made, or was cut.
 * - `authentication`: the client is not known, or may not read this.
 * - `timeout`: something took too long.
 * - `limit`: there are too many of something, or they come too fast.
 * - `parsing`: bytes or data that were received cannot be read.
 * - `content`: an event cannot be sent as it is, or a content is not there.
 * - `stream`: everything else.
 */
export type SSEErrorCategory = "connection" | "stream" | "parsing" | "authentication" | "timeout" | "limit" | "content";

/** How the codes of each begin: a table of whole codes would be a fifth of what a page loads of errors. */
const CATEGORIES =
  /^(?:(?<connection>CONN|GAVE|BAD|DRAIN|NO_S|NOT_A)|(?<authentication>UNA|FORB|NO_A)|(?<timeout>TIMED)|(?<limit>OVER|RATE|TOO|SERVER)|(?<parsing>LINE|INVALID_[UJD])|(?<content>EVENT|INVALID_F|UNSE|NOT_F))/;

/** Of a `BAD_RESPONSE`, the status says it where it can. */
export function categoryOf(code: SSEErrorCode, status?: number): SSEErrorCategory {
  const said = code === "BAD_RESPONSE" ? status : 0;
  const text = said === 401 || said === 403 ? "FORB" : said === 429 ? "TOO" : code;
  const found = Object.entries(CATEGORIES.exec(text)?.groups ?? {}).find(([, beginning]) => beginning);
  return (found?.[0] ?? "stream") as SSEErrorCategory;
}

/** What an {@link SSEError} carries besides code and message. */
export interface SSEErrorDetails {
  readonly cause?: unknown;
  /** The limit that was exceeded, in bytes; of what a client received. */
  limit?: number;
  /** The HTTP status, for `BAD_RESPONSE`. */
  status?: number;
  /** The text that did not parse, for `INVALID_JSON` and `INVALID_DATA`. */
  raw?: string;
  /** The body of a `BAD_RESPONSE` that was JSON: a problem description (RFC 9457), mostly. */
  problem?: unknown;
  /** Of `RATE_LIMITED`, the time until it may be tried again; the wait that a `BAD_RESPONSE` asked for by `Retry-After`, 0 for none. */
  retryAfterMs?: number;
}

/**
 * Every error that Millrace throws or reports on purpose, except a `TypeError` for an argument of the wrong type.
 *
 * @example
 * try {
 *   stream.send({ data: "late" });
 * } catch (error) {
 *   if (error instanceof SSEError && error.code === "STREAM_CLOSED") return;
 *   throw error;
 * }
 */
export class SSEError extends Error {
  override readonly name = "SSEError";
  readonly code: SSEErrorCode;
  readonly category: SSEErrorCategory;
  declare readonly limit?: number;
  declare readonly status?: number;
  declare readonly raw?: string;
  declare readonly problem?: unknown;
  declare readonly retryAfterMs?: number;

  constructor(code: SSEErrorCode, message: string, details: SSEErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.category = categoryOf(code, details.status);
    // One that is not said is no property, so that it is not printed either.
    if (details.limit !== undefined) this.limit = details.limit;
    if (details.status !== undefined) this.status = details.status;
    if (details.raw !== undefined) this.raw = details.raw;
    if (details.problem !== undefined) this.problem = details.problem;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether it is one, of whichever copy of this module: bundlers may make several. */
export function isSSEError(error: unknown): error is SSEError {
  try {
    if (error instanceof SSEError) return true;
    const { name, code } = (typeof error === "object" && error !== null ? error : {}) as {
      name?: unknown;
      code?: unknown;
    };
    return name === "SSEError" && typeof code === "string";
  } catch {
    return false; // an object that throws when it is looked at
  }
}
