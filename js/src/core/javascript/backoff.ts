import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { SessionOptions } from "../contract.js";

/** From here on doubling changes nothing, for every `maxMs` is below 2 ** 32; without it, 0 * Infinity is no number. */
const MAX_EXPONENT = 32;

/** Exponential back-off with full jitter: native/core/session/backoff.hpp in JavaScript. */
export class Backoff {
  readonly #options: Required<SessionOptions>;
  #baseMs: number;
  #maxMs: number;

  constructor(options: Required<SessionOptions>) {
    this.#options = options;
    this.#baseMs = options.baseMs;
    this.#maxMs = options.maxMs;
  }

  serverRetry(ms: number): void {
    const { serverMinMs, serverMaxMs, maxMs } = this.#options;
    this.#baseMs = Math.min(Math.max(Math.floor(ms), serverMinMs), serverMaxMs);
    this.#maxMs = Math.max(maxMs, this.#baseMs);
  }

  waitMs(attempt: number, random: number): number {
    const longestMs = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(attempt, MAX_EXPONENT));
    return Math.min(Math.floor(random * longestMs), LONGEST_TIMER_MS);
  }
}
