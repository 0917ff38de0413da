const FIRST_PROBE_MS = 30000;
const LAST_PROBE_MS = 300000;
const MOST_STRETCH = 4;

/** When to poll, and when to try to stream again: native/core/session/poll_schedule.hpp in JavaScript. */
export class PollSchedule {
  readonly #leastEveryMs: number;
  readonly #after: number;
  everyMs = 0;
  probeAtMs = 0;
  #probeEveryMs = 0;

  constructor(everyMs: number, after: number) {
    this.#leastEveryMs = everyMs;
    this.#after = after;
  }

  get isAllowed(): boolean {
    return this.#leastEveryMs > 0;
  }

  isDueAfter(fruitless: number): boolean {
    return this.isAllowed && fruitless >= this.#after;
  }

  begin(now: number): void {
    this.#probeEveryMs = this.#probeEveryMs === 0 ? FIRST_PROBE_MS : Math.min(2 * this.#probeEveryMs, LAST_PROBE_MS);
    this.probeAtMs = now + this.#probeEveryMs;
    this.everyMs = this.#leastEveryMs;
  }

  broughtEvents(): void {
    this.everyMs = this.#leastEveryMs;
  }

  broughtNothing(): void {
    this.everyMs = Math.min(Math.floor((this.everyMs * 3) / 2), this.#leastEveryMs * MOST_STRETCH);
  }
}
