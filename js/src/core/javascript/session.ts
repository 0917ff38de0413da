import { LONGEST_TIMER_MS, sessionOptions } from "../client-options.js";
import type { SessionAction, SessionCore, SessionOptions, SessionState } from "../contract.js";

const MAX_RETRY_MS = 4294967295;
/** From here on doubling changes nothing, for every `maxMs` is below 2 ** 32; without it, 0 * Infinity is no number. */
const MAX_EXPONENT = 32;

const NONE: SessionAction = { kind: "none" };
const CONNECT: SessionAction = { kind: "connect" };
const CLOSE: SessionAction = { kind: "close" };
const GIVE_UP: SessionAction = { kind: "giveUp" };

/** The {@link SessionCore} in JavaScript. An input that makes no sense in a state gives none and changes nothing. */
export class JavaScriptSession implements SessionCore {
  readonly #limit: number;
  #baseMs: number;
  readonly #ownMaxMs: number;
  #maxMs: number;
  #state: SessionState = "disconnected";
  #attempts = 0;
  #connectAtMs = 0;

  constructor(options?: SessionOptions) {
    const { attempts, baseMs, maxMs } = sessionOptions(options);
    this.#limit = attempts;
    this.#baseMs = baseMs;
    this.#ownMaxMs = maxMs;
    this.#maxMs = this.#ownMaxMs;
  }

  get state(): SessionState {
    return this.#state;
  }

  get attempts(): number {
    return this.#attempts;
  }

  start(): SessionAction {
    if (this.#state === "connecting" || this.#state === "connected") return NONE;
    if (this.#state !== "reconnecting") this.#attempts = 0;
    return this.#connect();
  }

  connected(): SessionAction {
    if (this.#state === "connecting") {
      this.#state = "connected";
      this.#attempts = 0;
    }
    return NONE;
  }

  lost(final: boolean, nowMs: number, random: number): SessionAction {
    if (this.#state !== "connecting" && this.#state !== "connected") return NONE;
    const exponent = Math.min(this.#attempts, MAX_EXPONENT);
    this.#attempts++;
    if (final || this.#attempts >= this.#limit) {
      this.#state = "error";
      return GIVE_UP;
    }
    const longestMs = Math.min(this.#maxMs, this.#baseMs * 2 ** exponent);
    const delayMs = Math.min(Math.floor(random * longestMs), LONGEST_TIMER_MS);
    this.#state = "reconnecting";
    this.#connectAtMs = nowMs + delayMs;
    return { kind: "wait", delayMs };
  }

  retry(ms: number): SessionAction {
    this.#baseMs = Math.min(ms, MAX_RETRY_MS);
    this.#maxMs = Math.max(this.#ownMaxMs, this.#baseMs);
    return NONE;
  }

  tick(nowMs: number): SessionAction {
    if (this.#state !== "reconnecting") return NONE;
    const delayMs = Math.ceil(this.#connectAtMs - nowMs);
    return delayMs > 0 ? { kind: "wait", delayMs } : this.#connect();
  }

  close(): SessionAction {
    if (this.#state === "disconnected") return NONE;
    this.#state = "disconnected";
    return CLOSE;
  }

  #connect(): SessionAction {
    this.#state = "connecting";
    return CONNECT;
  }
}
