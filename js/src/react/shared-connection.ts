import { SSEClient } from "../client/index.js";
import type { SubscribedComponent } from "./call-log.js";
import { CONNECTING, DISCONNECTED } from "./snapshots.js";
import { ConnectionStore, stores } from "./store.js";
import type { EventSourceSnapshot } from "./types.js";

/** A component's access to the connection of a URL and options. It opens nothing before `subscribe`, so rendering may make it. */
export class SharedConnection {
  readonly #key: string | null;
  readonly #url: string;
  /** What a component had that is hidden, by `<Activity>`: React takes its effects away, and brings them back. */
  #before: ConnectionStore | undefined;
  /** What a component has that is mounted, also when all was forgotten (`resetMillrace`). */
  #current: ConnectionStore | undefined;
  #leftAt: number | undefined;

  /** @param key - by {@link connectionKey}; null for no connection. */
  constructor(key: string | null, url: string) {
    this.#key = key;
    this.#url = url;
  }

  subscribe(subscriber: SubscribedComponent): () => void {
    const key = this.#key;
    if (key === null) return () => {};
    const before = this.#before;
    const current = stores.get(key);
    const store = current ?? before ?? new ConnectionStore(key, this.#url, subscriber.options());
    stores.set(key, store);
    const leave = store.subscribe(subscriber, store === before ? this.#leftAt : undefined);
    this.#leftAt = undefined;
    this.#current = store;
    if (store !== current && store === before) store.resume();
    return () => {
      this.#leftAt = leave();
      this.#before = store;
      this.#current = undefined;
    };
  }

  snapshot(): EventSourceSnapshot {
    return this.#store?.snapshot ?? this.#before?.snapshot ?? this.serverSnapshot();
  }

  serverSnapshot(): EventSourceSnapshot {
    return this.#key === null ? DISCONNECTED : CONNECTING;
  }

  /** `historySize` or `throttleMs` is another. */
  adjust(): void {
    this.#store?.adjust();
  }

  start(): void {
    if (this.#store?.client.readyState === SSEClient.CLOSED) this.reconnect();
  }

  stop(): void {
    this.#store?.client.close();
  }

  reconnect(): void {
    this.#store?.reconnect();
  }

  async choose(what: "subscribe" | "unsubscribe", channel: string): Promise<void> {
    await this.#store?.client[what](channel);
  }

  get #store(): ConnectionStore | undefined {
    return this.#current ?? (this.#key === null ? undefined : stores.get(this.#key));
  }
}
