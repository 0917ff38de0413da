import { SSEError, type SSEErrorCode } from "../shared/errors.js";

const RETRY_AFTER_SECONDS = 5;

const STATUS: Partial<Record<SSEErrorCode, { status: number; title: string }>> = {
  TOO_MANY_CONNECTIONS: { status: 429, title: "Too many connections" },
  SERVER_FULL: { status: 503, title: "The server has as many connections as it allows" },
};

/**
 * The answer to a client that a limit refused, as `application/problem+json` (RFC 9457) with `code` and `Retry-After`: 429
 * for `TOO_MANY_CONNECTIONS`, 503 for `SERVER_FULL`; undefined for every other error. `hub.response` does this by itself.
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
  if (!(error instanceof SSEError)) return undefined;
  const refusal = STATUS[error.code];
  if (refusal === undefined) return undefined;
  const body = { type: "about:blank", ...refusal, detail: error.message, code: error.code };
  return new Response(JSON.stringify(body), {
    status: refusal.status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      "Retry-After": String(RETRY_AFTER_SECONDS),
    },
  });
}
