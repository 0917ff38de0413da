import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { authorizeRequest, errorResponse, type RequestLike } from "../../server/hub-api.js";
import { describe } from "../../shared/arguments.js";
import { cookieOf } from "../../shared/cookie-of.js";
import { SSEError } from "../../shared/errors.js";
import { nodeRequest } from "../../shared/node-request.js";
import { isFromAllowedOrigin } from "../../shared/origin.js";
import { type RequestBody, readBytes, unreadBodyOf } from "../../shared/read-text.js";
import { writeAnswer } from "../http/node-answer.js";
import { queryOf } from "../http/query-of.js";
import { askUpstream, UpstreamFailure } from "./ask-upstream.js";
import { ingestionsOf } from "./ingest.js";
import { type CheckedProxyOptions, checkProxyOptions, type SSEProxyOptions } from "./options.js";
import { answerHeaders, requestHeaders } from "./proxy-headers.js";
import { holdRelay } from "./relay-hold.js";
import { targetOf } from "./target.js";
import { problemOf, refusalOfUpstream } from "./upstream-refusal.js";

/** A route's parameters, as Next.js gives them: of a folder `[...route]`, or of none. */
export interface ProxyRoute {
  readonly params?: Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

/** What {@link createSSEProxy} gives. */
export interface SSEProxy {
  readonly GET: (request: Request, route?: ProxyRoute) => Promise<Response>;
  readonly POST: (request: Request, route?: ProxyRoute) => Promise<Response>;
  /** The same with Node's request and response. The client is answered whatever happens, and the promise need not be waited for. */
  readonly attach: (req: IncomingMessage, res: ServerResponse, path?: string) => Promise<void>;
}

const METHODS = ["GET", "HEAD", "POST"];
/** The query's, where the route has no path: the address that is asked for. */
const ADDRESS = ["path", "url"];
/** What Millrace's client says in the query to pages of other origins: it is the hub's to answer. */
const OF_CLIENT = ["lastEventId", "eventTypes"];

/**
 * Relays streams of another server, byte for byte: the browser asks its own, which asks the other with the user's token. So no token is in a URL, or in the page. The
 * path is that of the route `[...route]`, or the query's `path`; a whole `url` is taken where it lies below an upstream.
 *
 * @throws TypeError that names the option which is wrong.
 * @example
 * // app/api/sse/[...route]/route.ts, or app/api/sse/route.ts for /api/sse?path=…
 * export const { GET, POST } = createSSEProxy({ upstream: "https://api.example/v1/", cookie: "__Host-session" });
 */
export function createSSEProxy(options: SSEProxyOptions): SSEProxy {
  const checked = checkProxyOptions(options);
  const ingestions = ingestionsOf(checked);
  const isIngested = ({ method = "GET" }: RequestLike) => checked.ingest && method !== "POST";
  const { hub, authorize, from } = checked;
  const handler = async (request: Request, route: ProxyRoute = {}): Promise<Response> => {
    const channels: string[] = [];
    try {
      const asked = await ask(checked, request, pathOf(Object(await route.params)), channels);
      if (isIngested(request)) {
        const upstream = await ingestions.ensure(asked.target, asked.channel);
        if (upstream instanceof Response) return upstream;
        const reading = hub.response(request, { channels, from, ...(authorize && { authorize }) });
        return await reading.finally(() => upstream.read());
      }
      return toResponse(await relay(checked, request, () => unreadBodyOf(request), request.signal, asked), checked);
    } catch (error) {
      return refusal(checked, error, request, channels);
    }
  };
  const attach: SSEProxy["attach"] = async (req, res, path) => {
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    if (res.destroyed) gone.abort(); // before it came here
    const request = nodeRequest(req);
    const channels: string[] = [];
    try {
      const asked = await ask(checked, request, path, channels);
      if (isIngested(request)) {
        const upstream = await ingestions.ensure(asked.target, asked.channel);
        if (upstream instanceof Response) return await writeAnswer(upstream, res);
        const reading = hub.attach(req, res, { channels, from, ...(authorize && { authorize }) });
        await reading.finally(() => upstream.read());
        return;
      }
      const answer = await relay(checked, request, () => req, gone.signal, asked);
      if (answer instanceof Response) return await writeAnswer(answer, res);
      res.writeHead(answer.statusCode ?? 502, answerHeaders(answer.headers, checked.exposeHeaders ?? []));
      res.flushHeaders();
      pipeline(answer, res, () => {});
    } catch (error) {
      await writeAnswer(refusal(checked, error, request, channels), res).catch(() => {});
    }
  };
  return { GET: handler, POST: handler, attach };
}

/** Of the catch-all parameter, which Next.js has decoded, whatever its name. */
function pathOf(params: Readonly<Record<string, unknown>>): string | undefined {
  const parts = Object.values(params).find((one) => Array.isArray(one));
  return (parts as string[] | undefined)?.map((part) => encodeURIComponent(part)).join("/");
}

/** What is asked for. */
interface Asked {
  readonly target: URL;
  readonly channel: string;
}

/**
 * Whether the client may ask, and for what.
 *
 * @param channels - gets the channel that stands for it, also where it is refused.
 */
async function ask(
  options: CheckedProxyOptions,
  request: RequestLike,
  path: string | undefined,
  channels: string[],
): Promise<Asked> {
  const { method = "GET" } = request;
  if (!METHODS.includes(method)) throw new SSEError("BAD_REQUEST", `A proxy takes ${METHODS.join(", ")}`);
  if (!isFromAllowedOrigin(request, options)) throw new SSEError("FORBIDDEN", "Only pages of this server may ask");
  const query = queryOf(request);
  const asked = path ?? query.get("path") ?? query.get("url");
  if (asked === null)
    throw new SSEError("BAD_REQUEST", "What is asked for is to stand in the path, or in the query's path");
  if (path === undefined) for (const name of ADDRESS) query.delete(name);
  if (options.ingest) for (const name of OF_CLIENT) query.delete(name);
  const target = targetOf(options.upstreams, asked, query);
  const hasOrigin = options.ingest || options.upstreams.length > 1;
  const address = `${hasOrigin ? target.origin : ""}${target.pathname}`;
  const channel = `proxy:${address}${options.ingest ? target.search : ""}`;
  channels.push(channel);
  if (options.ingest) {
    // Before the upstream is asked; the hub's stream asks, too.
    await authorizeRequest(options.hub, request, {
      channels: [channel],
      ...(options.authorize && { authorize: options.authorize }),
    });
  }
  return { target, channel };
}

/** The upstream's answer, or a refusal. As long as it lasts it is a stream of the hub. */
async function relay(
  options: CheckedProxyOptions,
  request: RequestLike,
  given: () => RequestBody,
  signal: AbortSignal,
  { target, channel }: Asked,
): Promise<IncomingMessage | Response> {
  const { method = "GET" } = request;
  const ended = new AbortController();
  const hold = await holdRelay(options.hub, request, channel, options.authorize, () => ended.abort());
  if (hold instanceof Response) return hold;
  try {
    const own = { ...options.headers, ...(await authorization(options, request)) };
    const body = method === "POST" ? await readBytes(given(), options.maxBodyBytes) : undefined;
    if (method === "POST" && body === undefined)
      throw new SSEError("BAD_REQUEST", `A body has at most ${options.maxBodyBytes} bytes`);
    const answer = await askUpstream({
      target,
      method,
      signal: AbortSignal.any([signal, ended.signal]),
      headers: requestHeaders(request, options.forwardHeaders ?? [], own),
      body,
      times: {
        connectMs: options.connectTimeoutMs,
        headMs: options.headTimeoutMs,
        silenceMs: options.silenceTimeoutMs,
      },
    });
    answer.on("close", () => hold.release());
    return (await refusalOfUpstream(answer)) ?? answer;
  } catch (error) {
    hold.release();
    if (ended.signal.aborted) throw new SSEError("DRAINING", "The stream was ended before it began");
    throw error;
  }
}

async function authorization(
  { cookie, token, required }: CheckedProxyOptions,
  request: RequestLike,
): Promise<Record<string, string>> {
  const value: unknown = token ? await token(request) : cookie && cookieOf(request, cookie);
  // `session && session.token` is none, too.
  if (value === undefined || value === null || value === "" || value === false) {
    if (required) throw new SSEError("UNAUTHENTICATED", "Nobody is logged in");
    return {};
  }
  if (typeof value !== "string") throw new TypeError(`token must give a string, not ${describe(value)}`);
  // Nothing that would be another header, or another scheme.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new SSEError("UNAUTHENTICATED", "The token cannot be sent");
  return { authorization: `Bearer ${value}` };
}

function toResponse(answer: IncomingMessage | Response, { exposeHeaders = [] }: CheckedProxyOptions): Response {
  if (answer instanceof Response) return answer;
  const status = answer.statusCode ?? 502;
  const headers = answerHeaders(answer.headers, exposeHeaders);
  if (status === 204) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
}

function refusal(
  { hub }: CheckedProxyOptions,
  error: unknown,
  request: RequestLike,
  channels: readonly string[],
): Response {
  if (!(error instanceof UpstreamFailure)) return errorResponse(hub, error, request, [...channels]);
  const [status, code] = error.isLate ? ([504, "TIMED_OUT"] as const) : ([502, "CONNECTION_FAILED"] as const);
  return problemOf(status, code, error.message);
}
