import type { ConnectionId, NativeHub } from "../../native/binding.js";

/** What the core needs of a stream to write it to a socket. */
export interface TakenStream {
  readonly hub: NativeHub;
  readonly connection: ConnectionId;
  readonly environmentId: number;
  /** Whether Node has released the socket: then the core also notices the client's end, and ends the body. */
  readonly isReleased: boolean;
  readonly stallMs: number;
}

/** A socket that Node has and the core writes to. */
export interface TakenSocket {
  /** The core has stopped writing. `isWhole`: it has sent everything but the end of the body, which Node writes. */
  end(isWhole: boolean): void;
}
