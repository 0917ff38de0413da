import { totalmem } from "node:os";
import { clearInterval, setInterval } from "node:timers";
import type { AlertName, NativeAlertRule } from "../../native/native-metrics.js";
import { requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { environment } from "../lifecycle/environment.js";
import { hubMetrics } from "./hub-metrics.js";

/** When something is alarming. A number says `above`, with the rest by default; `false`: never. */
export type AlertOption = number | false | AlertThreshold;

/** See {@link AlertOption}. */
export interface AlertThreshold {
  above: number;
  /** The alert is resolved once the value is not above this. Default: four fifths of `above`. */
  below?: number;
  /** So long the value has to be above, or not above `below`, before anything is said. Default 10000. */
  forMs?: number;
}

/** What a hub watches while somebody listens to its `alert` event, or it has a `logger`. Rates are over the last minute. */
export interface AlertOptions {
  /** Open connections, as a share of `limits.connections`. Default 0.8. */
  connections?: AlertOption;
  /** Milliseconds from an event's publication until 99 of 100 deliveries have been written. Default 1000. */
  latencyMs?: AlertOption;
  /** Refused streams, and streams whose client was too slow or never came, a second. Default 1. */
  failuresPerSecond?: AlertOption;
  /** Published events whose data has `level: "error"` or `"fatal"`, a second. Default 1. */
  errorRecordsPerSecond?: AlertOption;
  /** Events that 99 of 100 connections lacked at most which were behind. Default 500. */
  lagEvents?: AlertOption;
  /** The process's memory, as a share of what it may have, or of the machine's. Default 0.9. */
  memory?: AlertOption;
  /** 1 while the file of `history.file` cannot be written, or else 0. Default `{ above: 0, forMs: 0 }`. */
  store?: AlertOption;
  /** How often it is looked. Default 5000. */
  everyMs?: number;
}

/** Something has become alarming, or is well again. */
export interface AlertEvent {
  /** The name of the option in {@link AlertOptions}. */
  readonly name: keyof Omit<AlertOptions, "everyMs">;
  readonly state: "raised" | "resolved";
  /** The value now. */
  readonly value: number;
  readonly above: number;
}

const NATIVE_NAMES: Readonly<Record<AlertEvent["name"], AlertName>> = {
  connections: "connections",
  latencyMs: "latency",
  failuresPerSecond: "failures",
  errorRecordsPerSecond: "errorRecords",
  lagEvents: "lag",
  memory: "memory",
  store: "store",
};
const NAMES = Object.keys(NATIVE_NAMES) as AlertEvent["name"][];
const OPTIONS: Names<AlertOptions> = {
  connections: true,
  latencyMs: true,
  failuresPerSecond: true,
  errorRecordsPerSecond: true,
  lagEvents: true,
  memory: true,
  store: true,
  everyMs: true,
};
const THRESHOLD: Names<AlertThreshold> = { above: true, below: true, forMs: true };
const DEFAULTS: Readonly<Record<AlertEvent["name"], number>> = {
  connections: 0.8,
  latencyMs: 1000,
  failuresPerSecond: 1,
  errorRecordsPerSecond: 1,
  lagEvents: 500,
  memory: 0.9,
  store: 0,
};
const DEFAULT_BELOW_SHARE = 0.8;
const DEFAULT_FOR_MS = 10_000;
const DEFAULT_EVERY_MS = 5000;
const LEAST_EVERY_MS = 10;

/** What a hub's alerts are, in this thread. */
interface Watch {
  /** The options, as text. */
  said: string;
  rules: Partial<Record<AlertEvent["name"], NativeAlertRule>>;
  /** The newest threshold of each alert that there was: one whose rule has gone is resolved by it. */
  aboves: Partial<Record<AlertEvent["name"], number>>;
  everyMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Heartbeats by then. */
  heartbeats: number;
}

/** @throws TypeError that names the option. */
export function checkAlerts(options: false | AlertOptions): void {
  if (options === false) return;
  requireObject("alerts", options);
  requireKnown("alerts", options, OPTIONS);
  if (options.everyMs !== undefined) {
    requireNumber("alerts.everyMs", options.everyMs, { least: LEAST_EVERY_MS, most: LONGEST_TIMER_MS });
  }
  for (const name of NAMES) toRule(name, options[name]);
}

/** Undefined: there is no such alert. */
function toRule(name: AlertEvent["name"], option: AlertOption = DEFAULTS[name]): NativeAlertRule | undefined {
  const where = `alerts.${name}`;
  if (option === false) return undefined;
  if (typeof option !== "number") {
    requireObject(where, option);
    requireKnown(where, option, THRESHOLD);
  }
  const {
    above,
    below,
    forMs = name === "store" ? 0 : DEFAULT_FOR_MS,
  } = typeof option === "number" ? { above: option } : option;
  requireNumber(typeof option === "number" ? where : `${where}.above`, above, {});
  if (below !== undefined) requireNumber(`${where}.below`, below, { most: above });
  requireNumber(`${where}.forMs`, forMs, {});
  return { above, below: below ?? DEFAULT_BELOW_SHARE * above, lastingMs: forMs };
}

function watchOf(hubName: string): Watch {
  const watches = environment().state("alerts", () => new Map<string, Watch>());
  let watch = watches.get(hubName);
  if (watch === undefined) {
    const rules = rulesOf({});
    const aboves = abovesOf(rules);
    watch = { said: "{}", rules, aboves, everyMs: DEFAULT_EVERY_MS, timer: undefined, heartbeats: 0 };
    watches.set(hubName, watch);
  }
  return watch;
}

function rulesOf(options: AlertOptions): Watch["rules"] {
  const rules = NAMES.map((name) => [name, toRule(name, options[name])] as const);
  return Object.fromEntries(rules.filter(([, rule]) => rule !== undefined));
}

function abovesOf(rules: Watch["rules"]): Watch["aboves"] {
  return Object.fromEntries(Object.entries(rules).map(([name, { above }]) => [name, above]));
}

/** The alerts are these from now on; options that were checked. */
export function setAlerts(hubName: string, options: false | AlertOptions): void {
  const watch = watchOf(hubName);
  const said = JSON.stringify(options);
  if (said === watch.said) return; // a module that is evaluated for each request must not begin anew each time
  watch.said = said;
  const rules = options === false ? {} : rulesOf(options);
  watch.aboves = { ...watch.aboves, ...abovesOf(rules) };
  watch.rules = rules;
  watch.everyMs = (options === false ? undefined : options.everyMs) ?? DEFAULT_EVERY_MS;
  if (watch.timer === undefined) return;
  stopWatching(hubName);
  startWatching(hubName, watch, false);
}

/** What the hub tells: of an alert, and how many heartbeats there were since the last time. */
export interface WatchTold {
  alert(event: AlertEvent): void;
  heartbeats(count: number): void;
}

const told = () => environment().state("alerts told to", () => new Map<string, WatchTold>());

/** From now on the hub is looked at, in this thread. The timer does not keep the process alive. */
export function watchHub(hubName: string, tell: WatchTold): void {
  told().set(hubName, tell);
  const watch = watchOf(hubName);
  if (watch.timer === undefined) startWatching(hubName, watch, true);
}

export function stopWatching(hubName: string): void {
  const watch = watchOf(hubName);
  clearInterval(watch.timer);
  watch.timer = undefined;
}

/** `isNew`: nobody has watched until now, so that what was raised for others is news again. */
function startWatching(hubName: string, watch: Watch, isNew: boolean): void {
  const native = Object.entries(watch.rules).map(([name, rule]) => [NATIVE_NAMES[name as AlertEvent["name"]], rule]);
  hubMetrics(hubName).watch(Object.fromEntries(native), isNew);
  watch.timer = setInterval(() => look(hubName, watch), watch.everyMs);
  watch.timer.unref?.();
}

function look(hubName: string, watch: Watch): void {
  const tell = told().get(hubName);
  const metrics = hubMetrics(hubName);
  for (const { name, isRaised, value } of metrics.check(memoryShare())) {
    const option = NAMES.find((one) => NATIVE_NAMES[one] === name) as AlertEvent["name"];
    const above = watch.aboves[option] ?? Infinity;
    tell?.alert({ name: option, state: isRaised ? "raised" : "resolved", value, above });
  }
  const heartbeats = metrics.policies().reduce((sum, policy) => sum + policy.heartbeats, 0);
  if (heartbeats > watch.heartbeats) tell?.heartbeats(heartbeats - watch.heartbeats);
  watch.heartbeats = heartbeats;
}

/** Where the process has no limit, the system says one larger than the machine has. */
function memoryShare(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return process.memoryUsage.rss() / (limit > 0 && limit < total ? limit : total);
}
