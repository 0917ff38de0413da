import { type OutgoingHttpHeaders, validateHeaderValue } from "node:http";
import type { StreamHead } from "../stream/body.js";

/** Clients call a stream silent after so many heartbeats that did not come. */
const SILENT_HEARTBEATS = 3;

/** Headers that no stream has: it ends when it ends. */
const FRAMING = ["content-length", "transfer-encoding"] as const;

/** A stream's headers, with the application's own on top. */
export function streamHeaders(usual: Record<string, string>, own: ResponseInit["headers"]): Headers {
  const headers = headersOnTop(usual, own);
  for (const name of FRAMING) headers.delete(name);
  return headers;
}

/**
 * The usual headers, with the application's own in their place or beside them.
 *
 * @throws for a header that Node would refuse later, when it writes the head.
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

/**
 * The application's headers beside the usual ones of an answer that is no stream: those for CORS belong on it, too.
 *
 * @param vary - what the response's `Vary` names already.
 */
export function headersBeside(
  usual: Record<string, string>,
  own: ResponseInit["headers"],
  vary: string | undefined,
): Headers {
  const headers = new Headers(usual);
  for (const pair of pairsOf(own)) {
    try {
      const [name, value] = pair;
      if (/^(content-|transfer-encoding$)/i.test(name)) continue;
      validateHeaderValue(name, value); // Node's rule is the stricter one
      if (/^set-cookie$/i.test(name)) headers.append(name, value);
      else if (!headers.has(name)) headers.set(name, value);
    } catch {
      // The header that cannot be sent may be what is wrong with the request.
    }
  }
  const named = headers.get("vary");
  if (vary !== undefined && named !== null) headers.set("vary", `${vary}, ${named}`);
  return headers;
}

/** None where they cannot be read, which may be what is wrong with the request. */
function pairsOf(own: ResponseInit["headers"]): readonly (readonly [string, string])[] {
  try {
    return Symbol.iterator in Object(own) ? [...(own as Iterable<[string, string]>)] : Object.entries(own ?? {});
  } catch {
    return [];
  }
}

/** The headers as `writeHead` takes them: one cookie each. */
export function nodeHeaders(headers: Headers): OutgoingHttpHeaders {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length > 0 && { "set-cookie": cookies }) };
}

/** The usual headers, with what the response's `Vary` names already: middleware for CORS, for one, sets it. */
export function keepingVary(usual: Record<string, string>, vary: string | undefined): Record<string, string> {
  return vary === undefined ? usual : { ...usual, Vary: `${vary}, ${usual.Vary}` };
}

/** The headers of a stream's answer. */
export function headersOf({ facts, beginning, traceId }: Partial<StreamHead>, vary?: string): Record<string, string> {
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
  if (traceId !== undefined) headers["X-Trace-ID"] = traceId;
  if (facts?.maxDurationMs !== undefined) headers["X-Stream-Max-Seconds"] = seconds(facts.maxDurationMs);
  if (facts?.heartbeatMs !== undefined) {
    headers["X-Heartbeat-Interval"] = seconds(facts.heartbeatMs);
    headers["X-Silence-Threshold"] = seconds(facts.heartbeatMs * SILENT_HEARTBEATS);
  }
  if (beginning != null) headers["X-Last-Event-ID"] = beginning;
  return keepingVary(headers, vary);
}

/** Beyond some hundred years a number would be written with an exponent. */
function seconds(milliseconds: number): string {
  return String(Math.min(milliseconds, 2 ** 42) / 1000);
}
