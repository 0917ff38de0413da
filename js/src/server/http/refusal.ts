import type { ServerResponse } from "node:http";
import { isSSEError, type SSEErrorCode } from "../../shared/errors.js";
import type { RequestLike } from "../stream/options.js";
import { namesProblem, prefersJson } from "./accept.js";
import { headersBeside, nodeHeaders } from "./response.js";

const RETRY_AFTER_SECONDS = 5;

const STATUS: Partial<Record<SSEErrorCode, { status: number; title: string }>> = {
  BAD_REQUEST: { status: 400, title: "Bad request" },
  UNAUTHENTICATED: { status: 401, title: "Not authenticated" },
  FORBIDDEN: { status: 403, title: "Forbidden" },
  NO_SUCH_CHANNEL: { status: 404, title: "No such channel" },
  NOT_ACCEPTABLE: { status: 406, title: "Not acceptable" },
  TOO_MANY_CONNECTIONS: { status: 429, title: "Too many connections" },
  TOO_MANY_CHANNELS: { status: 400, title: "Too many channels" },
  SERVER_FULL: { status: 503, title: "The server has as many connections or channels as it allows" },
  NO_AUTHORIZER: { status: 503, title: "Nobody can be asked who may read" },
  DRAINING: { status: 503, title: "The server is shutting down" },
  TIMED_OUT: { status: 503, title: "The answer took too long" },
};

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!isSSEError(error)) return undefined;
  const refusal = STATUS[error.code];
  if (refusal === undefined) return undefined;
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
  };
  if (refusal.status === 429 || refusal.status === 503) headers["Retry-After"] = String(RETRY_AFTER_SECONDS);
  // What the application is to do is nothing for its clients.
  const detail = error.code === "NO_AUTHORIZER" ? undefined : error.message;
  const body = JSON.stringify({ type: "about:blank", ...refusal, detail, code: error.code });
  return { status: refusal.status, headers, body };
}

/** Whether the error is one that is answered with a status of its own. */
export function isRefusal(error: unknown): boolean {
  return refusalOf(error) !== undefined;
}

/** Of what only the application can mend: without detail, for that may be anything. */
const FAILURE: Refusal = {
  status: 500,
  headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  body: JSON.stringify({ type: "about:blank", title: "Internal server error", status: 500, code: "INTERNAL_ERROR" }),
};

/**
 * 503 ends a browser's EventSource for good (WHATWG HTML 9.2.3): while the hub drains it is answered with an event stream that
 * says when to come back, and ends. Our own client names `application/problem+json` and is told what is.
 */
function drainedStream(error: unknown, accept: string | null, retryMs: () => number): Refusal | undefined {
  if (!isSSEError(error) || error.code !== "DRAINING" || namesProblem(accept) || prefersJson(accept)) return undefined;
  const headers = { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" };
  return { status: 200, headers, body: `retry: ${retryMs()}\n\n` };
}

/**
 * The answer to a client that was refused, as `application/problem+json` (RFC 9457) with `code`: 400 `BAD_REQUEST` and
 * `TOO_MANY_CHANNELS`, 401 `UNAUTHENTICATED`, 403 `FORBIDDEN`, 404 `NO_SUCH_CHANNEL`, 406 `NOT_ACCEPTABLE`, 429
 * `TOO_MANY_CONNECTIONS`, 503 `SERVER_FULL`, `NO_AUTHORIZER`, `TIMED_OUT` or `DRAINING`, the last five with `Retry-After`; undefined for every
 * other error. Given the request, `DRAINING` is answered so that the browser's own EventSource comes back: with 200, a `retry:`
 * of 1 to 11 s and the end, unless `Accept` names `application/problem+json`. `hub.response` and `hub.attach` do all this by
 * themselves.
 *
 * @example
 * try {
 *   const stream = createSSEStream({ request });
 *   registerConnection("news", stream.send, { userId });
 *   return sseResponse(stream);
 * } catch (error) {
 *   const refusal = refusalResponse(error, request);
 *   if (refusal) return refusal;
 *   throw error;
 * }
 */
export function refusalResponse(error: unknown, request?: RequestLike): Response | undefined {
  const retryMs = () => Math.floor(1000 + Math.random() * 10000);
  const drained = request && drainedStream(error, request.headers.get("accept"), retryMs);
  const refusal = drained ?? refusalOf(error);
  return refusal && toResponse(refusal);
}

/** What an answer to a failed request needs to know. */
export interface FailureContext {
  readonly accept: string | null;
  /** Asked for a client that comes while the hub drains. */
  readonly retryMs: () => number;
  /** The application's headers. */
  readonly headers?: ResponseInit["headers"] | undefined;
}

/** The answer to whatever error. */
export function failureResponse(error: unknown, { accept, retryMs, headers }: FailureContext): Response {
  return toResponse(drainedStream(error, accept, retryMs) ?? refusalOf(error) ?? FAILURE, headers);
}

function toResponse({ status, headers, body }: Refusal, own: ResponseInit["headers"] = {}): Response {
  return new Response(body, { status, headers: headersBeside(headers, own) });
}

/** The same for a Node response, if it can still be said; else it is cut. */
export function writeFailure(res: ServerResponse, error: unknown, context: FailureContext): void {
  const { accept, retryMs, headers: own } = context;
  if (res.destroyed || res.writableEnded) return;
  const { status, headers, body } = drainedStream(error, accept, retryMs) ?? refusalOf(error) ?? FAILURE;
  try {
    if (res.headersSent) res.destroy();
    else
      res
        .writeHead(status, nodeHeaders(headersBeside(headers, own)))
        .end(res.req?.method === "HEAD" ? undefined : body);
  } catch {
    res.destroy(); // a header that somebody has set before is none
  }
}
