import { sessionOptions } from "../client-options.js";
import type { Health, Loss, PollResult, SessionAction, SessionCore, SessionOptions, StreamFacts } from "../contract.js";
import { Backoff } from "./backoff.js";
import { Breaker } from "./breaker.js";
import { HeartbeatTiming } from "./heartbeat-timing.js";
import { PollSchedule } from "./poll-schedule.js";
import { Stability } from "./stability.js";
import { Watchdog } from "./watchdog.js";

const CRITICAL_ATTEMPTS = 3;
const PROBE_BYTES_MS = 5000;
const LATE_MS = 1000;
const SHORTEST_PACE_MS = 1000;
const VERY_LATE_MS = 5000;
const LONGEST_HURRY_MS = 1000;

const NONE: SessionAction = { kind: "none" };
const CONNECT: SessionAction = { kind: "connect" };
const CLOSE: SessionAction = { kind: "close" };
const GIVE_UP: SessionAction = { kind: "giveUp" };
const POLL: SessionAction = { kind: "poll" };

/** The {@link SessionCore} in JavaScript. It does what native/core/session/session.cpp does; the reasons are there. */
export class JavaScriptSession implements SessionCore {
  readonly #options: Required<SessionOptions>;
  readonly #backoff: Backoff;
  readonly #breaker: Breaker;
  readonly #polls: PollSchedule;
  readonly #watchdog = new Watchdog();
  readonly #stability = new Stability();
  #heartbeats = new HeartbeatTiming();
  #state: SessionCore["state"] = "disconnected";
  #way: "stream" | "polls" | "probe" = "stream";
  #attempts = 0;
  #isOpen = false;
  #isOffline = false;
  #isPaused = false;
  #untilMs = 0;
  #earliestMs = 0;
  #isPollUnderWay = false;

  constructor(options?: SessionOptions) {
    this.#options = sessionOptions(options);
    this.#backoff = new Backoff(this.#options);
    this.#breaker = new Breaker(this.#options);
    this.#polls = new PollSchedule(this.#options.pollEveryMs, this.#options.pollAfter);
  }

  get state(): SessionCore["state"] {
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
    if (this.#isTrying && this.#way === "stream") return NONE;
    if (this.#state !== "reconnecting") {
      this.#attempts = 0;
      this.#stability.begin();
      this.#breaker.succeeded();
    }
    this.#way = "stream";
    return this.#connect(Math.floor(nowMs));
  }

  close(): SessionAction {
    return this.#state === "disconnected" ? NONE : this.#end("disconnected", CLOSE);
  }

  connected(nowMs: number, { silenceMs = 0, heartbeatMs = 0 }: StreamFacts = {}): SessionAction {
    if (this.#isOpen || (this.#state !== "connecting" && this.#way !== "probe")) return NONE;
    this.#isOpen = true;
    this.#state = "connected";
    this.#attempts = 0;
    this.#stability.opened(Math.floor(nowMs));
    this.#heartbeats = new HeartbeatTiming();
    const ownMs = this.#options.silenceMs;
    const thresholdMs = ownMs > 0 && silenceMs > 0 ? silenceMs : ownMs;
    this.#watchdog.begin(Math.floor(nowMs), Math.floor(thresholdMs), Math.floor(heartbeatMs));
    return NONE;
  }

  received(nowMs: number, heartbeats: number, events: number): SessionAction {
    const now = Math.floor(nowMs);
    if (!this.#isOpen) return NONE;
    this.#way = "stream";
    if (this.#stability.received(now, heartbeats + events > 0)) this.#breaker.succeeded();
    this.#watchdog.heard(now);
    this.#heartbeats.came(now, heartbeats, this.#watchdog.heartbeatMs);
    return this.#heartbeats.areHeldBack && this.#polls.isAllowed ? this.#beginPolling(now) : NONE;
  }

  paced(everyMs: number): void {
    if (this.#isOpen && everyMs > 0) this.#watchdog.pace(Math.max(Math.floor(everyMs), SHORTEST_PACE_MS));
  }

  stamped(nowMs: number, sentMs: number): void {
    this.#heartbeats.stamped(Math.floor(nowMs), sentMs);
  }

  retry(ms: number): void {
    this.#backoff.serverRetry(ms);
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
    this.#attempts = 0;
    this.#breaker.succeeded();
    if (result === "nothing") this.#polls.broughtNothing();
    else this.#polls.broughtEvents();
    if (result === "more" && now < this.#polls.probeAtMs) return this.#poll(now);
    this.#untilMs = now + this.#polls.everyMs;
    return NONE;
  }

  online(nowMs: number, random: number): SessionAction {
    const now = Math.floor(nowMs);
    this.#isOffline = false;
    if (this.#state === "reconnecting" && this.#way === "stream" && !this.#isPaused) {
      this.#breaker.succeeded(); // it was the network
      return this.#hurry(now, random);
    }
    this.#watchdog.grant(now);
    return NONE;
  }

  offline(): SessionAction {
    this.#isOffline = true;
    return NONE;
  }

  visible(nowMs: number, random: number): SessionAction {
    const now = Math.floor(nowMs);
    if (this.#isPaused) return this.#connect(now);
    if (this.#state === "reconnecting" && this.#way === "stream") return this.#hurry(now, random);
    return this.#grant(now);
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
    if (this.#way === "polls")
      return this.#isPollUnderWay ? this.#untilMs : Math.min(this.#untilMs, this.#polls.probeAtMs);
    if (this.#way === "probe" || this.#state !== "connected") return this.#untilMs;
    return Math.min(this.#watchdog.deadlineMs, this.#watchdog.nextMissMs(Math.floor(nowMs)));
  }

  health(nowMs: number): Health {
    if (this.#state === "disconnected" || this.#state === "error") return "disconnected";
    if (this.#state === "connected") return this.#healthConnected(Math.floor(nowMs));
    return this.#attempts >= CRITICAL_ATTEMPTS || this.#breaker.isOpen || this.#isOffline ? "critical" : "degraded";
  }

  get #isTrying(): boolean {
    return this.#state === "connecting" || this.#state === "connected";
  }

  #fail(loss: Loss, now: number, random: number, retryAfterMs: number): SessionAction {
    const { attempts, maxMs, serverMaxMs } = this.#options;
    const isPlanned = loss === "planned";
    const holds = this.#isOpen && this.#stability.holds(now, isPlanned);
    const exponent = Math.max(this.#attempts, holds && isPlanned ? 0 : this.#stability.unproven);
    this.#stability.lost(this.#isOpen, holds, isPlanned);
    if (!isPlanned) this.#attempts++;
    if (!holds) this.#breaker.failed(now);
    if (loss === "final" || (!isPlanned && this.#attempts >= attempts)) return this.#end("error", GIVE_UP);
    const isHopeless = this.#polls.isDueAfter(this.#stability.fruitless);
    if (isHopeless && this.#way === "stream" && !this.#isOffline) return this.#beginPolling(now);
    this.#way = "stream";
    const delayMs = this.#backoff.waitMs(exponent, random);
    const leastMs = this.#isOffline ? maxMs : 0;
    const askedMs = Math.min(retryAfterMs, serverMaxMs);
    this.#earliestMs = now + askedMs;
    return this.#wait(now + Math.max(delayMs, askedMs, this.#breaker.remainingMs(now), leastMs), now);
  }

  #end(state: "disconnected" | "error", action: SessionAction): SessionAction {
    this.#state = state;
    this.#isOpen = this.#isPaused = false;
    this.#way = "stream";
    return action;
  }

  #connect(now: number): SessionAction {
    this.#state = "connecting";
    this.#isOpen = this.#isPaused = false;
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
    const soonerMs = Math.min(this.#untilMs, Math.max(soonMs, this.#earliestMs, now + this.#breaker.remainingMs(now)));
    return this.#wait(Math.max(now, soonerMs), now);
  }

  #beginPolling(now: number): SessionAction {
    if (this.#state !== "connected") this.#state = "reconnecting";
    this.#way = "polls";
    this.#isOpen = false;
    this.#polls.begin(now);
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
    if (now < this.#polls.probeAtMs) return isDue ? this.#poll(now) : NONE;
    this.#way = "probe";
    this.#untilMs = now + PROBE_BYTES_MS;
    return CONNECT;
  }

  #tickConnected(now: number, random: number): SessionAction {
    if (now < this.#watchdog.deadlineMs) return NONE;
    if (this.#watchdog.isLate(now)) return this.#grant(now);
    this.#watchdog.fired();
    return this.#fail("transient", now, random, 0);
  }

  #grant(now: number): SessionAction {
    this.#watchdog.grant(now);
    this.#heartbeats.ignoreFor(now, this.#watchdog.intervalMs);
    return NONE;
  }

  #healthConnected(now: number): Health {
    if (this.#way !== "stream") return "degraded";
    const lateMs = this.#heartbeats.latencyMs ?? 0;
    const missed = this.#watchdog.missed(now);
    if (lateMs > VERY_LATE_MS || missed > 1) return "critical";
    return lateMs > LATE_MS || missed > 0 || this.#heartbeats.areHeldBack ? "degraded" : "healthy";
  }
}
