import type { SharedClient, TabHost } from "./tab-host.js";
import type { SharedEvent, TabEnd, TabState } from "./tab-message.js";
import type { TabSharing } from "./tab-sharing.js";

/** A client's way to the other tabs with its connection; without `shareAcrossTabs` there are none. */
export class TabLink {
  readonly #client: SharedClient;
  /** `null`: this tab is alone; undefined: it has not joined the others yet. */
  #sharing: TabSharing | null | undefined;
  /** It tells others of the end. */
  #ending: TabSharing | null | undefined;

  constructor(client: SharedClient) {
    this.#client = client;
  }

  get isWanted(): boolean {
    return Boolean(this.#client.options.shareAcrossTabs);
  }

  /** How the connection is in the tab that has it, where that is another one. */
  get mirror(): TabState | undefined {
    return this.#sharing?.mirror;
  }

  /** Where tabs cannot find each other, or what makes them does not load, the tab has a connection of its own. */
  async join(host: TabHost, isCurrent: () => boolean): Promise<void> {
    this.#ending?.finish();
    this.#ending = undefined;
    const loaded = await import("./tabs.js").catch(() => undefined);
    if (!isCurrent()) return;
    this.#sharing = loaded?.joinTabs(this.#client, host) ?? null;
    if (!this.#sharing) host.begin();
  }

  say(state: TabState): void {
    this.#sharing?.say(state);
  }

  /** `toEvents` is not asked where nobody listens. */
  share(toEvents: () => readonly SharedEvent[], cursor: string): void {
    this.#sharing?.share(toEvents(), cursor);
  }

  /** {@link TabSharing.reconnect}; also where the tab has yet to join the others. */
  reconnect(): boolean {
    return this.isWanted && (this.#sharing === undefined || this.#sharing?.reconnect() === true);
  }

  /** With an end, there is no more for the other tabs, either. */
  leave(end?: TabEnd): void {
    this.#sharing?.leave(end);
    this.#ending = this.#sharing;
    this.#sharing = undefined;
  }
}
