import type { IncomingMessage, ServerResponse } from "node:http";
import { errorResponse, type Hub, type RequestLike, type ResponseOptions } from "../../server/hub-api.js";
import { requestOf } from "../http/node-answer.js";

/** Where an answer is streamed to: a web response, or Node's. */
export type Outlet = (options: ResponseOptions) => Promise<{
  /** The client was let in, and its stream is open. */
  readonly isOpen: boolean;
  /** What a route handler is to give; undefined where Node's response has it already. */
  readonly response?: Response;
}>;

/** Who reads an answer, and how. */
export interface Reading {
  readonly request: RequestLike;
  readonly outlet: Outlet;
  readonly headers?: Record<string, string> | undefined;
}

export function webReading(hub: Hub, request: RequestLike): Reading {
  const outlet: Outlet = async (options) => {
    const response = await hub.response(request, options);
    return { isOpen: response.status === 200, response };
  };
  return { request, outlet };
}

export function nodeReading(hub: Hub, req: IncomingMessage, res: ServerResponse): Reading {
  const outlet: Outlet = async (options) => {
    const stream = await hub.attach(req, res, options);
    const end = stream.signal.aborted ? await stream.closed : undefined;
    return { isOpen: end === undefined || end === "polled" };
  };
  return { request: requestOf(req), outlet };
}

/** The answer to what fails. It is read by a program, and by no EventSource, which a draining hub would have come back. */
export function refusal(hub: Hub, error: unknown, request: RequestLike, channels: readonly string[]): Response {
  const { url, method } = request;
  const get = (name: string) =>
    name.toLowerCase() === "accept" ? "application/problem+json" : request.headers.get(name);
  return errorResponse(hub, error, { url, ...(method !== undefined && { method }), headers: { get } }, channels);
}
