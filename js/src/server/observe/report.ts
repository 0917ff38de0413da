import { environment } from "../lifecycle/environment.js";
import { emitHubEvent, hasHubListeners } from "./hub-events.js";
import { print } from "./print.js";

/** Code of the application's that Millrace calls. */
export type UserCode = "authorize" | "snapshot" | "onClose" | "listener" | "request";

/** Tells of an error of the application's: to who listens to the hub's `error`, or on the console. Never throws. */
export function reportError(hubName: string, code: UserCode, error: unknown, channels?: readonly string[]): void {
  if (hasHubListeners(hubName, "error")) {
    emitHubEvent(hubName, "error", { error, code, ...(channels && { channels }) });
  } else {
    print(`Millrace: ${code} of the hub "${hubName}" failed:`, error);
  }
}

/** The same once in this thread for each `what`: of mistakes that every request would repeat. */
export function reportOnce(hubName: string, code: UserCode, what: string, channels?: readonly string[]): void {
  const { reported } = environment();
  const key = JSON.stringify([hubName, code, what]);
  if (reported.has(key)) return;
  if (reported.size < MOST_REMEMBERED) reported.add(key);
  reportError(hubName, code, new TypeError(what), channels);
}

const MOST_REMEMBERED = 1000;
