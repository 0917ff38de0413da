import type { IncomingHttpHeaders } from "node:http";
import type { RequestLike } from "../../server/hub-api.js";
import { headerOf } from "./ask-upstream.js";

/** Of a request: what says what is asked, and where its client was. Neither cookies nor its own `Authorization`. */
const SENT = [
  ...["accept", "accept-language", "content-type", "last-event-id", "idempotency-key", "x-event-types"],
  ...["x-stream-notices", "traceparent", "tracestate", "x-trace-id", "prefer"],
];
/** Of an answer. No cookies, and nothing about the connection or what a cache may keep: the upstream knows a token, which a cache before the proxy does not. */
const GIVEN = [
  ...["content-type", "retry-after", "x-last-event-id", "x-answer-id", "x-trace-id", "x-request-id"],
  ...["request-id", "x-stream-max-seconds", "x-heartbeat-interval", "x-silence-threshold"],
  ...["x-vercel-ai-ui-message-stream", "openai-processing-ms", "anthropic-organization-id"],
];

/** For the upstream. */
export function requestHeaders(
  { headers }: RequestLike,
  more: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const name of [...SENT, ...more.map((one) => one.toLowerCase())]) {
    const value = headers.get(name);
    if (value !== null) sent[name] = value;
  }
  // As it is, byte for byte: a compressed stream would have to be known to the client's parser.
  const all = { ...sent, "accept-encoding": "identity" };
  return { ...all, ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value])) };
}

/** For the client. */
export function answerHeaders(headers: IncomingHttpHeaders, more: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of [...GIVEN, ...more.map((one) => one.toLowerCase())]) {
    const value = headerOf(headers, name);
    if (value !== undefined) given[name] = value;
  }
  if (typeOf(headers) !== "text/event-stream") return { ...given, "cache-control": "no-store" };
  return { ...given, "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" };
}

/** The media type, without its parameters. */
export function typeOf(headers: IncomingHttpHeaders): string | undefined {
  return headerOf(headers, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
}
