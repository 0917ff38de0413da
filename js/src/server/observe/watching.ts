import { stopWatching, watchHub } from "./alerts.js";
import { emitHubEvent, hasHubListeners } from "./hub-events.js";
import { isLogged, log } from "./logger.js";

/** Looks at the hub from now on, for its `alert` listeners and its logger. */
export function ensureWatched(hubName: string): void {
  watchHub(hubName, {
    alert(event) {
      emitHubEvent(hubName, "alert", event);
      log(hubName, event.state === "raised" ? "warn" : "info", `alert ${event.name} ${event.state}`, {
        kind: "alert",
        ...event,
      });
    },
    heartbeats: (count) => log(hubName, "debug", "heartbeats", { count }),
  });
}

/** Nobody listens any more. */
export function forgetWatch(hubName: string): void {
  if (!hasHubListeners(hubName, "alert") && !isLogged(hubName, "warn")) stopWatching(hubName);
}
