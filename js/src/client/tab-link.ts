import type { StreamEnd } from "./notices.js";
import type { SSEClientOptions } from "./options.js";
import type { SharedEvent } from "./tab-ring.js";
import type { TabSharing, TabState } from "./tab-sharing.js";

/** The connection that tabs share, in this tab. */
export interface TabHost {
  /** Makes the connection: this tab has it. */
  begin(): void;
  /** Ends it: another tab has it. */
  end(): void;
  status(): TabState;
  /** The tab that has it says how it is; `hasOpened` where it was not connected before. */
  mirrored(state: TabState, hasOpened: boolean): void;
  receive(bytes: Uint8Array): void;
  reconnect(): void;
  /** The stream has ended in the tab that has it. */
  ended(end: StreamEnd): void;
  cursor(): string;
}

/** A client's way to the other tabs with its connection; without `shareAcrossTabs` there are none. */
export class TabLink {
  readonly #url: string;
  readonly #options: SSEClientOptions;
  #sharing: TabSharing | undefined;
  /** How the connection is in the tab that has it, where that is another one. */
  mirror: TabState | undefined;

  constructor(url: string, options: SSEClientOptions) {
    this.#url = url;
    this.#options = options;
  }

  get isWanted(): boolean {
    return Boolean(this.#options.shareAcrossTabs);
  }

  /** Where tabs cannot find each other, or what makes them does not load, the tab has a connection of its own. */
  async join(host: TabHost, isCurrent: () => boolean): Promise<void> {
    const loaded = await import("./tab-sharing.js").catch(() => undefined);
    if (!isCurrent()) return;
    const name = loaded?.shareNameOf(this.#url, this.#options);
    if (name === undefined || !loaded?.TabSharing.isPossible) return host.begin();
    this.#sharing = new loaded.TabSharing(name, {
      lead: () => {
        if (!isCurrent()) return;
        this.mirror = undefined;
        host.begin();
      },
      follow: () => {
        if (!isCurrent()) return;
        this.mirror = { ...host.status(), state: "reconnecting", health: "degraded" };
        host.end();
      },
      mirror: (state) => {
        if (!isCurrent()) return;
        const hasOpened = state.state === "connected" && host.status().state !== "connected";
        this.mirror = state;
        host.mirrored(state, hasOpened);
      },
      receive: (bytes) => isCurrent() && host.receive(bytes),
      reconnect: () => isCurrent() && host.reconnect(),
      ended: (end) => isCurrent() && host.ended(end),
      cursor: () => host.cursor(),
    });
  }

  say(state: TabState): void {
    this.#sharing?.say(state);
  }

  /** `toEvents` is not asked where nobody listens. */
  share(toEvents: () => readonly SharedEvent[], cursor: string): void {
    this.#sharing?.share(toEvents(), cursor);
  }

  /** Asks the tab that has the connection to make it anew. */
  reconnect(): void {
    this.#sharing?.reconnect();
  }

  /** The stream has ended: the other tabs are not to ask for it again. */
  end(end: StreamEnd): void {
    this.#sharing?.end(end);
  }

  leave(): void {
    this.#sharing?.leave();
    this.#sharing = undefined;
    this.mirror = undefined;
  }
}
