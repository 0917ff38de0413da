import type { IncomingMessage } from "node:http";
import { requireFlag, requireNumber, requireObject, requireStringArray } from "../../shared/arguments.js";
import { EVENT_TYPES_HEADER } from "../../shared/event-types.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { nodeRequest } from "../../shared/node-request.js";
import { requireOrigins } from "../../shared/origin.js";
import { CHANNELS_HEADER, CONTROL_HEADER } from "../../shared/stream-control.js";
import type { RequestLike } from "../access/request-like.js";

/** Options of {@link corsHeaders}. */
export interface CorsOptions {
  /** Whose pages may read: `["https://app.example"]`, or `"*"`, all. */
  origins: "*" | readonly string[];
  /** Whether the browser may send cookies along (`withCredentials`); not with `"*"`. Default false. */
  credentials?: boolean;
  /** Headers of requests beside those of Millrace's client, `Authorization` and `Content-Type`. */
  allowHeaders?: readonly string[];
  /** Headers of answers beside those that Millrace's client reads. */
  exposeHeaders?: readonly string[];
  /** How long a browser need not ask again before it asks. Default 600000 (10 minutes). */
  maxAgeMs?: number;
}

const OPTIONS: Names<CorsOptions> = {
  origins: true,
  credentials: true,
  allowHeaders: true,
  exposeHeaders: true,
  maxAgeMs: true,
};
const METHODS = "GET, HEAD, POST";
/** What our client sends, `Accept` and its like aside, which need no leave. */
const SENT = [
  ...["Authorization", "Content-Type", "Last-Event-ID", "Idempotency-Key", "traceparent", "X-Trace-ID"],
  ...[EVENT_TYPES_HEADER, CHANNELS_HEADER],
];
/** What it reads. */
const READ = [
  ...["X-Last-Event-ID", "X-Silence-Threshold", "X-Heartbeat-Interval", "X-Stream-Max-Seconds", "X-Trace-ID"],
  ...["Retry-After", "WWW-Authenticate", "X-Answer-ID", CONTROL_HEADER, CHANNELS_HEADER],
];
const DEFAULT_AGE_MS = 600_000;

/**
 * The headers by which browsers let pages of other origins read: for answers, refusals among them, and for preflights (`OPTIONS`), which they tell apart by the request. For a
 * page that may not, only `Vary`.
 *
 * @throws TypeError that names the option which is wrong.
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * const cors = { origins: ["https://app.example"], credentials: true };
 * export const GET = (request: Request) => hub.response(request, { channels: ["news"], headers: corsHeaders(request, cors) });
 * export const OPTIONS = (request: Request) => new Response(null, { status: 204, headers: corsHeaders(request, cors) });
 */
export function corsHeaders(request: RequestLike | IncomingMessage, options: CorsOptions): Record<string, string> {
  requireObject("options", options);
  requireKnown("corsHeaders", options, OPTIONS);
  const { origins, credentials = false, allowHeaders = [], exposeHeaders = [], maxAgeMs = DEFAULT_AGE_MS } = options;
  if (typeof origins === "string" && origins !== "*")
    throw new TypeError('origins must be an array of origins, or "*"');
  if (origins !== "*") requireOrigins(origins);
  requireFlag("credentials", credentials);
  if (origins === "*" && credentials) throw new TypeError('credentials needs origins by name: "*" would be every page');
  requireStringArray("allowHeaders", allowHeaders);
  requireStringArray("exposeHeaders", exposeHeaders);
  requireNumber("maxAgeMs", maxAgeMs);
  const asked = "socket" in request ? nodeRequest(request) : request;
  const origin = asked.headers.get("origin");
  const isAllowed = origin !== null && (origins === "*" || origins.includes(origin));
  if (!isAllowed) return origins === "*" ? {} : { Vary: "Origin" };
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": origins === "*" ? "*" : origin,
    ...(origins !== "*" && { Vary: "Origin" }),
    ...(credentials && { "Access-Control-Allow-Credentials": "true" }),
  };
  const isPreflight = asked.method === "OPTIONS" && asked.headers.get("access-control-request-method") !== null;
  if (!isPreflight) return { ...headers, "Access-Control-Expose-Headers": [...READ, ...exposeHeaders].join(", ") };
  return {
    ...headers,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": [...SENT, ...allowHeaders].join(", "),
    "Access-Control-Max-Age": String(Math.floor(maxAgeMs / 1000)),
  };
}
