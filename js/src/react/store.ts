import {
  SSEClient,
  type SSECloseEvent,
  type SSEError,
  SSEErrorEvent,
  SSEMessageEvent,
  type UntypedEvents,
} from "../client/index.js";
import { onReset } from "../shared/reset.js";
import { CallLog, type SubscribedComponent } from "./call-log.js";
import { clientOptions } from "./latest-options.js";
import { Renewal } from "./renewal.js";
import { CONNECTING, DISCONNECTED } from "./snapshots.js";
import type { EventSourceSnapshot, SSEMessage, StoreOptions } from "./types.js";

/** How long a connection that nobody uses is kept: over StrictMode's second mount and a change of route. */
export const GRACE_MS = 100;

const DEFAULT_HISTORY_SIZE = 200;

/** By {@link connectionKey}. */
export const stores = new Map<string, ConnectionStore>();
onReset(() => {
  for (const store of stores.values()) store.dispose();
});

/** One connection, which any number of components share. It exists from the first `subscribe` on. */
export class ConnectionStore {
  snapshot: EventSourceSnapshot;
  readonly client: SSEClient;
  /** It was not the last component's leaving that ended it. */
  hasEnded = false;
  readonly #key: string;
  readonly #log = new CallLog();
  readonly #renewal = new Renewal(
    () => this.#renew(),
    () => this.#throttleMs,
  );
  /** Those of its components, the last ones where there are none. */
  #options: readonly StoreOptions[];

  #event: SSEMessage | null = null;
  #error: SSEError | null = null;
  /** The events since the last snapshot; no more than twice of what the history takes. */
  #recent: SSEMessage[] = [];
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(key: string, url: string, options: StoreOptions) {
    this.#key = key;
    this.#options = [options];
    this.client = new SSEClient<UntypedEvents>(
      url,
      clientOptions(options, (name) => this.#latest(name)),
    );
    // With a signal that is aborted it does not even try.
    this.snapshot = this.client.readyState === SSEClient.CLOSED ? DISCONNECTED : CONNECTING;
    this.client.observer = (event) => this.#take(event); // no listener hears every type
  }

  /**
   * @param leftAt - what leaving gave a component that comes back: it is told what it missed.
   * @returns what leaves.
   */
  subscribe(subscriber: SubscribedComponent, leftAt?: number): () => number {
    clearTimeout(this.#graceTimer);
    this.#log.add(subscriber, leftAt);
    this.#renewal.hurry();
    return () => {
      const had = this.#log.remove(subscriber);
      if (this.#log.size > 0) return had;
      // A closed connection is not kept: the next component connects anew.
      if (this.client.readyState === SSEClient.CLOSED) this.dispose();
      else this.#keepForAMoment();
      return had;
    };
  }

  /** Shows what a component wants to see by now that its `historySize` or `throttleMs` is another. */
  adjust(): void {
    this.#renewal.hurry();
    if (this.snapshot.history.length > this.#historySize) this.#renewal.now();
  }

  /** Where components are tested, the next test must not find it: StrictMode's second mount comes in the same turn. */
  #keepForAMoment(): void {
    const { IS_REACT_ACT_ENVIRONMENT: isTest } = globalThis as { readonly IS_REACT_ACT_ENVIRONMENT?: unknown };
    if (isTest === true) queueMicrotask(() => this.#log.size === 0 && this.dispose());
    else this.#graceTimer = setTimeout(() => this.dispose(), GRACE_MS);
  }

  /** Its component was hidden, and is shown again. What has come to its end, or may not be asked for again, is shown as it is. */
  resume(): void {
    if (!this.hasEnded) this.client.reconnect();
  }

  /** If it was forgotten, it is stored again, so that the next component shares it. */
  reconnect(): void {
    if (!stores.has(this.#key)) stores.set(this.#key, this);
    this.client.reconnect();
  }

  dispose(): void {
    const { readyState, state, mayAskAgain } = this.client;
    this.hasEnded = !mayAskAgain || (readyState === SSEClient.CLOSED && state !== "error");
    if (stores.get(this.#key) === this) stores.delete(this.#key);
    this.client.close();
    this.#renewal.stop();
    this.#renew();
  }

  #take(event: Event): void {
    if (event instanceof SSEMessageEvent) {
      this.#takeMessage(event);
      return;
    }
    if (event instanceof SSEErrorEvent) this.#takeError(event.error);
    else if (event.type === "open") this.#takeOpen();
    else if (event.type === "close") this.#tell((options) => options.onClose?.(event as SSECloseEvent));
    this.#renewal.now();
  }

  #takeMessage(event: SSEMessageEvent): void {
    const { type, lastEventId, isDone } = event;
    if (isDone) return;
    let data: unknown;
    try {
      data = event.read("mixed");
    } catch (error) {
      this.#takeError(error as SSEError);
      this.#renewal.now();
      return;
    }
    const message = { event: type, type, data, id: lastEventId, lastEventId };
    this.#event = message;
    this.#recent.push(message);
    if (this.#recent.length > 2 * this.#historySize) this.#recent = lastOf(this.#recent, this.#historySize);
    this.#tell((options) => options.onMessage?.(event), event.data.length);
    this.#tell((options) => options.onEvent?.(type, data), event.data.length);
    this.#renewal.later();
  }

  #takeError(error: SSEError): void {
    this.#error = error;
    this.#tell((options) => options.onError?.(error));
  }

  #takeOpen(): void {
    this.#error = null;
    this.#tell((options) => options.onOpen?.());
  }

  /** Of the components that say something, the last. */
  #latest<Name extends keyof StoreOptions>(name: Name): StoreOptions[Name] | undefined {
    const current = Array.from(this.#log.subscribers, ({ options }) => options());
    if (current.length > 0) this.#options = current;
    return this.#options.map((options) => options[name]).findLast((given) => given !== undefined);
  }

  /** Nobody misses that a connection is closed because nobody is there. */
  #tell(...call: Parameters<CallLog["tell"]>): void {
    if (this.#log.size > 0 || stores.get(this.#key) === this) this.#log.tell(...call);
  }

  /** As they want it now. While nobody is there, for a moment, nothing is thrown away. */
  get #historySize(): number {
    const asked = Array.from(this.#log.subscribers, ({ options }) => options().historySize ?? DEFAULT_HISTORY_SIZE);
    return asked.length > 0 ? Math.max(...asked) : DEFAULT_HISTORY_SIZE;
  }

  get #throttleMs(): number {
    const asked = Array.from(this.#log.subscribers, (subscriber) => subscriber.options().throttleMs ?? 0);
    return asked.length > 0 ? Math.min(...asked) : 0;
  }

  #renew(): void {
    const { state, completed, health, transport, lastEventId, attempts, resume } = this.client;
    const size = this.#historySize;
    const all = [...this.snapshot.history, ...this.#recent];
    const isSame = this.#recent.length === 0 && all.length <= size;
    this.snapshot = {
      data: this.#event?.data ?? null,
      event: this.#event,
      error: this.#error,
      isConnected: state === "connected",
      state,
      completed,
      health,
      transport,
      lastEventId,
      attempts,
      resume,
      history: isSame ? this.snapshot.history : lastOf(all, size),
    };
    this.#recent = [];
    for (const subscriber of this.#log.subscribers) subscriber.changed();
  }
}

function lastOf<Item>(items: Item[], count: number): Item[] {
  return items.slice(Math.max(0, items.length - count));
}
