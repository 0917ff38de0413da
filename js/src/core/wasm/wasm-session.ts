import type { Health, Loss, PollResult, SessionAction, SessionCore, SessionState, StreamFacts } from "../contract.js";
import {
  ACTIONS,
  HEALTHS,
  INPUT_CLOSE,
  INPUT_CONNECTED,
  INPUT_HIDDEN,
  INPUT_LOST,
  INPUT_OFFLINE,
  INPUT_ONLINE,
  INPUT_PACED,
  INPUT_POLLED,
  INPUT_RECEIVED,
  INPUT_RESTORED,
  INPUT_RETRY,
  INPUT_STAMPED,
  INPUT_START,
  INPUT_TICK,
  INPUT_VISIBLE,
  LOSSES,
  POLL_RESULTS,
  SESSION_ACTION,
  SESSION_ATTEMPTS,
  SESSION_DEADLINE_MS,
  SESSION_DELAY_MS,
  SESSION_HEALTH,
  SESSION_IS_POLLING,
  SESSION_LATENCY_MS,
  SESSION_NOW_MS,
  SESSION_STATE,
  STATES,
} from "./layout.js";
import type { WasmMemory } from "./wasm-memory.js";

/** The options of a session in their order; `pausesWhenHidden`, the last, is false or true, and the others are numbers. */
export type SessionParameters = [
  attempts: number,
  baseMs: number,
  maxMs: number,
  serverMinMs: number,
  serverMaxMs: number,
  failures: number,
  coolDownMs: number,
  silenceMs: number,
  pollEveryMs: number,
  pollAfter: number,
  pausesWhenHidden: number,
];

/** What wasm/client/session.cpp exports. Handles are addresses of a `SessionReport`. */
export interface SessionExports {
  /** Infinite `attempts` are no limit. */
  sessionNew(...options: SessionParameters): number;
  sessionFree(session: number): void;
  sessionPut(session: number, input: number, nowMs: number, random: number, first: number, second: number): void;
  sessionLook(session: number, nowMs: number): void;
}

/** The {@link SessionCore} in WebAssembly. What the module reports after each call is read in its memory. */
export class WasmSession implements SessionCore {
  /** What the module knows it by, and frees it by. */
  readonly handle: number;
  readonly #exports: SessionExports;
  readonly #memory: WasmMemory;

  constructor(exports: SessionExports, memory: WasmMemory, handle: number) {
    this.#exports = exports;
    this.#memory = memory;
    this.handle = handle;
  }

  get state(): SessionState {
    return STATES[this.#word(SESSION_STATE)] as SessionState;
  }

  get attempts(): number {
    return this.#word(SESSION_ATTEMPTS);
  }

  get isPolling(): boolean {
    return this.#word(SESSION_IS_POLLING) > 0;
  }

  get latencyMs(): number | null {
    const ms = this.#memory.double(this.handle + SESSION_LATENCY_MS);
    return ms < 0 ? null : ms;
  }

  /** What the last input asked for. */
  get action(): SessionAction {
    const kind = ACTIONS[this.#word(SESSION_ACTION)] as SessionAction["kind"];
    return kind === "wait" ? { kind, delayMs: this.#memory.double(this.handle + SESSION_DELAY_MS) } : { kind };
  }

  health(nowMs: number): Health {
    this.#look(nowMs);
    return HEALTHS[this.#word(SESSION_HEALTH)] as Health;
  }

  deadlineMs(nowMs: number): number {
    this.#look(nowMs);
    return this.#memory.double(this.handle + SESSION_DEADLINE_MS);
  }

  start(nowMs: number): SessionAction {
    return this.#put(INPUT_START, nowMs);
  }

  close(): SessionAction {
    return this.#put(INPUT_CLOSE);
  }

  connected(nowMs: number, { silenceMs = 0, heartbeatMs = 0 }: StreamFacts = {}): SessionAction {
    return this.#put(INPUT_CONNECTED, nowMs, 0, silenceMs, heartbeatMs);
  }

  received(nowMs: number, heartbeats: number, events: number): SessionAction {
    return this.#put(INPUT_RECEIVED, nowMs, 0, heartbeats, events);
  }

  stamped(nowMs: number, sentMs: number): void {
    this.#put(INPUT_STAMPED, nowMs, 0, sentMs);
  }

  paced(everyMs: number): void {
    this.#put(INPUT_PACED, 0, 0, everyMs);
  }

  retry(ms: number): void {
    this.#put(INPUT_RETRY, 0, 0, ms);
  }

  lost(loss: Loss, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    return this.#put(INPUT_LOST, nowMs, random, LOSSES.indexOf(loss), retryAfterMs);
  }

  polled(result: PollResult, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    return this.#put(INPUT_POLLED, nowMs, random, POLL_RESULTS.indexOf(result), retryAfterMs);
  }

  online(nowMs: number, random: number): SessionAction {
    return this.#put(INPUT_ONLINE, nowMs, random);
  }

  offline(): SessionAction {
    return this.#put(INPUT_OFFLINE);
  }

  visible(nowMs: number, random: number): SessionAction {
    return this.#put(INPUT_VISIBLE, nowMs, random);
  }

  hidden(): SessionAction {
    return this.#put(INPUT_HIDDEN);
  }

  restored(nowMs: number): SessionAction {
    return this.#put(INPUT_RESTORED, nowMs);
  }

  tick(nowMs: number, random: number): SessionAction {
    return this.#put(INPUT_TICK, nowMs, random);
  }

  #put(input: number, nowMs = 0, random = 0, first = 0, second = 0): SessionAction {
    this.#exports.sessionPut(this.handle, input, Math.floor(nowMs), random, first, second);
    return this.action;
  }

  /** Health and deadline depend on the time: where it has passed since the last report, the module makes another. */
  #look(nowMs: number): void {
    const now = Math.floor(nowMs);
    if (this.#memory.double(this.handle + SESSION_NOW_MS) !== now) this.#exports.sessionLook(this.handle, now);
  }

  #word(offset: number): number {
    return this.#memory.word(this.handle + offset);
  }
}
