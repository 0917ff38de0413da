import { environment } from "../lifecycle/environment.js";
import { emitHubEvent, hasHubListeners } from "./hub-events.js";
import { errorFields, isLogged, log } from "./logger.js";
import { print } from "./print.js";
import { readable } from "./readable-error.js";
import type { UserCode } from "./user-code.js";

/** Reports that a thread remembers; beyond them, a report may come again. */
const MOST_REMEMBERED = 1000;

/** Tells of an error of the application's: the listeners of the hub's `error`, or else the console. Never throws. */
export function reportError(
  hubName: string,
  code: UserCode,
  thrown: unknown,
  channels?: readonly string[],
  traceId?: string,
): void {
  const error = readable(thrown);
  const about = { ...(channels && { channels }), ...(traceId !== undefined && { traceId }) };
  const isHeard = hasHubListeners(hubName, "error");
  const isWritten = isLogged(hubName, "error");
  if (isHeard) emitHubEvent(hubName, "error", { error, code, ...about });
  if (isWritten) log(hubName, "error", `${code} failed`, { code, ...about, err: errorFields(error) });
  if (!isHeard && !isWritten) {
    print(`Millrace: ${code} of the hub "${hubName}" failed:`, error);
  }
}

/**
 * Tells a hub's `error` listeners, its logger, or else the console of an error in code that stands on the hub: a module of your own. Never throws.
 *
 * @param channels - what it was about.
 */
export function reportHubError(hub: { readonly name: string }, error: unknown, channels?: readonly string[]): void {
  reportError(hub.name, "module", error, channels);
}

/** The same once in this thread for each `what`: for mistakes that every request would repeat. */
export function reportOnce(hubName: string, code: UserCode, what: string, channels?: readonly string[]): void {
  if (isFirstReport(JSON.stringify([hubName, code, what]))) reportError(hubName, code, new TypeError(what), channels);
}

/** Whether this key is reported for the first time in this thread. */
export function isFirstReport(key: string): boolean {
  const reported = environment().state("reports", () => new Set<string>());
  if (reported.has(key)) return false;
  if (reported.size < MOST_REMEMBERED) reported.add(key);
  return true;
}
