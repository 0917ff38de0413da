import { LONGEST_TIMER_MS } from "../shared/timers.js";

/**
 * When a snapshot is renewed: once a macrotask, so that a chunk of thousands of events, or many small chunks at once, are
 * one render. What may wait is shown at most once a pause, the first of it at once and the last of it for sure.
 *
 * A page in the background has its timers slowed down, which is right: nobody sees it.
 */
export class Renewal {
  readonly #renew: () => void;
  readonly #pauseMs: () => number;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** Something has come that may wait. */
  #isStale = false;

  /** @param pauseMs - asked when a pause begins; 0 for none. */
  constructor(renew: () => void, pauseMs: () => number) {
    this.#renew = renew;
    this.#pauseMs = pauseMs;
  }

  /** Something has come that everybody is to see at once, with all that waits. */
  now(): void {
    this.#soon ??= setTimeout(() => this.#run(), 0);
  }

  /** Something has come that may wait for the end of a pause. */
  later(): void {
    this.#isStale = true;
    if (this.#pause === undefined) this.now();
  }

  /** Ends a pause before its time. */
  hurry(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#isStale) this.now();
  }

  /** Forgets all that was to come. */
  stop(): void {
    clearTimeout(this.#soon);
    clearTimeout(this.#pause);
    this.#soon = this.#pause = undefined;
    this.#isStale = false;
  }

  #run(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#isStale) this.#beginPause();
    this.#isStale = false;
    this.#renew();
  }

  #beginPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    const pauseMs = Math.min(this.#pauseMs(), LONGEST_TIMER_MS);
    if (!(pauseMs > 0)) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isStale) this.#run();
    }, pauseMs);
  }
}
