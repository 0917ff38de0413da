import type { ServerResponse } from "node:http";
import { SSEError, type SSEErrorCode } from "../shared/errors.js";

const RETRY_AFTER_SECONDS = 5;

const STATUS: Partial<Record<SSEErrorCode, { status: number; title: string }>> = {
  BAD_REQUEST: { status: 400, title: "Bad request" },
  UNAUTHENTICATED: { status: 401, title: "Not authenticated" },
  FORBIDDEN: { status: 403, title: "Forbidden" },
  NO_SUCH_CHANNEL: { status: 404, title: "No such channel" },
  NOT_ACCEPTABLE: { status: 406, title: "Not acceptable" },
  TOO_MANY_CONNECTIONS: { status: 429, title: "Too many connections" },
  SERVER_FULL: { status: 503, title: "The server has as many connections as it allows" },
  DRAINING: { status: 503, title: "The server is shutting down" },
};

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof SSEError)) return undefined;
  const refusal = STATUS[error.code];
  if (refusal === undefined) return undefined;
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
  };
  if (refusal.status === 429 || refusal.status === 503) headers["Retry-After"] = String(RETRY_AFTER_SECONDS);
  const body = JSON.stringify({ type: "about:blank", ...refusal, detail: error.message, code: error.code });
  return { status: refusal.status, headers, body };
}

/**
 * The answer to a client that was refused, as `application/problem+json` (RFC 9457) with `code`: 400 `BAD_REQUEST`, 401
 * `UNAUTHENTICATED`, 403 `FORBIDDEN`, 404 `NO_SUCH_CHANNEL`, 406 `NOT_ACCEPTABLE`, 429 `TOO_MANY_CONNECTIONS`, 503
 * `SERVER_FULL` or `DRAINING`, the last three with `Retry-After`; undefined for every other error. `hub.response` and
 * `hub.attach` do this by themselves.
 *
 * @example
 * try {
 *   const stream = createSSEStream({ request });
 *   registerConnection("news", stream.send, { userId });
 *   return sseResponse(stream);
 * } catch (error) {
 *   const refusal = refusalResponse(error);
 *   if (refusal) return refusal;
 *   throw error;
 * }
 */
export function refusalResponse(error: unknown): Response | undefined {
  const refusal = refusalOf(error);
  return refusal && new Response(refusal.body, { status: refusal.status, headers: refusal.headers });
}

/** The same for a Node response; says whether the error was one that is answered. */
export function writeRefusal(res: ServerResponse, error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === undefined) return false;
  res.writeHead(refusal.status, refusal.headers).end(refusal.body);
  return true;
}
