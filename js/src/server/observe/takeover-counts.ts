import { environment } from "../lifecycle/environment.js";

/**
 * Why the core does not write to the socket of a stream:
 *
 * - `disabled`: by the option `direct`.
 * - `notHttp11`: another version than HTTP/1.1, whose chunks the core writes.
 * - `noSocket`: the response waits behind another on its socket.
 * - `encrypted`: TLS.
 * - `noDescriptor`: the socket has none that can be read.
 * - `wrappedSocket`: functions of the socket were replaced.
 * - `noFirstChunk`: the stream began without bytes that could be followed.
 * - `changedBytes`: the first chunk was on the socket, but not as it was written.
 * - `delayedBytes`: it was not on the socket in time.
 * - `unknownWriter`: a function that is not known to pass on what it gets stood between the response and the socket.
 * - `encoded`: the headers name a content coding that is not the stream's.
 * - `bodyRead`: the application reads the body, and may change it.
 * - `replacedFunction`: a function of the response or the socket was replaced after the first chunk.
 * - `ended`: the stream, the response or the socket has ended before.
 * - `noReactor`: the core could not use the descriptor.
 */
export type DeclineReason =
  | "disabled"
  | "notHttp11"
  | "noSocket"
  | "encrypted"
  | "noDescriptor"
  | "wrappedSocket"
  | "noFirstChunk"
  | "changedBytes"
  | "delayedBytes"
  | "unknownWriter"
  | "encoded"
  | "bodyRead"
  | "replacedFunction"
  | "ended"
  | "noReactor";

/** How many streams of this thread the core has taken over, and how many not. */
export interface TakeoverCounts {
  readonly taken: number;
  readonly declined: { readonly [Reason in DeclineReason]?: number };
}

interface MutableCounts {
  taken: number;
  declined: { [Reason in DeclineReason]?: number };
}

const counts = () => environment().state("takeover counts", (): MutableCounts => ({ taken: 0, declined: {} }));

/** The counts so far. Streams whose Node response is not known are in none of them. */
export function takeoverCounts(): TakeoverCounts {
  const { taken, declined } = counts();
  return { taken, declined: { ...declined } };
}

export function countTaken(): void {
  counts().taken += 1;
}

export function countDeclined(reason: DeclineReason): void {
  const { declined } = counts();
  declined[reason] = (declined[reason] ?? 0) + 1;
}
