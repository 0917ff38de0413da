import { isSSEError, type SSEErrorCode } from "./errors.js";

/** How a refused request is answered. */
export interface RefusalStatus {
  readonly status: number;
  readonly title: string;
}

/** The codes of errors that refuse a request; every other error is a failure. */
export const REFUSALS: { readonly [Code in SSEErrorCode]?: RefusalStatus } = {
  BAD_REQUEST: { status: 400, title: "Bad request" },
  UNAUTHENTICATED: { status: 401, title: "Not authenticated" },
  FORBIDDEN: { status: 403, title: "Forbidden" },
  NO_SUCH_CHANNEL: { status: 404, title: "No such channel" },
  NOT_FOUND: { status: 404, title: "Not found" },
  NOT_ACCEPTABLE: { status: 406, title: "Not acceptable" },
  TOO_MANY_CONNECTIONS: { status: 429, title: "Too many connections" },
  RATE_LIMITED: { status: 429, title: "Too many at a time" },
  TOO_MANY_CHANNELS: { status: 400, title: "Too many channels" },
  SERVER_FULL: { status: 503, title: "The server has as many connections or channels as it allows" },
  NO_AUTHORIZER: { status: 503, title: "Nobody can be asked who may read" },
  DRAINING: { status: 503, title: "The server is shutting down" },
  STORE_FAILED: { status: 503, title: "The store of the events cannot be used" },
  TIMED_OUT: { status: 503, title: "The answer took too long" },
};

/** Whether the error refuses the request, and is answered with a status of its own. */
export function isRefusal(error: unknown): boolean {
  return isSSEError(error) && Object.hasOwn(REFUSALS, error.code);
}
