import type { SSEStream, StreamFacts } from "./stream.js";

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
  const headers = new Headers({
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
  });
  const facts = (stream as { facts?: StreamFacts }).facts;
  if (facts?.traceId !== undefined) headers.set("X-Trace-ID", facts.traceId);
  if (facts?.maxDurationMs !== undefined) headers.set("X-Stream-Max-Seconds", seconds(facts.maxDurationMs));
  if (facts?.heartbeatMs !== undefined) {
    headers.set("X-Heartbeat-Interval", seconds(facts.heartbeatMs));
    headers.set("X-Silence-Threshold", seconds(facts.heartbeatMs * SILENT_HEARTBEATS));
  }
  for (const [name, value] of new Headers(init.headers)) {
    // The one header that may come several times.
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
  return new Response(stream.stream, { ...init, headers });
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
