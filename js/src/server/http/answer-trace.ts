import type { RequestLike } from "../access/request-like.js";
import { randomTraceId, traceIdOf } from "../observe/trace.js";

/** The trace id of an answer that is no stream. */
export function traceIdFor(request: RequestLike, options?: { readonly traceId?: unknown }): string {
  const isOwn = isSendable(options?.traceId);
  return isOwn
    ? (options?.traceId as string)
    : (traceIdOf({ headers: { get: (name) => headerOf(request, name) } }) ?? randomTraceId());
}

/** The application's own kind of request may throw. */
export function headerOf(request: RequestLike, name: string): string | null {
  try {
    return request.headers.get(name);
  } catch {
    return null;
  }
}

/** The application's, unless it is what is wrong with the answer. */
function isSendable(traceId: unknown): boolean {
  return typeof traceId === "string" && /^[!-~]+$/.test(traceId);
}
