// What is checked while an application is developed, and not in what its users load: see client/development.
import { checkOptions, ifGiven, requireWhole } from "../client/development/check-options.js";
import type { SSEClientOptions } from "../client/index.js";
import { requireFunction } from "../shared/arguments.js";
import type { Names } from "../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../shared/timers.js";
import type { UseEventSourceOptions } from "./types.js";

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

const FUNCTIONS = ["onMessage", "onEvent", "onError", "onOpen", "onClose", "select"] as const;

const MOST_HISTORY = 1_000_000;

/** @throws TypeError for a misspelt option of the hook, and for one that is of the wrong type or out of its range. */
export function checkHookOptions(options: UseEventSourceOptions): void {
  checkOptions("useEventSource", options, HOOK_OPTIONS);
  for (const name of FUNCTIONS) ifGiven(requireFunction, name, options[name]);
  requireWhole("historySize", options.historySize, 0, MOST_HISTORY);
  requireWhole("throttleMs", options.throttleMs, 0, LONGEST_TIMER_MS);
}
