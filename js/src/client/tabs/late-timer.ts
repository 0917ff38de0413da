import type { Clock } from "../options/clock.js";

/** A timer that is so late did not run in time, and neither did what would have heard an answer: the page was suspended. */
const LATE_MS = 1000;

/** One timer, which says whether it is late. */
export class LateTimer {
  readonly #clock: Clock;
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In place of what it was set for before. */
  set(ms: number, run: (isLate: boolean) => void): void {
    const clock = this.#clock;
    this.clear();
    const dueMs = clock.now() + ms;
    this.#timer = clock.setTimer(() => run(clock.now() > dueMs + LATE_MS), ms);
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
