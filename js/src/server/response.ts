import type { ServerResponse } from "node:http";
import type { HubStream, SSEStream } from "./stream.js";

/** Clients call a stream silent after so many heartbeats that did not come. */
const SILENT_HEARTBEATS = 3;

/**
 * The answer that carries a stream: status 200, `Content-Type: text/event-stream; charset=utf-8`,
 * `Cache-Control: no-cache, no-transform`, `X-Accel-Buffering: no`, `X-Content-Type-Options: nosniff`, `Vary`, and, where
 * the stream has them, `X-Trace-ID`, `X-Stream-Max-Seconds`, `X-Heartbeat-Interval` and `X-Silence-Threshold` (in seconds),
 * and `X-Last-Event-ID`: where a client begins that came without a cursor, so that it has one before the first byte.
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
  const headers = streamHeaders(headersOf(stream as Partial<HubStream>), init.headers);
  return new Response(stream.stream, { ...init, headers });
}

/** How long a body is and how it is framed is nobody's to say of a stream: it ends when it ends. */
const FRAMING = ["content-length", "transfer-encoding"] as const;

/** A stream's headers, with the application's own on top. */
export function streamHeaders(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = headersOnTop(usual, own);
  for (const name of FRAMING) headers.delete(name);
  return headers;
}

/** The usual headers, where the application does not say otherwise. */
export function headersOnTop(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = new Headers(usual);
  for (const [name, value] of new Headers(own)) {
    // The one header that may come several times.
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
  return headers;
}

/** The usual headers with what the response's `Vary` names already: what handles CORS, for one, adds to it, too. */
export function keepingVary(res: ServerResponse, usual: Record<string, string>): Record<string, string> {
  const said = res.getHeader("vary");
  return said === undefined ? usual : { ...usual, Vary: [said, usual.Vary].flat().join(", ") };
}

/** The headers of a stream's answer. */
export function headersOf({
  facts,
  beginning,
}: Partial<Pick<HubStream, "facts" | "beginning">>): Record<string, string> {
  const headers: Record<string, string> = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept", // a poll is answered with JSON
  };
  if (facts?.isCompressed) {
    headers["Content-Encoding"] = "gzip";
    headers.Vary = "Accept, Accept-Encoding";
  }
  if (facts?.traceId !== undefined) headers["X-Trace-ID"] = facts.traceId;
  if (facts?.maxDurationMs !== undefined) headers["X-Stream-Max-Seconds"] = seconds(facts.maxDurationMs);
  if (facts?.heartbeatMs !== undefined) {
    headers["X-Heartbeat-Interval"] = seconds(facts.heartbeatMs);
    headers["X-Silence-Threshold"] = seconds(facts.heartbeatMs * SILENT_HEARTBEATS);
  }
  if (beginning != null) headers["X-Last-Event-ID"] = beginning;
  return headers;
}

/** Beyond some hundred years a number would be written with an exponent. */
function seconds(milliseconds: number): string {
  return String(Math.min(milliseconds, 2 ** 42) / 1000);
}
