import { isSSEError, type SSEError } from "../../shared/errors.js";
import { isRefusal, REFUSALS, type RefusalStatus } from "../../shared/refusals.js";
import { challengeOf } from "../access/challenge.js";
import type { RequestLike } from "../access/request-like.js";
import { sanitizeMessage } from "../content/sanitize.js";
import { namesProblem, prefersJson } from "./accept.js";
import type { PlainAnswer } from "./exchange.js";
import { headersBeside } from "./headers.js";

const RETRY_AFTER_SECONDS = 5;
const LONGEST_RETRY_MS = 86_400_000;
const PROBLEM_HEADERS = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Of an error that is the application's to mend: without detail, which may be confidential. */
const FAILURE = { title: "Internal server error", status: 500 };

/** `isExposed`: the client sees the error as it is. */
function failureOf(error: unknown, isExposed: boolean): Refusal {
  return toRefusal(FAILURE, "INTERNAL_ERROR", isExposed ? exposed(error) : {});
}

function refusalOf(error: unknown, isExposed: boolean): Refusal | undefined {
  const refusal = isRefusal(error) ? REFUSALS[(error as SSEError).code] : undefined;
  if (!isSSEError(error) || refusal === undefined) return undefined;
  // What the application has to do is not for its clients.
  const detail = error.code === "NO_AUTHORIZER" ? undefined : sanitizeMessage(error.message);
  const challenge = challengeOf(error, refusal.status);
  const of = toRefusal(refusal, error.code, isExposed ? exposed(error) : { detail }, retryAfterSeconds(error));
  return challenge === undefined ? of : { ...of, headers: { ...of.headers, "WWW-Authenticate": challenge } };
}

function toRefusal(about: RefusalStatus, code: string, more: object, retryAfter?: number): Refusal {
  const { status } = about;
  const mayRetry = status === 429 || status === 503;
  const headers = { ...PROBLEM_HEADERS, ...(mayRetry && { "Retry-After": String(retryAfter) }) };
  return { status, headers, body: JSON.stringify({ type: "about:blank", ...about, ...more, code }) };
}

/** What went wrong in the application's code, where that has thrown. */
function exposed(error: unknown): object {
  const thrown = error instanceof Error && !isSSEError(error) ? (error.cause ?? error) : error;
  const { message, stack } = thrown instanceof Error ? thrown : { message: String(thrown), stack: undefined };
  return { detail: message, stack };
}

/** Whole seconds, rounded up. */
function retryAfterSeconds({ retryAfterMs }: { readonly retryAfterMs?: number }): number {
  const isTime = typeof retryAfterMs === "number" && retryAfterMs >= 0 && retryAfterMs <= LONGEST_RETRY_MS;
  return isTime ? Math.max(1, Math.ceil(retryAfterMs / 1000)) : RETRY_AFTER_SECONDS;
}

/**
 * 503 ends a browser's EventSource for good (WHATWG HTML 9.2.3): while the hub drains it is answered with an event stream that
 * says when to come back, and ends. Our own client names `application/problem+json` and gets the refusal.
 */
function drainedStream(error: unknown, accept: string | null, retryMs: () => number): Refusal | undefined {
  if (!isSSEError(error) || error.code !== "DRAINING" || namesProblem(accept) || prefersJson(accept)) return undefined;
  const headers = { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" };
  return { status: 200, headers, body: `retry: ${retryMs()}\n\n` };
}

/**
 * The answer to a client that was refused, as `application/problem+json` (RFC 9457) with `code`: 400 `BAD_REQUEST` and
 * `TOO_MANY_CHANNELS`, 401 `UNAUTHENTICATED`, 403 `FORBIDDEN`, 404 `NO_SUCH_CHANNEL`, 406 `NOT_ACCEPTABLE`, 429
 * `TOO_MANY_CONNECTIONS` and `RATE_LIMITED`, 503 `SERVER_FULL`, `NO_AUTHORIZER`, `TIMED_OUT` or `DRAINING`, the last six with `Retry-After`; undefined for every
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
  const drained =
    request && isSSEError(error) ? drainedStream(error, request.headers.get("accept"), retryMs) : undefined;
  const refusal = drained ?? readableRefusal(error);
  return refusal && new Response(refusal.body, refusal);
}

/** What the answer to a failed request depends on. */
export interface FailureContext {
  readonly accept: string | null;
  /** Asked for a client that comes while the hub drains. */
  readonly retryMs: () => number;
  /** The application's headers. */
  readonly headers?: ResponseInit["headers"] | undefined;
  /** Sent as `X-Trace-ID`. */
  readonly traceId?: string;
  /** The client sees what went wrong as it is: in development. */
  readonly isExposed?: boolean;
  /** What the response's `Vary` names already. */
  readonly vary?: string | undefined;
}

/** Whatever was thrown, which may be an object that throws when it is looked at. */
function readableAnswer(drained: () => Refusal | undefined, error: unknown, isExposed: boolean): Refusal {
  try {
    return drained() ?? refusalOf(error, isExposed) ?? failureOf(error, isExposed);
  } catch {
    return failureOf(undefined, false);
  }
}

function readableRefusal(error: unknown): Refusal | undefined {
  try {
    return refusalOf(error, false);
  } catch {
    return undefined;
  }
}

/** The answer to any error. */
export function failureAnswer(error: unknown, context: FailureContext): PlainAnswer {
  const { accept, retryMs, headers: own, vary, isExposed = false, traceId } = context;
  const { status, headers, body } = readableAnswer(() => drainedStream(error, accept, retryMs), error, isExposed);
  const usual = { ...headers, ...(traceId !== undefined && { "X-Trace-ID": traceId }) };
  return { status, headers: headersBeside(usual, own, vary), body, reason: "refused" };
}
