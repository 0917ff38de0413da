import type { IncomingMessage, ServerResponse } from "node:http";
import type { Hub, RequestLike, ResponseOptions } from "../../server/hub-api.js";
import { nodeRequest } from "../../shared/node-request.js";

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
  /** Channels that are read beside the answer's, from now on. */
  readonly also?: readonly string[] | undefined;
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
  return { request: nodeRequest(req), outlet };
}
