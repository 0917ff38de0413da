/** A socket that Node has and the core writes to. */
export interface TakenSocket {
  /** The core has stopped writing. `isWhole`: it has sent everything but the end of the body, which Node writes. */
  end(isWhole: boolean): void;
}
