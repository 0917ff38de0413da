import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { constants } from "node:os";
import { setTimeout } from "node:timers";
import type { NativeHub } from "../../native/binding.js";
import { describe, requireNames, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { environment } from "./environment.js";
import { now } from "./now.js";
import { settle } from "./settling.js";

/** Options of {@link Hub.drain}. */
export interface DrainOptions {
  /** By then every stream has been told to end, and most have ended. Milliseconds; default 10000. */
  withinMs?: number;
  /** Each client reconnects after a random time, at the earliest after so many milliseconds. Default 1000. */
  retryFromMs?: number;
  /** The reconnects are spread evenly over so many milliseconds. Default 10000. */
  retrySpreadMs?: number;
}

const DRAIN_OPTIONS: Names<DrainOptions> = { withinMs: true, retryFromMs: true, retrySpreadMs: true };
const ON_SIGNAL_OPTIONS: Names<DrainOnSignalOptions> = { ...DRAIN_OPTIONS, signals: true };

const LOOK_EVERY_MS = 20;
const DEFAULT_WITHIN_MS = 10_000;

/**
 * Ends every connection of a hub in waves, and waits until they are gone, this thread's listeners have heard everything, what was published is in
 * the hub's file, and the content store has what was given to it, or the time is over.
 */
export async function drainHub(hubName: string, options: DrainOptions): Promise<void> {
  requireObject("options", options);
  requireKnown("drain", options, DRAIN_OPTIONS);
  const { withinMs } = timesOf(options);
  const end = now() + withinMs;
  endAll(hubName, options);
  const hub = environment().hub(hubName);
  while ((hub.stats().connections > 0 || environment().hasUnheard(hub)) && now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, withinMs)));
  }
  while (isStoring(hub) && now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, withinMs)));
  }
  await settle(hubName, end);
}

/** Whether something that was published is not on disk yet. */
function isStoring(hub: NativeHub): boolean {
  return hub.hasStore() && hub.storedState(hub.newestOf("") ?? 0) === "waiting";
}

/** Has every connection of a hub end, in waves. */
export function endAll(hubName: string, options: DrainOptions): void {
  const { withinMs, retryFromMs, retrySpreadMs } = timesOf(options);
  environment().hub(hubName).drain(withinMs, retryFromMs, retrySpreadMs);
  environment().schedule();
}

function timesOf(options: DrainOptions): Required<DrainOptions> {
  const { withinMs = DEFAULT_WITHIN_MS, retryFromMs = 1000, retrySpreadMs = 10000 } = options;
  requireNumber("withinMs", withinMs);
  requireNumber("retryFromMs", retryFromMs);
  requireNumber("retrySpreadMs", retrySpreadMs);
  return { withinMs, retryFromMs, retrySpreadMs };
}

/** What {@link drainOnSignal} needs of a hub. */
export interface Drainable {
  drain(options?: DrainOptions): Promise<void>;
  stats(): { readonly connections: number };
}

/** Options of {@link drainOnSignal}. */
export interface DrainOnSignalOptions extends DrainOptions {
  /** Default `["SIGTERM", "SIGINT"]`. */
  signals?: readonly NodeJS.Signals[];
}

const KEY = Symbol.for("millrace.drain.1");

/** One a thread, however often this module is loaded. */
interface Choice {
  /** The app drains by itself, so `register` of millrace/next need not. */
  isMade: boolean;
  /** Takes back what `register` has done. */
  takeBack: (() => void) | undefined;
}

function choice(): Choice {
  const store = globalThis as { [KEY]?: Choice };
  store[KEY] ??= { isMade: false, takeBack: undefined };
  return store[KEY];
}

/**
 * Drains the hubs when the process is told to end, and has it end in time, with the exit code 0: a server that somebody
 * closes meanwhile, as Next.js does, loses its connections as soon as they idle, and when the time is over all of them; a
 * process that ends before is held until its streams have ended. Where nobody else handles the signal, the servers are closed
 * and the process ends with the drain. Returns what takes the handlers back.
 *
 * In Next.js, `register` of millrace/next does this for all hubs, unless the app calls this function.
 *
 * @throws TypeError for anything that is no array of hubs, and for a signal that there is not: it would be noticed at the end.
 * @example
 * drainOnSignal([hub], { withinMs: 5000 });
 */
export function drainOnSignal(hubs: readonly Drainable[], options: DrainOnSignalOptions = {}): () => void {
  requireDrainables(hubs);
  checkOnSignalOptions("options", options);
  const made = choice();
  made.isMade = true;
  made.takeBack?.();
  return onSignal(() => hubs, options);
}

function requireDrainables(hubs: unknown): void {
  const isOne = (hub: Partial<Drainable> | null | undefined) =>
    typeof hub?.drain === "function" && typeof hub.stats === "function";
  if (Array.isArray(hubs) && hubs.every(isOne)) return;
  const given = Array.isArray(hubs) ? "an array of something else" : describe(hubs);
  throw new TypeError(`hubs must be an array of hubs, such as [hub], not ${given}`);
}

/**
 * @param name - what the options are called where they are given.
 * @throws TypeError for what would otherwise be noticed when the process is told to end, or never.
 */
export function checkOnSignalOptions(name: string, options: DrainOnSignalOptions): void {
  requireObject(name, options);
  requireKnown(name === "options" ? "drainOnSignal" : name, options, ON_SIGNAL_OPTIONS);
  const { signals, ...drain } = options;
  timesOf(drain);
  if (signals === undefined) return;
  requireNames("signals", signals);
  for (const signal of signals) requireOneOf("signals", signal, Object.keys(constants.signals));
}

/** For `register` of millrace/next: all hubs of this thread, unless the app has decided for itself. */
export function drainAllOnSignal(options: DrainOnSignalOptions): void {
  const made = choice();
  if (made.isMade || made.takeBack !== undefined) return;
  const drainables = () =>
    environment().hubNames.map((name) => ({
      drain: (given: DrainOptions = {}) => drainHub(name, given),
      stats: () => environment().hub(name).stats(),
    }));
  made.takeBack = onSignal(drainables, options);
}

function onSignal(hubsNow: () => readonly Drainable[], options: DrainOnSignalOptions): () => void {
  const { signals = ["SIGTERM", "SIGINT"], ...drain } = options;
  const { withinMs } = timesOf(drain);
  const servers = new Servers();
  const handle = async (signal: NodeJS.Signals) => {
    const hubs = hubsNow();
    const isAlone = process.listenerCount(signal) === 0; // those that are told once are still among them: this one is first
    const end = now() + withinMs;
    const closed = servers.endBy(end, isAlone);
    process.once("exit", (code) => {
      holdExit(hubs, end);
      // What handled the signal says that it was one. The process has done what it was told to.
      if (code === 128 + constants.signals[signal]) process.exitCode = 0;
    });
    await Promise.all([closed, ...hubs.map((hub) => hub.drain(drain))]);
    if (isAlone) process.exit(0);
  };
  for (const signal of signals) process.prependOnceListener(signal, handle);
  return () => {
    servers.forget();
    for (const signal of signals) process.off(signal, handle);
  };
}

/** Reactors go on while this thread waits: they end the streams whose sockets Node does not know, or does not wait for. */
function holdExit(hubs: readonly Drainable[], end: number): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (now() < end && hubs.some((hub) => hub.stats().connections > 0)) {
    environment().schedule();
    Atomics.wait(never, 0, 0, LOOK_EVERY_MS);
  }
}

/** The HTTP servers that had requests. */
class Servers {
  readonly #servers = new Set<Server>();

  constructor() {
    subscribe("http.server.request.start", this.#onRequest);
  }

  forget(): void {
    unsubscribe("http.server.request.start", this.#onRequest);
    unsubscribe("http.server.response.finish", this.#onFinish);
    this.#servers.clear();
  }

  /**
   * Has servers that take no connection any more not wait for those that idle; at the end, for none. Closes them, if asked.
   * Resolves at the end, or when those that it has closed are.
   */
  endBy(end: number, areClosed: boolean): Promise<void> {
    subscribe("http.server.response.finish", this.#onFinish);
    return new Promise((resolve) => {
      const closeAll = () => {
        for (const server of this.#servers) if (!server.listening) server.closeAllConnections();
        resolve();
      };
      setTimeout(closeAll, Math.min(Math.max(0, end - now()), LONGEST_TIMER_MS)).unref?.();
      if (!areClosed) return;
      let open = this.#servers.size;
      if (open === 0) resolve();
      for (const server of this.#servers) server.close(() => --open === 0 && resolve());
    });
  }

  readonly #onRequest = (message: unknown): void => {
    this.#servers.add((message as { server: Server }).server);
  };

  readonly #onFinish = (message: unknown): void => {
    const { server, socket } = message as { server: Server; socket: Socket };
    if (!server.listening) socket.end();
  };
}
