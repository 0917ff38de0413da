import type { Health, SessionState } from "../core/contract.js";

/** Something that happened to a client, and how it was afterwards. */
export interface Transition {
  /** Milliseconds since the client was made. */
  readonly atMs: number;
  /** What was done or happened: `connect`, `open`, `wait 512 ms`, `lost CONNECTION_FAILED`, … */
  readonly what: string;
  readonly state: SessionState;
  readonly health: Health;
  readonly attempts: number;
}

const DEFAULT_SIZE = 100;

/** The last transitions, oldest first; none unless they are asked for. */
export class Transitions {
  readonly #size: number;
  #kept: Transition[] = [];

  constructor(debug: boolean | number | undefined) {
    this.#size = debug === true ? DEFAULT_SIZE : Number(debug ?? 0);
  }

  get kept(): readonly Transition[] {
    return this.#kept;
  }

  note(transition: Transition): void {
    if (this.#size > 0) this.#kept = [...this.#kept.slice(1 - this.#size), transition];
  }
}
