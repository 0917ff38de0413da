import type { Health, Loss, PollResult, SessionAction, SessionCore, SessionState, StreamFacts } from "../contract.js";

/** What wasm/client/session.cpp exports. Handles are numbers; -1 stands for never, none or unlimited. */
export interface SessionExports {
  sessionNew(
    attempts: number,
    baseMs: number,
    maxMs: number,
    failures: number,
    coolDownMs: number,
    silenceMs: number,
    pollEveryMs: number,
    pausesWhenHidden: number,
    serverMinMs: number,
    serverMaxMs: number,
  ): number;
  sessionFree(session: number): void;
  sessionPut(session: number, input: number, nowMs: number, random: number, first: number, second: number): number;
  sessionDelay(session: number): number;
  sessionDeadline(session: number, nowMs: number): number;
  sessionStatus(session: number, nowMs: number): number;
  sessionAttempts(session: number): number;
  sessionLatency(session: number): number;
}

// The order of the C++ enumerations.
const ACTIONS = ["none", "connect", "wait", "close", "giveUp", "poll"] as const;
const STATES: readonly SessionState[] = ["disconnected", "connecting", "connected", "reconnecting", "error"];
const HEALTHS: readonly Health[] = ["healthy", "degraded", "critical", "disconnected"];
const POLL_RESULTS: readonly PollResult[] = ["events", "nothing", "failed", "more"];
const LOSSES: readonly Loss[] = ["transient", "final", "planned"];
const START = 0;
const CLOSE = 1;
const CONNECTED = 2;
const RECEIVED = 3;
const STAMPED = 4;
const RETRY = 5;
const LOST = 6;
const POLLED = 7;
const ONLINE = 8;
const OFFLINE = 9;
const VISIBLE = 10;
const HIDDEN = 11;
const RESTORED = 12;
const TICK = 13;

/** The {@link SessionCore} in WebAssembly. */
export class WasmSession implements SessionCore {
  readonly #exports: SessionExports;
  readonly #handle: number;

  constructor(exports: SessionExports, handle: number) {
    this.#exports = exports;
    this.#handle = handle;
  }

  get state(): SessionState {
    return STATES[this.#status(0) & 15] ?? "error";
  }

  get attempts(): number {
    return this.#exports.sessionAttempts(this.#handle);
  }

  get isPolling(): boolean {
    return this.#status(0) >> 8 > 0;
  }

  get latencyMs(): number | null {
    const ms = this.#exports.sessionLatency(this.#handle);
    return ms < 0 ? null : ms;
  }

  health(nowMs: number): Health {
    return HEALTHS[(this.#status(nowMs) >> 4) & 15] ?? "disconnected";
  }

  deadlineMs(nowMs: number): number {
    const ms = this.#exports.sessionDeadline(this.#handle, Math.floor(nowMs));
    return ms < 0 ? Infinity : ms;
  }

  start(nowMs: number): SessionAction {
    return this.#put(START, nowMs);
  }

  close(): SessionAction {
    return this.#put(CLOSE);
  }

  connected(nowMs: number, { silenceMs = -1, heartbeatMs = 0 }: StreamFacts = {}): SessionAction {
    return this.#put(CONNECTED, nowMs, 0, silenceMs, heartbeatMs);
  }

  received(nowMs: number, heartbeats: number, events: number): SessionAction {
    return this.#put(RECEIVED, nowMs, 0, heartbeats, events);
  }

  stamped(nowMs: number, sentMs: number): void {
    this.#put(STAMPED, nowMs, 0, sentMs);
  }

  retry(ms: number): void {
    this.#put(RETRY, 0, 0, ms);
  }

  lost(loss: Loss, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    return this.#put(LOST, nowMs, random, LOSSES.indexOf(loss), retryAfterMs);
  }

  polled(result: PollResult, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    return this.#put(POLLED, nowMs, random, POLL_RESULTS.indexOf(result), retryAfterMs);
  }

  online(nowMs: number, random: number): SessionAction {
    return this.#put(ONLINE, nowMs, random);
  }

  offline(): void {
    this.#put(OFFLINE);
  }

  visible(nowMs: number, random: number): SessionAction {
    return this.#put(VISIBLE, nowMs, random);
  }

  hidden(): SessionAction {
    return this.#put(HIDDEN);
  }

  restored(nowMs: number): SessionAction {
    return this.#put(RESTORED, nowMs);
  }

  tick(nowMs: number, random: number): SessionAction {
    return this.#put(TICK, nowMs, random);
  }

  #status(nowMs: number): number {
    return this.#exports.sessionStatus(this.#handle, Math.floor(nowMs));
  }

  #put(input: number, nowMs = 0, random = 0, first = 0, second = 0): SessionAction {
    const kind = ACTIONS[this.#exports.sessionPut(this.#handle, input, Math.floor(nowMs), random, first, second)];
    if (kind !== "wait") return { kind: kind ?? "none" };
    const delayMs = this.#exports.sessionDelay(this.#handle);
    return { kind, delayMs: delayMs < 0 ? Infinity : delayMs };
  }
}
