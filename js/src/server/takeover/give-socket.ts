import type { TakenStream } from "../stream/taken-socket.js";

/** Gives the core a socket, by its descriptor, to write the stream to. The core duplicates it; says whether it could. */
export function giveSocket(descriptor: number) {
  return ({ hub, connection, environmentId, isReleased, stallMs }: TakenStream): boolean =>
    hub.adopt(connection, environmentId, descriptor, isReleased, stallMs);
}
