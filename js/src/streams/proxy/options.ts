import type { Authorize, RequestLike, StartFrom } from "../../server/hub-api.js";
import { createHub, type Hub } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import {
  describe,
  isPlainObject,
  requireFlag,
  requireFunction,
  requireNumber,
  requireObject,
  requireString,
} from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { requireOrigins } from "../../shared/origin.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { requireHub } from "../http/require-hub.js";
import { upstreamsOf } from "./target.js";

/** Options of {@link createSSEProxy}. */
export interface SSEProxyOptions {
  /** Where requests go: below this URL, or one of these. */
  upstream: string | URL | readonly (string | URL)[];
  /** The cookie whose value is sent on as `Authorization: Bearer`. Default: none. */
  cookie?: string;
  /** The same by a function, of a session for one. Undefined: nobody is logged in, and the request goes without, unless `required`. */
  token?: (request: RequestLike) => string | undefined | null | Promise<string | undefined | null>;
  /** A request without a token is answered 401. Default: true where `cookie` or `token` is given. */
  required?: boolean;
  /**
   * One connection to the upstream for all who ask for the same address: its events are published in the channel `proxy:<address>` of the hub, from where streams of the
   * hub have them, with all that those can: resumption, heartbeats, limits. Who may read it is `authorize`'s; the upstream knows the proxy alone (`headers`), and so neither
   * `cookie` nor `token` goes with it. A POST is relayed. Default false: each request is relayed as it is.
   */
  ingest?: boolean;
  /** Of `ingest`: where a client begins that comes without a cursor, as `hub.response` has it. Default `"now"`; the first has all that the upstream sends. */
  from?: StartFrom;
  /** Of `ingest`: addresses that are read at once; one more is refused (`SERVER_FULL`). Default 100. */
  maxUpstreams?: number;
  /** Whether a request may go through, as for a stream of the channel `proxy:<path>`; with several upstreams `proxy:<origin><path>`. Default: the hub's. */
  authorize?: Authorize;
  /** Default: the hub of the plain functions. */
  hub?: AnyHub;
  /** Sent to the upstream beside the usual ones: names of the request's headers. */
  forwardHeaders?: readonly string[];
  /** Given to the client beside the usual ones: names of the answer's headers. */
  exposeHeaders?: readonly string[];
  /** Headers for the upstream, over all others: an API key. */
  headers?: Record<string, string>;
  /** Pages of these origins may ask, too. Default: the server's own only. */
  origins?: readonly string[];
  /** `X-Forwarded-Host` says which the own one is. Default false. */
  trustProxy?: boolean;
  /** Default 10,000. */
  connectTimeoutMs?: number;
  /** From the connection until the answer begins. Default 60,000: models think. */
  headTimeoutMs?: number;
  /** Between two pieces of the answer; a client that takes nothing for so long is cut, too. Default 120,000. */
  silenceTimeoutMs?: number;
  /** Of a request. Default 4 MiB. */
  maxBodyBytes?: number;
}

/** With the defaults in. */
export interface CheckedProxyOptions extends SSEProxyOptions {
  readonly upstreams: readonly URL[];
  hub: Hub;
  required: boolean;
  ingest: boolean;
  from: StartFrom;
  maxUpstreams: number;
  origins: readonly string[];
  trustProxy: boolean;
  connectTimeoutMs: number;
  headTimeoutMs: number;
  silenceTimeoutMs: number;
  maxBodyBytes: number;
}

const OPTIONS: Names<SSEProxyOptions> = {
  upstream: true,
  cookie: true,
  token: true,
  required: true,
  ingest: true,
  from: true,
  maxUpstreams: true,
  authorize: true,
  hub: true,
  forwardHeaders: true,
  exposeHeaders: true,
  headers: true,
  origins: true,
  trustProxy: true,
  connectTimeoutMs: true,
  headTimeoutMs: true,
  silenceTimeoutMs: true,
  maxBodyBytes: true,
};

/** Of a header or a cookie: a token (RFC 9110, 5.6.2). */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

function requireCookieName(cookie: unknown): void {
  requireString("cookie", cookie);
  if (!NAME.test(cookie)) throw new TypeError(`cookie must be the name of a cookie, not ${JSON.stringify(cookie)}`);
}

function requireHeaders(headers: unknown): void {
  if (!isPlainObject(headers))
    throw new TypeError(`headers must be an object of names and values, not ${describe(headers)}`);
  for (const [name, value] of Object.entries(headers)) {
    if (NAME.test(name) && typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new TypeError(`headers: no request can have such a header, or value, as ${JSON.stringify(name)}`);
  }
}

/** @throws TypeError that names the option. */
export function checkProxyOptions(options: SSEProxyOptions): CheckedProxyOptions {
  requireObject("options", options);
  requireKnown("createSSEProxy", options, OPTIONS);
  const { upstream, cookie, token, authorize, headers = {}, origins = [], trustProxy = false } = options;
  const { connectTimeoutMs = 10_000, headTimeoutMs = 60_000, silenceTimeoutMs = 120_000 } = options;
  const { maxBodyBytes = 4 * 1024 * 1024, hub = createHub() } = options;
  const { required = cookie !== undefined || token !== undefined } = options;
  if (cookie !== undefined) requireCookieName(cookie);
  if (token !== undefined) requireFunction("token", token);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  requireHub(hub);
  const { ingest = false, maxUpstreams = 100, from = "now" } = options;
  requireFlag("ingest", ingest);
  requireNumber("maxUpstreams", maxUpstreams, { least: 1 });
  if (ingest && (cookie !== undefined || token !== undefined)) {
    throw new TypeError(
      "ingest gives all clients what the upstream gives one: neither cookie nor token goes with it; say headers, and authorize",
    );
  }
  requireFlag("required", required);
  requireFlag("trustProxy", trustProxy);
  requireOrigins(origins);
  requireHeaders(headers);
  for (const names of [options.forwardHeaders ?? [], options.exposeHeaders ?? []]) {
    if (!Array.isArray(names) || !names.every((name) => typeof name === "string" && NAME.test(name)))
      throw new TypeError("forwardHeaders and exposeHeaders must hold names of headers");
  }
  for (const [name, ms] of Object.entries({ connectTimeoutMs, headTimeoutMs, silenceTimeoutMs }))
    requireNumber(name, ms, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("maxBodyBytes", maxBodyBytes, { least: 1 });
  const times = { connectTimeoutMs, headTimeoutMs, silenceTimeoutMs, maxBodyBytes };
  return {
    ...options,
    ...times,
    upstreams: upstreamsOf(upstream),
    hub,
    required,
    origins,
    trustProxy,
    ingest,
    from,
    maxUpstreams,
  };
}
