/** What the server's heartbeats say of the way they took: native/core/session/heartbeat_timing.hpp in JavaScript. */
export class HeartbeatTiming {
  latencyMs: number | null = null;
  #lastAtMs = -Infinity;
  #ignoredUntilMs = -Infinity;
  #bursts = 0;
  #shortestWayMs = Infinity;

  get areHeldBack(): boolean {
    return this.#bursts >= 2;
  }

  came(now: number, count: number, intervalMs: number): void {
    if (count === 0 || intervalMs === 0) return;
    const isTogether = count > 1 || now - this.#lastAtMs < Math.floor(intervalMs / 2);
    this.#lastAtMs = now;
    if (now < this.#ignoredUntilMs) return;
    this.#bursts = isTogether ? this.#bursts + 1 : 0;
  }

  ignoreFor(now: number, intervalMs: number): void {
    this.#ignoredUntilMs = now + intervalMs;
  }

  stamped(now: number, sentMs: number): void {
    const wayMs = now - sentMs;
    this.#shortestWayMs = Math.min(this.#shortestWayMs, wayMs);
    this.latencyMs = Math.trunc(wayMs - this.#shortestWayMs);
  }
}
