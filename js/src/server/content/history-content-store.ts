import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed, untilStored } from "../lifecycle/stored.js";
import type { ContentStore } from "./content-store.js";
import { hubOfStore } from "./contents.js";

/** Keeps content in its hub's own file. */
export class HistoryContentStore implements ContentStore {
  async put(cid: string, bytes: Uint8Array): Promise<void> {
    const name = this.#hubName;
    const hub = environment().hub(name);
    await untilStored(name, unlessStoreFailed(hub, hub.keepContent(cid, bytes)));
  }

  get(cid: string): Uint8Array | undefined {
    const hub = environment().hub(this.#hubName);
    return unlessStoreFailed(hub, hub.contentOf(cid)) ?? undefined;
  }

  get #hubName(): string {
    const name = hubOfStore(this);
    if (name !== undefined && environment().hub(name).hasStore()) return name;
    throw new TypeError("historyContentStore needs a hub that it is given to (contentStore) and that has history.file");
  }
}

/**
 * Keeps the data of events that are too large in the file of the hub that it is given to, as long as that keeps the events of any channel.
 *
 * @example
 * const contents = historyContentStore();
 * export const hub = createHub({ history: { file: "data/events.db" }, oversize: "reference", contentStore: contents });
 */
export function historyContentStore(): ContentStore {
  return new HistoryContentStore();
}
