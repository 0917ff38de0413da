import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { SSEError } from "../../shared/errors.js";
import type { HubStream } from "../stream/hub-stream.js";

/** The response that has a stream on a socket, and how many streams. */
interface Claim {
  readonly response: ServerResponse;
  count: number;
}

/** One a thread, however often this module is loaded. */
const KEY = Symbol.for("millrace.claims.1");

/**
 * Claims the response's socket for a stream that is about to be opened; gives what releases it. Streams that are pipelined behind
 * one another on a connection of HTTP/1 would be open, and count, without their client being able to see them: it gets the
 * second when the first has ended.
 *
 * @throws SSEError `TOO_MANY_CONNECTIONS` when another response on the same socket has a stream.
 */
export function claimSocket(response: ServerResponse): () => void {
  const { socket, httpVersionMajor = 0 } = response.req ?? {};
  if (httpVersionMajor >= 2 || socket == null) return () => {};
  const store = globalThis as { [KEY]?: WeakMap<Socket, Claim> };
  store[KEY] ??= new WeakMap();
  const claims = store[KEY];
  const claim = claims.get(socket) ?? { response, count: 0 };
  if (claim.response !== response) {
    throw new SSEError("TOO_MANY_CONNECTIONS", "One stream a socket: another stream of this client is open on it");
  }
  claim.count += 1;
  claims.set(socket, claim);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    claim.count -= 1;
    if (claim.count === 0) claims.delete(socket);
  };
}

/** Calls `release` at the end of the stream: at once if it has ended already. */
export function releaseAtEnd(stream: HubStream, release: () => void): void {
  if (stream.hasEnded) release();
  else stream.beforeEnd = release;
}
