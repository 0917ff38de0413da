// What is checked while an application is developed, and not in what its users load: see client/development.ts.
import { checkOptions } from "../client/development.js";
import type { SSEClientOptions } from "../client/index.js";
import type { Names } from "../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../shared/timers.js";
import type { StoreOptions, UseEventSourceOptions } from "./types.js";

/** What the hook's options have besides the client's. */
const HOOK_OPTIONS: Names<Omit<UseEventSourceOptions, keyof SSEClientOptions>> = {
  onMessage: true,
  onEvent: true,
  onError: true,
  onOpen: true,
  onClose: true,
  historySize: true,
  throttleMs: true,
  select: true,
};

const MOST_HISTORY = 1_000_000;

/** @throws TypeError for a misspelt option of the hook, and for one that is of the wrong type or out of its range. */
export function checkHookOptions(options: StoreOptions): void {
  checkOptions("useEventSource", options, HOOK_OPTIONS);
  requireWhole("historySize", options.historySize, MOST_HISTORY);
  requireWhole("throttleMs", options.throttleMs, LONGEST_TIMER_MS);
}

function requireWhole(name: string, value: unknown, most: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most)) return;
  throw new TypeError(`${name} must be a whole number from 0 to ${most}, not ${String(value)}`);
}
