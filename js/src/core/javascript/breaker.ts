import type { SessionOptions } from "../contract.js";

/** A circuit breaker: native/core/session/breaker.hpp in JavaScript. */
export class Breaker {
  readonly #options: Required<SessionOptions>;
  #failures = 0;
  #untilMs = 0;

  constructor(options: Required<SessionOptions>) {
    this.#options = options;
  }

  failed(now: number): void {
    this.#failures++;
    if (this.isOpen) this.#untilMs = now + this.#options.coolDownMs;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  get isOpen(): boolean {
    const { failures } = this.#options;
    return failures > 0 && this.#failures >= failures;
  }

  remainingMs(now: number): number {
    return this.isOpen ? Math.max(0, this.#untilMs - now) : 0;
  }
}
