import type { SessionAction, SessionCore, SessionState } from "./contract.js";

/** What wasm/session.cpp exports. Handles are numbers. */
export interface SessionExports {
  sessionNew(attempts: number, baseMs: number, maxMs: number): number;
  sessionFree(session: number): void;
  sessionStart(session: number): number;
  sessionConnected(session: number): number;
  sessionLost(session: number, isFinal: number, nowMs: number, random: number): number;
  sessionRetry(session: number, ms: number): number;
  sessionTick(session: number, nowMs: number): number;
  sessionClose(session: number): number;
  sessionDelay(session: number): number;
  sessionState(session: number): number;
  sessionAttempts(session: number): number;
}

// The order of the C++ enumerations.
const ACTIONS = ["none", "connect", "wait", "close", "giveUp"] as const;
const STATES: readonly SessionState[] = ["disconnected", "connecting", "connected", "reconnecting", "error"];

/** The {@link SessionCore} in WebAssembly. */
export class WasmSession implements SessionCore {
  readonly #exports: SessionExports;
  readonly #handle: number;

  constructor(exports: SessionExports, handle: number) {
    this.#exports = exports;
    this.#handle = handle;
  }

  get state(): SessionState {
    return STATES[this.#exports.sessionState(this.#handle)] ?? "error";
  }

  get attempts(): number {
    return this.#exports.sessionAttempts(this.#handle);
  }

  start(): SessionAction {
    return this.#action(this.#exports.sessionStart(this.#handle));
  }

  connected(): SessionAction {
    return this.#action(this.#exports.sessionConnected(this.#handle));
  }

  lost(final: boolean, nowMs: number, random: number): SessionAction {
    return this.#action(this.#exports.sessionLost(this.#handle, final ? 1 : 0, Math.floor(nowMs), random));
  }

  retry(ms: number): SessionAction {
    return this.#action(this.#exports.sessionRetry(this.#handle, ms));
  }

  tick(nowMs: number): SessionAction {
    return this.#action(this.#exports.sessionTick(this.#handle, Math.floor(nowMs)));
  }

  close(): SessionAction {
    return this.#action(this.#exports.sessionClose(this.#handle));
  }

  #action(number: number): SessionAction {
    const kind = ACTIONS[number] ?? "none";
    return kind === "wait" ? { kind, delayMs: this.#exports.sessionDelay(this.#handle) } : { kind };
  }
}
