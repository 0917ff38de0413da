import type { IncomingMessage, ServerResponse } from "node:http";
import { SSEError } from "../../shared/errors.js";
import type { RequestLike } from "../access/request-like.js";
import { exposesErrors } from "../observe/exposure.js";
import { randomTraceId, traceIdOf } from "../observe/trace.js";
import { tellFailure } from "./answer-request.js";
import { nodeHeaders } from "./headers.js";
import { nodeRequest } from "./node-request.js";
import { failureAnswer } from "./refusal.js";

/** Answers a web Request with a Response or, given Node's request and response, by the latter. */
export interface PlainHandler {
  (request: RequestLike): Promise<Response>;
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/**
 * Makes a handler of a function that answers requests with short responses, which are read whole where Node's response carries them.
 * What the function throws is answered as `hub.response` answers it: refusals by their status, everything else with 500, and the hub is told.
 */
export function toPlainHandler(hubName: string, answer: (request: RequestLike) => Promise<Response>): PlainHandler {
  const answered = async (request: RequestLike): Promise<Response> => {
    try {
      return await answer(request);
    } catch (error) {
      const traceId = traceIdOf(request) ?? randomTraceId();
      const { status, headers, body } = failureAnswer(error, {
        accept: null,
        retryMs: () => 0,
        isExposed: exposesErrors(hubName),
        traceId,
      });
      tellFailure(hubName, error, [], traceId);
      return new Response(body, { status, headers });
    }
  };
  const handler = async (request: RequestLike | IncomingMessage, res?: unknown): Promise<Response | undefined> => {
    if (!isNodeResponse(res)) return answered(request as RequestLike);
    const response = await answered(nodeRequest(request as IncomingMessage));
    await write(response, request as IncomingMessage, res);
    return undefined;
  };
  return handler as PlainHandler;
}

/**
 * Asks who may see what a handler answers with. Where nobody is to be asked, everybody may in development, and nobody in production.
 *
 * @throws SSEError `FORBIDDEN`, `NO_AUTHORIZER`.
 */
export async function requireAllowed(of: string, ask: (() => boolean | Promise<boolean>) | undefined): Promise<void> {
  if (ask !== undefined) {
    if ((await ask()) === true) return;
    throw new SSEError("FORBIDDEN", "This is not for this client");
  }
  if (process.env.NODE_ENV !== "production") return;
  throw new SSEError("NO_AUTHORIZER", `${of} needs the option authorize in production`);
}

/** Next.js gives a route handler a second argument, too: the route's parameters. */
function isNodeResponse(res: unknown): res is ServerResponse {
  return typeof (res as ServerResponse | undefined)?.writeHead === "function";
}

async function write(response: Response, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (res.headersSent || res.destroyed) return; // its client has gone, or the application has answered
  res.writeHead(response.status, nodeHeaders(response.headers));
  res.end(req.method === "HEAD" ? undefined : body);
}
