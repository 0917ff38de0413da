const MOST_STRETCH = 4;
const SILENT_HEARTBEATS = 3;

/** Notices that a connection has fallen silent: native/core/session/watchdog.hpp in JavaScript. */
export class Watchdog {
  /** As the server says it; 0: unknown. */
  heartbeatMs = 0;
  #heardAtMs = 0;
  #thresholdMs = 0;
  #begunAtMs = 0;
  #isGranted = false;
  #stretch = 1;

  get deadlineMs(): number {
    return this.#thresholdMs === 0 ? Infinity : this.#heardAtMs + this.#patienceMs;
  }

  get intervalMs(): number {
    return this.heartbeatMs > 0 ? this.heartbeatMs : Math.floor(this.#thresholdMs / 3);
  }

  get #patienceMs(): number {
    return this.#thresholdMs * this.#stretch;
  }

  begin(now: number, thresholdMs: number, heartbeatMs: number): void {
    this.#thresholdMs = thresholdMs;
    this.heartbeatMs = heartbeatMs;
    this.#begunAtMs = this.#heardAtMs = now;
    this.#isGranted = false;
  }

  pace(heartbeatMs: number): void {
    this.heartbeatMs = heartbeatMs;
    if (this.#thresholdMs > 0) this.#thresholdMs = SILENT_HEARTBEATS * heartbeatMs;
  }

  heard(now: number): void {
    this.#heardAtMs = Math.max(this.#heardAtMs, now);
    this.#isGranted = false;
    if (now - this.#begunAtMs >= 2 * this.#patienceMs) this.#stretch = 1;
  }

  grant(now: number): void {
    if (this.#isGranted) return;
    this.#isGranted = true;
    this.#heardAtMs = Math.max(this.#heardAtMs, now + this.intervalMs - this.#patienceMs);
  }

  fired(): void {
    this.#stretch = Math.min(2 * this.#stretch, MOST_STRETCH);
  }

  isLate(now: number): boolean {
    return !this.#isGranted && now - this.deadlineMs > this.intervalMs;
  }

  missed(now: number): 0 | 1 | 2 {
    return now >= this.#missAtMs(2) ? 2 : now >= this.#missAtMs(1) ? 1 : 0;
  }

  nextMissMs(now: number): number {
    const missed = this.missed(now);
    return missed > 1 ? Infinity : this.#missAtMs(missed + 1);
  }

  #missAtMs(count: number): number {
    const { intervalMs } = this;
    return intervalMs === 0 ? Infinity : this.#heardAtMs + Math.floor((intervalMs * (2 * count + 1) + 1) / 2);
  }
}
