import { requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { Body } from "../stream/body.js";
import { withEnd } from "../stream/foreign-body.js";
import type { SSEStream } from "../stream/sse-stream.js";
import { NodeReadableStream } from "../stream/web-streams.js";
import { headersOf, streamHeaders } from "./headers.js";

const INIT: Names<ResponseInit> = { status: true, statusText: true, headers: true };

/**
 * The answer that carries a stream: status 200, `Content-Type: text/event-stream; charset=utf-8`,
 * `Cache-Control: no-cache, no-transform`, `X-Accel-Buffering: no`, `X-Content-Type-Options: nosniff`, `Vary`, and, where
 * the stream has them, `X-Trace-ID`, `X-Stream-Max-Seconds`, `X-Heartbeat-Interval` and `X-Silence-Threshold` (in seconds),
 * and `X-Last-Event-ID`: where a client begins that came without a cursor, so that it has one before the first byte.
 * Headers of `init` come on top.
 *
 * A stream that you have made otherwise is taken, too, with the headers that need no stream of Millrace's. Where it ends whole, a
 * client of Millrace's is told so, and does not ask for it again; unless `init` says that it is encoded.
 *
 * @param source - what {@link createSSEStream} gives, or its `stream`, or any stream of bytes or text.
 * @throws TypeError for everything else, and for a stream that somebody reads already.
 * @example
 * export async function GET(request: Request) {
 *   const stream = createSSEStream({ request });
 *   registerConnection("news", stream.send);
 *   return sseResponse(stream);
 * }
 */
export function sseResponse(
  source: SSEStream | ReadableStream<Uint8Array | string>,
  init: ResponseInit = {},
): Response {
  const body = isStream(source) ? source : (source as SSEStream | undefined)?.stream;
  if (!isStream(body)) throw new TypeError("sseResponse takes a stream: createSSEStream(), or a ReadableStream");
  requireObject("init", init);
  requireKnown("sseResponse", init, INIT);
  if (body.locked) throw new TypeError("The stream for sseResponse is read by somebody else already");
  const { owner } = body as Partial<Body>; // of whichever copy of this module
  const headers = streamHeaders(headersOf(owner ?? {}), init.headers);
  const isWhole = owner !== undefined || headers.has("content-encoding");
  return new Response((isWhole ? body : withEnd(body)) as ReadableStream<Uint8Array>, { ...init, headers });
}

/** It may come from another realm, as in test environments. */
function isStream(value: unknown): value is ReadableStream<Uint8Array | string> {
  return value instanceof NodeReadableStream || Object.prototype.toString.call(value) === "[object ReadableStream]";
}
