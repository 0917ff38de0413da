import type { Health, SessionState } from "../../core/contract.js";
import type { SSEClientOptions, TapeEntry } from "../options/options.js";

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

const DEFAULT_TRANSITIONS = 100;

/** What the options `debug` and `tape` want to know of a client. */
export class Recorder {
  /** The last ones, oldest first. */
  transitions: readonly Transition[] = [];
  readonly #most: number;
  readonly #tape: SSEClientOptions["tape"];
  readonly #now: () => number;
  readonly #beganMs: number;

  /** @param beganMs - when the client was made. */
  constructor({ debug, tape }: SSEClientOptions, now: () => number, beganMs: number) {
    this.#most = debug === true ? DEFAULT_TRANSITIONS : Number(debug ?? 0);
    this.#tape = tape;
    this.#now = now;
    this.#beganMs = beganMs;
  }

  note(what: string, { state, health, attempts }: Omit<Transition, "atMs" | "what">, atMs = this.#now()): void {
    if (this.#most <= 0) return;
    const transition = { atMs: atMs - this.#beganMs, what, state, health, attempts };
    this.transitions = [...this.transitions, transition].slice(-this.#most);
  }

  record(kind: TapeEntry["kind"], bytes?: Uint8Array, atMs = this.#now()): void {
    this.#tape?.write({ atMs: atMs - this.#beganMs, kind, ...(bytes && { bytes }) });
  }
}
