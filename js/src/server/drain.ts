import type { NativeHub } from "../core/native.js";
import { requireNumber, requireObject } from "./arguments.js";
import { environment } from "./environment.js";

/** Options of {@link Hub.drain}. */
export interface DrainOptions {
  /** Every stream has been told to end by then, and most are. Default 10000. */
  withinMs?: number;
  /** Clients come back after a time of their own, at the earliest after so many milliseconds. Default 1000. */
  retryFromMs?: number;
  /** ... and evenly spread over so many. Default 10000. */
  retrySpreadMs?: number;
}

const LOOK_EVERY_MS = 20;

/** Ends every connection of a hub in waves, and waits until they are gone or the time is over. */
export async function drainHub(hub: NativeHub, options: DrainOptions): Promise<void> {
  requireObject("options", options);
  const { withinMs = 10000, retryFromMs = 1000, retrySpreadMs = 10000 } = options;
  requireNumber("withinMs", withinMs);
  requireNumber("retryFromMs", retryFromMs);
  requireNumber("retrySpreadMs", retrySpreadMs);
  hub.drain(withinMs, retryFromMs, retrySpreadMs);
  environment().schedule();
  const end = performance.now() + withinMs;
  while (hub.stats().connections > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, withinMs)));
  }
}

/** What {@link drainOnSignal} needs of a hub. */
export interface Drainable {
  drain(options?: DrainOptions): Promise<void>;
}

/** Options of {@link drainOnSignal}. */
export interface DrainOnSignalOptions extends DrainOptions {
  /** Default `["SIGTERM", "SIGINT"]`. */
  signals?: readonly NodeJS.Signals[];
}

/**
 * Drains the hubs when the process is told to end. After that the signal ends the process, unless somebody else handles it,
 * too, as Next.js does: then that one ends it. Returns what takes the handlers back.
 *
 * @example
 * drainOnSignal([hub], { withinMs: 5000 });
 */
export function drainOnSignal(hubs: readonly Drainable[], options: DrainOnSignalOptions = {}): () => void {
  requireObject("options", options);
  const { signals = ["SIGTERM", "SIGINT"], ...drain } = options;
  const onSignal = async (signal: NodeJS.Signals) => {
    await Promise.all(hubs.map((hub) => hub.drain(drain)));
    // Where nobody else handles it, the signal does what it would have done.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
