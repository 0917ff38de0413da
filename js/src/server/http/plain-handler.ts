import type { IncomingMessage, ServerResponse } from "node:http";
import { SSEError } from "../../shared/errors.js";
import { nodeRequest } from "../../shared/node-request.js";
import type { RequestLike } from "../access/request-like.js";
import { isYes } from "../access/yes-or-no.js";
import { exposesErrors } from "../observe/exposure.js";
import { readable } from "../observe/readable-error.js";
import { countRefused } from "../observe/refusals.js";
import { reportOnce } from "../observe/report.js";
import { runUserCode } from "../observe/user-code-error.js";
import { tellFailure } from "./answer-request.js";
import { traceIdFor } from "./answer-trace.js";
import { nodeHeaders } from "./headers.js";
import { failureAnswer } from "./refusal.js";

/** Answers a web Request with a Response or, given Node's request and response, by the latter. */
export interface PlainHandler {
  (request: RequestLike): Promise<Response>;
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
}

const METHODS = ["GET", "HEAD"];

/**
 * Makes a handler of a function that answers requests with short responses, which are read whole where Node's response carries them.
 * What the function throws is answered as `hub.response` answers it: refusals by their status, everything else with 500, and the hub is told.
 *
 * @param hubOf - the name of the hub that is told.
 */
export function toPlainHandler(hubOf: () => string, answer: (request: RequestLike) => Promise<Response>): PlainHandler {
  const answered = async (request: RequestLike): Promise<Response> => {
    if (!METHODS.includes(request.method ?? "GET")) {
      return new Response(null, { status: 405, headers: { Allow: METHODS.join(", ") } });
    }
    try {
      return await answer(request);
    } catch (thrown) {
      return errorResponse({ name: hubOf() }, thrown, request);
    }
  };
  const handler = async (request: RequestLike | IncomingMessage, res?: unknown): Promise<Response | undefined> => {
    if (!isNodeResponse(res)) return answered(request as RequestLike);
    const req = request as IncomingMessage;
    await writeResponse(await answered(withAddress(nodeRequest(req))), req, res);
    return undefined;
  };
  return handler as PlainHandler;
}

/** It is read by a program, and by no EventSource, which a draining hub would have come back. */
const PROBLEM = "application/problem+json";

/**
 * The answer to a request that fails, as `hub.response` gives it: a refusal by its status, everything else with 500, as
 * `application/problem+json`. The hub's listeners are told. For what belongs to a stream and is none.
 *
 * @param channels - what the request is about.
 */
export function errorResponse(
  hub: { readonly name: string },
  thrown: unknown,
  request: RequestLike,
  channels: readonly string[] = [],
): Response {
  const error = readable(thrown);
  const traceId = traceIdFor(request);
  const isExposed = exposesErrors(hub.name);
  const { status, headers, body } = failureAnswer(error, { accept: PROBLEM, retryMs: () => 0, isExposed, traceId });
  countRefused("request", hub.name, error);
  tellFailure(hub.name, error, channels, traceId);
  return new Response(body, { status, headers });
}

/** With the whole address, as web Requests have it; as it came where that is none. */
function withAddress(request: RequestLike): RequestLike {
  const base = `http://${request.headers.get("host") ?? "localhost"}`;
  return { ...request, url: URL.canParse(request.url, base) ? new URL(request.url, base).href : request.url };
}

/**
 * Asks who may see what a handler answers with. Where nobody is to be asked, everybody may in development, and nobody in production.
 *
 * @throws SSEError `FORBIDDEN`, `NO_AUTHORIZER`.
 */
export async function requireAllowed(
  of: string,
  hubName: string,
  ask: (() => boolean | Promise<boolean>) | undefined,
): Promise<void> {
  if (ask !== undefined) {
    const answer: unknown = await runUserCode("authorize", ask);
    if (isYes(hubName, `authorize of ${of}`, answer)) return;
    throw new SSEError("FORBIDDEN", "This is not for this client");
  }
  if (process.env.NODE_ENV !== "production") return;
  const what = `${of} needs the option authorize in production: until then it answers nobody`;
  reportOnce(hubName, "authorize", what);
  throw new SSEError("NO_AUTHORIZER", what);
}

/** Next.js gives a route handler a second argument, too: the route's parameters. */
function isNodeResponse(res: unknown): res is ServerResponse {
  return typeof (res as ServerResponse | undefined)?.writeHead === "function";
}

/** Sends a short answer by Node's response; nothing where that has an answer already, or its client has gone. */
export async function writeResponse(response: Response, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (res.headersSent || res.destroyed) return; // its client has gone, or the application has answered
  const size = response.body === null ? {} : { "content-length": body.length };
  const vary = [res.getHeader("vary") ?? [], response.headers.get("vary") ?? []].flat().join(", ");
  res.writeHead(response.status, { ...nodeHeaders(response.headers), ...size, ...(vary !== "" && { vary }) });
  res.end(req.method === "HEAD" ? undefined : body);
}
