import type { StreamFacts } from "./options.js";
import type { SSEStream } from "./stream.js";

/** Clients call a stream silent after so many heartbeats that did not come. */
const SILENT_HEARTBEATS = 3;

/**
 * The answer that carries a stream: status 200, `Content-Type: text/event-stream; charset=utf-8`,
 * `Cache-Control: no-cache, no-transform`, `X-Accel-Buffering: no`, `X-Content-Type-Options: nosniff`, and, where the
 * stream has them, `X-Trace-ID`, `X-Stream-Max-Seconds`, `X-Heartbeat-Interval` and `X-Silence-Threshold` (in seconds).
 * Headers of `init` come on top.
 *
 * @example
 * export async function GET(request: Request) {
 *   const stream = createSSEStream({ request });
 *   registerConnection("news", stream.send);
 *   return sseResponse(stream);
 * }
 */
export function sseResponse(stream: SSEStream, init: ResponseInit = {}): Response {
  if (!(stream?.stream instanceof ReadableStream)) throw new TypeError("stream must come from createSSEStream()");
  const headers = new Headers(headersOf((stream as { facts?: StreamFacts }).facts));
  for (const [name, value] of new Headers(init.headers)) {
    // The one header that may come several times.
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
  return new Response(stream.stream, { ...init, headers });
}

/** The headers of a stream's answer. */
export function headersOf(facts: StreamFacts | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
  };
  if (facts?.isCompressed) {
    headers["Content-Encoding"] = "gzip";
    headers.Vary = "Accept-Encoding";
  }
  if (facts?.traceId !== undefined) headers["X-Trace-ID"] = facts.traceId;
  if (facts?.maxDurationMs !== undefined) headers["X-Stream-Max-Seconds"] = seconds(facts.maxDurationMs);
  if (facts?.heartbeatMs !== undefined) {
    headers["X-Heartbeat-Interval"] = seconds(facts.heartbeatMs);
    headers["X-Silence-Threshold"] = seconds(facts.heartbeatMs * SILENT_HEARTBEATS);
  }
  return headers;
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
