import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { Clock } from "../options/clock.js";

/** One timer, for the next of the times that something is due. It may ring early: it is then to be set again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: unknown;
  #atMs = Infinity;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this time; never again for Infinity. A timer that is set for an earlier time stays. */
  set(atMs: number): void {
    if (this.#atMs <= atMs && atMs !== Infinity) return;
    if (this.#atMs !== Infinity) this.#clock.clearTimer(this.#timer);
    this.#atMs = atMs;
    if (atMs === Infinity) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(atMs - this.#clock.now())), LONGEST_TIMER_MS);
    this.#timer = this.#clock.setTimer(() => {
      this.#atMs = Infinity;
      this.#ring();
    }, delayMs);
  }
}
