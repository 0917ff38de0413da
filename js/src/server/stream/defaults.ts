import { environment } from "../lifecycle/environment.js";
import type { StreamDefaults } from "./options.js";

function defaults(): Map<string, StreamDefaults> {
  return environment().state("stream defaults", () => new Map());
}

/** What this thread's `createHub` calls have said of the hub's streams. */
export function streamDefaults(hubName: string): StreamDefaults {
  return defaults().get(hubName) ?? {};
}

/** Adds defaults. Those that were given before and are not given now stay; so do the single values of `lag` and `heartbeat`. */
export function addStreamDefaults(hubName: string, given: StreamDefaults): void {
  const before = streamDefaults(hubName);
  const { lag, heartbeat } = before;
  defaults().set(hubName, {
    ...before,
    ...given,
    ...(lag && given.lag && { lag: { ...lag, ...given.lag } }),
    ...(heartbeat && given.heartbeat && { heartbeat: { ...heartbeat, ...given.heartbeat } }),
  });
}
