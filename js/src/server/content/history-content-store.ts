import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed, untilStored } from "../lifecycle/stored.js";
import type { ContentStore } from "./content-store.js";

/** Keeps content in the hub's own file. */
export class HistoryContentStore implements ContentStore {
  readonly #hubName: string;

  constructor(hubName: string) {
    this.#hubName = hubName;
  }

  async put(cid: string, bytes: Uint8Array): Promise<void> {
    const hub = environment().hub(this.#hubName);
    const number = unlessStoreFailed(hub, hub.keepContent(cid, bytes));
    await untilStored(this.#hubName, number);
  }

  get(cid: string): Uint8Array | undefined {
    const hub = environment().hub(this.#hubName);
    return unlessStoreFailed(hub, hub.contentOf(cid)) ?? undefined;
  }
}
