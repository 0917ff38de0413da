const HOLDS_AFTER_MS = 5000;
const PLANNED_HOLDS_AFTER_MS = 1000;

/** Whether connections hold: native/core/session/stability.hpp in JavaScript. */
export class Stability {
  /** Connections and attempts in a row that did not hold. */
  unproven = 0;
  /** Connections and attempts in a row that brought nothing. */
  fruitless = 0;
  #hasReceived = false;
  #holds = false;
  #openedAtMs = 0;

  begin(): void {
    this.unproven = this.fruitless = 0;
  }

  opened(now: number): void {
    this.#hasReceived = this.#holds = false;
    this.#openedAtMs = now;
  }

  received(now: number, isProof: boolean): boolean {
    this.#hasReceived = true;
    this.fruitless = 0;
    if (this.#holds || !isProof || now - this.#openedAtMs < HOLDS_AFTER_MS) return false;
    this.#holds = true;
    this.unproven = 0;
    return true;
  }

  holds(now: number, isPlanned: boolean): boolean {
    return this.#holds || (isPlanned && now - this.#openedAtMs >= PLANNED_HOLDS_AFTER_MS);
  }

  lost(isOpen: boolean, holds: boolean, isPlanned: boolean): void {
    if (!isOpen || !this.#hasReceived) this.fruitless++;
    if (!holds) this.unproven++;
    else if (isPlanned) this.unproven = 0;
  }
}
