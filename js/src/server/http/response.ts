import { type OutgoingHttpHeaders, type ServerResponse, validateHeaderValue } from "node:http";
import { requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { Body, StreamHead } from "../stream/body.js";
import { withEnd } from "../stream/foreign-body.js";
import type { SSEStream } from "../stream/stream.js";
import { NodeReadableStream } from "../stream/web-streams.js";

const INIT: Names<ResponseInit> = { status: true, statusText: true, headers: true };

/** Clients call a stream silent after so many heartbeats that did not come. */
const SILENT_HEARTBEATS = 3;

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

/** How long a body is and how it is framed is nobody's to say of a stream: it ends when it ends. */
const FRAMING = ["content-length", "transfer-encoding"] as const;

/** A stream's headers, with the application's own on top. */
export function streamHeaders(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = headersOnTop(usual, own);
  for (const name of FRAMING) headers.delete(name);
  return headers;
}

/**
 * The usual headers, where the application does not say otherwise.
 *
 * @throws where Node would refuse one when it writes the head: then a stream would be there already.
 */
export function headersOnTop(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = new Headers(usual);
  for (const [name, value] of new Headers(own)) {
    // One header may come several times, and one lists what else the answer depends on.
    if (name === "set-cookie" || name === "vary") headers.append(name, value);
    else headers.set(name, value);
  }
  for (const [name, value] of headers) validateHeaderValue(name, value);
  return headers;
}

/** The application's headers on an answer that is no stream: CORS has to be on it, too. What says what it is stays. */
export function headersBeside(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = new Headers(usual);
  const pairs = Symbol.iterator in Object(own) ? (own as Iterable<[string, string]>) : Object.entries(own ?? {});
  for (const [name, value] of pairs) {
    if (/^(content-|transfer-encoding$)/i.test(name)) continue;
    try {
      validateHeaderValue(name, value); // Node's rule is the stricter one
      if (/^set-cookie$/i.test(name)) headers.append(name, value);
      else if (!headers.has(name)) headers.set(name, value);
    } catch {
      // What cannot be said may be what is wrong.
    }
  }
  return headers;
}

/** The headers as `writeHead` takes them: one cookie each. */
export function nodeHeaders(headers: Headers): OutgoingHttpHeaders {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length > 0 && { "set-cookie": cookies }) };
}

/** The usual headers with what the response's `Vary` names already: what handles CORS, for one, adds to it, too. */
export function keepingVary(res: ServerResponse, usual: Record<string, string>): Record<string, string> {
  const said = res.getHeader("vary");
  return said === undefined ? usual : { ...usual, Vary: [said, usual.Vary].flat().join(", ") };
}

/** The headers of a stream's answer. */
export function headersOf({ facts, beginning }: Partial<StreamHead>): Record<string, string> {
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
