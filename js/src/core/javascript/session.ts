import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { sessionOptions } from "../client-options.js";
import type {
  Health,
  Loss,
  PollResult,
  SessionAction,
  SessionCore,
  SessionOptions,
  SessionState,
  StreamFacts,
} from "../contract.js";
import { Heartbeats } from "./heartbeats.js";
import { Watchdog } from "./watchdog.js";

/** From here on doubling changes nothing, for every `maxMs` is below 2 ** 32; without it, 0 * Infinity is no number. */
const MAX_EXPONENT = 32;
const CRITICAL_ATTEMPTS = 3;
const FRUITLESS_UNTIL_POLLING = 3;
const FIRST_PROBE_MS = 30000;
const LAST_PROBE_MS = 300000;
const PROBE_BYTES_MS = 5000;
const MOST_POLL_STRETCH = 4;
const LATE_MS = 1000;
const VERY_LATE_MS = 5000;
const LONGEST_HURRY_MS = 1000;
const HOLDS_AFTER_MS = 5000;
const PLANNED_HOLDS_AFTER_MS = 1000;

const NONE: SessionAction = { kind: "none" };
const CONNECT: SessionAction = { kind: "connect" };
const CLOSE: SessionAction = { kind: "close" };
const GIVE_UP: SessionAction = { kind: "giveUp" };
const POLL: SessionAction = { kind: "poll" };

/** The {@link SessionCore} in JavaScript: line for line what native/core/session/session.cpp does; the reasons are there. */
export class JavaScriptSession implements SessionCore {
  readonly #options: ReturnType<typeof sessionOptions>;
  readonly #watchdog = new Watchdog();
  #heartbeats = new Heartbeats();
  #state: SessionState = "disconnected";
  #way: "stream" | "polls" | "probe" = "stream";
  #baseMs: number;
  #maxMs: number;
  #attempts = 0;
  #fruitless = 0;
  #unproven = 0;
  /** Of the breaker. */
  #failures = 0;
  #openUntilMs = 0;
  #isOpen = false;
  #hasReceived = false;
  #holds = false;
  #openedAtMs = 0;
  #isOffline = false;
  #isPaused = false;
  #untilMs = 0;
  #earliestMs = 0;
  #isPollUnderWay = false;
  #pollEveryMs = 0;
  #probeAtMs = 0;
  #probeEveryMs = 0;

  constructor(options?: SessionOptions) {
    this.#options = sessionOptions(options);
    this.#baseMs = this.#options.baseMs;
    this.#maxMs = this.#options.maxMs;
  }

  get state(): SessionState {
    return this.#state;
  }

  get attempts(): number {
    return this.#attempts;
  }

  get isPolling(): boolean {
    return this.#way !== "stream";
  }

  get latencyMs(): number | null {
    return this.#heartbeats.latencyMs;
  }

  start(nowMs: number): SessionAction {
    if (this.#isTrying) return NONE;
    if (this.#state !== "reconnecting") this.#attempts = this.#fruitless = this.#unproven = this.#failures = 0;
    this.#way = "stream";
    return this.#connect(Math.floor(nowMs));
  }

  close(): SessionAction {
    if (this.#state === "disconnected") return NONE;
    this.#state = "disconnected";
    this.#isOpen = false;
    this.#way = "stream";
    this.#isPaused = false;
    return CLOSE;
  }

  connected(nowMs: number, { silenceMs, heartbeatMs = 0 }: StreamFacts = {}): SessionAction {
    if (this.#isOpen || (this.#state !== "connecting" && this.#way !== "probe")) return NONE;
    this.#isOpen = true;
    this.#state = "connected";
    this.#attempts = 0;
    this.#hasReceived = this.#holds = false;
    this.#openedAtMs = Math.floor(nowMs);
    this.#heartbeats = new Heartbeats();
    const thresholdMs =
      this.#options.silenceMs === 0
        ? 0
        : silenceMs !== undefined && silenceMs > 0
          ? silenceMs
          : this.#options.silenceMs;
    this.#watchdog.begin(Math.floor(nowMs), Math.floor(thresholdMs), Math.floor(heartbeatMs));
    return NONE;
  }

  received(nowMs: number, heartbeats: number, events: number): SessionAction {
    const now = Math.floor(nowMs);
    if (!this.#isOpen) return NONE;
    if (!this.#hasReceived) {
      this.#hasReceived = true;
      this.#fruitless = 0;
      this.#way = "stream";
    }
    if (!this.#holds && heartbeats + events > 0 && now - this.#openedAtMs >= HOLDS_AFTER_MS) {
      this.#holds = true;
      this.#unproven = this.#failures = 0;
    }
    this.#watchdog.heard(now);
    this.#heartbeats.came(now, heartbeats, this.#watchdog.heartbeatMs);
    return this.#heartbeats.areHeldBack && this.#options.pollEveryMs > 0 ? this.#beginPolling(now) : NONE;
  }

  stamped(nowMs: number, sentMs: number): void {
    this.#heartbeats.stamped(Math.floor(nowMs), sentMs);
  }

  retry(ms: number): void {
    const { serverMinMs, serverMaxMs } = this.#options;
    this.#baseMs = Math.min(Math.max(Math.floor(ms), serverMinMs), serverMaxMs);
    this.#maxMs = Math.max(this.#options.maxMs, this.#baseMs);
  }

  lost(loss: Loss, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    if (this.#way === "polls" || !this.#isTrying) return NONE;
    if (this.#way === "probe" && loss !== "final") return this.#beginPolling(Math.floor(nowMs));
    this.#way = "stream";
    return this.#fail(loss, Math.floor(nowMs), random, Math.floor(retryAfterMs));
  }

  polled(result: PollResult, nowMs: number, random: number, retryAfterMs = 0): SessionAction {
    const now = Math.floor(nowMs);
    if (this.#way !== "polls" || !this.#isPollUnderWay) return NONE;
    this.#isPollUnderWay = false;
    if (result === "failed") return this.#fail("transient", now, random, Math.floor(retryAfterMs));
    this.#state = "connected";
    this.#attempts = this.#failures = 0;
    const { pollEveryMs } = this.#options;
    const longerMs = Math.min(Math.floor((this.#pollEveryMs * 3) / 2), pollEveryMs * MOST_POLL_STRETCH);
    this.#pollEveryMs = result === "nothing" ? longerMs : pollEveryMs;
    if (result === "more" && now < this.#probeAtMs) return this.#poll(now);
    this.#untilMs = now + this.#pollEveryMs;
    return NONE;
  }

  online(nowMs: number, random: number): SessionAction {
    const now = Math.floor(nowMs);
    this.#isOffline = false;
    if (this.#state === "reconnecting" && this.#way === "stream" && !this.#isPaused) {
      this.#failures = 0;
      return this.#hurry(now, random);
    }
    this.#watchdog.grant(now);
    return NONE;
  }

  offline(): void {
    this.#isOffline = true;
  }

  visible(nowMs: number, random: number): SessionAction {
    const now = Math.floor(nowMs);
    if (this.#isPaused) return this.#connect(now);
    if (this.#state === "reconnecting" && this.#way === "stream") return this.#hurry(now, random);
    this.#grant(now);
    return NONE;
  }

  hidden(): SessionAction {
    const isActive = this.#isTrying || this.#state === "reconnecting";
    if (!this.#options.pausesWhenHidden || !isActive || this.#isPaused) return NONE;
    this.#way = "stream";
    this.#isPaused = true;
    return this.#wait(Infinity, 0);
  }

  restored(nowMs: number): SessionAction {
    if (!this.#isTrying) return NONE;
    return this.#way === "polls" ? this.#poll(Math.floor(nowMs)) : this.#connect(Math.floor(nowMs));
  }

  tick(nowMs: number, random: number): SessionAction {
    const now = Math.floor(nowMs);
    const isDue = now >= this.#untilMs;
    if (this.#way === "polls") return this.#tickPolling(now, random);
    if (this.#way === "probe") return isDue ? this.#beginPolling(now) : NONE;
    switch (this.#state) {
      case "reconnecting":
        return this.#isPaused || !isDue ? this.#wait(this.#untilMs, now) : this.#connect(now);
      case "connecting":
        return isDue ? this.#fail("transient", now, random, 0) : NONE;
      case "connected":
        return this.#tickConnected(now, random);
      default:
        return NONE;
    }
  }

  deadlineMs(nowMs: number): number {
    if (this.#state === "disconnected" || this.#state === "error") return Infinity;
    if (this.#way === "polls") return this.#isPollUnderWay ? this.#untilMs : Math.min(this.#untilMs, this.#probeAtMs);
    if (this.#way === "probe" || this.#state !== "connected") return this.#untilMs;
    return Math.min(this.#watchdog.deadlineMs, this.#nextHealthChangeMs(Math.floor(nowMs)));
  }

  health(nowMs: number): Health {
    if (this.#state === "disconnected" || this.#state === "error") return "disconnected";
    if (this.#state === "connected") return this.#healthConnected(Math.floor(nowMs));
    return this.#attempts >= CRITICAL_ATTEMPTS || this.#isBroken || this.#isOffline ? "critical" : "degraded";
  }

  get #isTrying(): boolean {
    return this.#state === "connecting" || this.#state === "connected";
  }

  get #isBroken(): boolean {
    return this.#options.failures > 0 && this.#failures >= this.#options.failures;
  }

  #coolDownMs(now: number): number {
    return this.#isBroken ? Math.max(0, this.#openUntilMs - now) : 0;
  }

  #fail(loss: Loss, now: number, random: number, retryAfterMs: number): SessionAction {
    const { attempts, failures, coolDownMs, pollEveryMs, maxMs, serverMaxMs } = this.#options;
    const isPlanned = loss === "planned";
    const holds = this.#isOpen && (this.#holds || (isPlanned && now - this.#openedAtMs >= PLANNED_HOLDS_AFTER_MS));
    if (isPlanned && holds) this.#unproven = 0;
    const exponent = Math.min(Math.max(this.#attempts, this.#unproven), MAX_EXPONENT);
    if (!isPlanned) this.#attempts++;
    if (!this.#isOpen || !this.#hasReceived) this.#fruitless++;
    if (!holds) {
      this.#unproven++;
      this.#failures++;
      if (failures > 0 && this.#failures >= failures) this.#openUntilMs = now + coolDownMs;
    }
    if (loss === "final" || (!isPlanned && this.#attempts >= attempts)) {
      this.#state = "error";
      this.#isOpen = false;
      this.#way = "stream";
      return GIVE_UP;
    }
    const isHopeless = this.#fruitless >= FRUITLESS_UNTIL_POLLING && this.#way === "stream" && !this.#isOffline;
    if (pollEveryMs > 0 && isHopeless) return this.#beginPolling(now);
    this.#way = "stream";
    const longestMs = Math.min(this.#maxMs, this.#baseMs * 2 ** exponent);
    const delayMs = Math.min(Math.floor(random * longestMs), LONGEST_TIMER_MS);
    const leastMs = this.#isOffline ? maxMs : 0;
    const askedMs = Math.min(retryAfterMs, serverMaxMs);
    this.#earliestMs = now + askedMs;
    return this.#wait(now + Math.max(delayMs, askedMs, this.#coolDownMs(now), leastMs), now);
  }

  #connect(now: number): SessionAction {
    this.#state = "connecting";
    this.#isOpen = false;
    this.#isPaused = false;
    this.#untilMs = now + (this.#options.silenceMs || Infinity);
    return CONNECT;
  }

  #wait(untilMs: number, now: number): SessionAction {
    this.#state = "reconnecting";
    this.#isOpen = false;
    this.#untilMs = untilMs;
    return { kind: "wait", delayMs: untilMs - now };
  }

  #hurry(now: number, random: number): SessionAction {
    const soonMs = now + Math.floor(random * Math.min(LONGEST_HURRY_MS, this.#options.baseMs));
    const soonerMs = Math.min(this.#untilMs, Math.max(soonMs, this.#earliestMs, now + this.#coolDownMs(now)));
    return this.#wait(Math.max(now, soonerMs), now);
  }

  #beginPolling(now: number): SessionAction {
    this.#probeEveryMs = this.#probeEveryMs === 0 ? FIRST_PROBE_MS : Math.min(2 * this.#probeEveryMs, LAST_PROBE_MS);
    if (this.#state !== "connected") this.#state = "reconnecting";
    this.#way = "polls";
    this.#isOpen = false;
    this.#probeAtMs = now + this.#probeEveryMs;
    this.#pollEveryMs = this.#options.pollEveryMs;
    return this.#poll(now);
  }

  #poll(now: number): SessionAction {
    this.#isPollUnderWay = true;
    this.#untilMs = now + (this.#options.silenceMs || Infinity);
    return POLL;
  }

  #tickPolling(now: number, random: number): SessionAction {
    const isDue = now >= this.#untilMs;
    if (this.#isPollUnderWay) return isDue ? this.polled("failed", now, random) : NONE;
    if (now < this.#probeAtMs) return isDue ? this.#poll(now) : NONE;
    this.#way = "probe";
    this.#untilMs = now + PROBE_BYTES_MS;
    return CONNECT;
  }

  #tickConnected(now: number, random: number): SessionAction {
    if (now < this.#watchdog.deadlineMs) return NONE;
    if (this.#watchdog.isLate(now)) {
      this.#grant(now);
      return NONE;
    }
    this.#watchdog.fired();
    return this.#fail("transient", now, random, 0);
  }

  #grant(now: number): void {
    this.#watchdog.grant(now);
    this.#heartbeats.ignoreFor(now, this.#watchdog.intervalMs);
  }

  #healthConnected(now: number): Health {
    if (this.#way !== "stream") return "degraded";
    const { intervalMs, heardAtMs } = this.#watchdog;
    const missed = intervalMs > 0 ? (2 * (now - heardAtMs)) / intervalMs : 0;
    const lateMs = this.#heartbeats.latencyMs ?? 0;
    if (lateMs > VERY_LATE_MS || missed >= 5) return "critical";
    return lateMs > LATE_MS || this.#heartbeats.areHeldBack || missed >= 3 ? "degraded" : "healthy";
  }

  #nextHealthChangeMs(now: number): number {
    const { intervalMs, heardAtMs } = this.#watchdog;
    if (intervalMs === 0) return Infinity;
    const after = (halves: number) => heardAtMs + Math.floor((intervalMs * halves + 1) / 2);
    return now < after(3) ? after(3) : now < after(5) ? after(5) : Infinity;
  }
}
