import type { NativeHub } from "../../native/binding.js";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { log } from "./logger.js";
import { reportError } from "./report.js";

/** Tells in this thread what happens to a hub's store: that a damaged file was set aside, that it cannot be written, and that it works again. */
export function watchStore(hubName: string, hub: NativeHub): void {
  const watched = environment().state("watched stores", () => new Set<string>());
  if (watched.has(hubName)) return;
  watched.add(hubName);
  let isFailing = false;
  let setAside = "";
  const tell = (what: string) => reportError(hubName, "store", new SSEError("STORE_FAILED", what));
  environment().onStored(() => {
    const health = hub.storeHealth();
    if (health.setAside !== setAside) {
      setAside = health.setAside;
      tell(
        `The file of history.file was damaged: it is kept as ${setAside}, and a new one was begun (${health.message})`,
      );
    }
    if (health.isFailing === isFailing) return;
    isFailing = health.isFailing;
    if (isFailing) {
      tell(
        'The file of history.file cannot be written: is the disk full? Events of sync: "batch" are kept in memory, as many as there is room for, and written once it works again; those of "always" are refused',
      );
    } else log(hubName, "info", "the file of history.file can be written again", {});
  });
}
