import {
  SSEClient,
  type SSEClientOptions,
  type SSECloseEvent,
  type SSEError,
  SSEErrorEvent,
  SSEMessageEvent,
  type UntypedEvents,
} from "../client/index.js";
import { onReset } from "../shared/reset.js";
import { Renewal } from "./renewal.js";
import type { EventSourceSnapshot, SSEMessage, StoreOptions } from "./types.js";

/** How long a connection that nobody uses is kept: over StrictMode's second mount and a change of route. */
export const GRACE_MS = 100;

const DEFAULT_HISTORY_SIZE = 200;

/** What there is without a URL. */
export const DISCONNECTED: EventSourceSnapshot = {
  data: null,
  event: null,
  error: null,
  isConnected: false,
  state: "disconnected",
  completed: false,
  health: "disconnected",
  transport: "stream",
  lastEventId: "",
  attempts: 0,
  resume: null,
  history: [],
};

/** What there is before the first news of a connection: on the server, while hydrating, and until it opens. */
export const CONNECTING: EventSourceSnapshot = { ...DISCONNECTED, state: "connecting", health: "degraded" };

/** A component that uses a connection. */
export interface Subscriber {
  /** The snapshot is another one. */
  changed(): void;
  /** As of the last render. */
  options(): StoreOptions;
}

const stores = new Map<string, ConnectionStore>();
onReset(() => {
  for (const store of stores.values()) store.dispose();
});

/** One connection, which any number of components share. It exists from the first `subscribe` on. */
class ConnectionStore {
  snapshot: EventSourceSnapshot;
  readonly client: SSEClient;
  /** It was not the last component's leaving that ended it. */
  hasEnded = false;
  readonly #key: string;
  readonly #subscribers = new Set<Subscriber>();
  readonly #renewal = new Renewal(
    () => this.#renew(),
    () => this.#throttleMs,
  );
  #options: StoreOptions;

  #event: SSEMessage | null = null;
  #error: SSEError | null = null;
  /** The events since the last snapshot; no more than twice of what the history takes. */
  #recent: SSEMessage[] = [];
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(key: string, url: string, options: StoreOptions) {
    this.#key = key;
    this.#options = options;
    this.client = new SSEClient<UntypedEvents>(url, this.#clientOptions());
    // With a signal that is aborted it does not even try.
    this.snapshot = this.client.readyState === SSEClient.CLOSED ? DISCONNECTED : CONNECTING;
    // No listener hears every type, but every event of a client passes here.
    const dispatch = this.client.dispatchEvent.bind(this.client);
    this.client.dispatchEvent = (event) => {
      this.#take(event);
      return dispatch(event);
    };
  }

  subscribe(subscriber: Subscriber): () => void {
    clearTimeout(this.#graceTimer);
    this.#subscribers.add(subscriber);
    this.#renewal.hurry();
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size > 0) return;
      // A closed connection is nothing to keep: who comes next connects anew.
      if (this.client.readyState === SSEClient.CLOSED) this.dispose();
      else this.#keepForAMoment();
    };
  }

  /** Where components are tested, the next test must not find it: StrictMode's second mount comes in the same turn. */
  #keepForAMoment(): void {
    const { IS_REACT_ACT_ENVIRONMENT: isTest } = globalThis as { readonly IS_REACT_ACT_ENVIRONMENT?: unknown };
    if (isTest === true) queueMicrotask(() => this.#subscribers.size === 0 && this.dispose());
    else this.#graceTimer = setTimeout(() => this.dispose(), GRACE_MS);
  }

  /** Its component was hidden, and is shown again. What has come to its end, or may not be asked for again, is shown as it is. */
  resume(): void {
    if (!this.hasEnded) this.client.reconnect();
  }

  dispose(): void {
    const { readyState, state, mayAskAgain } = this.client;
    this.hasEnded = !mayAskAgain || (readyState === SSEClient.CLOSED && state !== "error");
    if (stores.get(this.#key) === this) stores.delete(this.#key);
    this.client.close();
    this.#renewal.stop();
    this.#renew();
  }

  /** Functions are looked up when they are called: components make new ones at each render. */
  #clientOptions(): SSEClientOptions {
    const { onMessage, onEvent, onError, onOpen, onClose, historySize, throttleMs, select, ...options } = this
      .#options as StoreOptions & { readonly select?: unknown };
    const { headers, fetch, isFinal, onUnauthorized, parse } = options;
    return {
      ...options,
      ...(typeof headers === "function" && {
        headers: () => {
          const current = this.#latest().headers;
          return (typeof current === "function" ? current() : current) ?? {};
        },
      }),
      ...(fetch && { fetch: (url, init) => (this.#latest().fetch ?? fetch)(url, init) }),
      ...(isFinal && { isFinal: (response) => (this.#latest().isFinal ?? isFinal)(response) }),
      ...(onUnauthorized && {
        onUnauthorized: (response) => (this.#latest().onUnauthorized ?? onUnauthorized)(response),
      }),
      ...(typeof parse === "function" && {
        parse: (text, type) => {
          const latest = this.#latest().parse;
          return (typeof latest === "function" ? latest : parse)(text, type);
        },
      }),
    };
  }

  #latest(): StoreOptions {
    for (const subscriber of this.#subscribers) this.#options = subscriber.options();
    return this.#options;
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
    const { type, lastEventId } = event;
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
    this.#tell((options) => options.onMessage?.(event));
    this.#tell((options) => options.onEvent?.(type, data));
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

  #tell(call: (options: StoreOptions) => void): void {
    for (const subscriber of this.#subscribers) {
      try {
        call(subscriber.options());
      } catch (error) {
        // Reported as what a listener throws is, without a part in what others hear.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }

  /** As they want it now. While nobody is there, for a moment, nothing is thrown away. */
  get #historySize(): number {
    const asked = Array.from(this.#subscribers, ({ options }) => options().historySize ?? DEFAULT_HISTORY_SIZE);
    return asked.length > 0 ? Math.max(...asked) : DEFAULT_HISTORY_SIZE;
  }

  get #throttleMs(): number {
    const asked = Array.from(this.#subscribers, (subscriber) => subscriber.options().throttleMs ?? 0);
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
    for (const subscriber of this.#subscribers) subscriber.changed();
  }
}

/** A way to the connection of a URL and options. It opens nothing before `subscribe`, so rendering may make it. */
export class Connection {
  readonly #key: string | null;
  readonly #url: string;
  /** What a component had that is hidden, by `<Activity>`: React takes its effects away, and brings them back. */
  #before: ConnectionStore | undefined;

  /** @param key - by {@link connectionKey}; null for no connection. */
  constructor(key: string | null, url: string) {
    this.#key = key;
    this.#url = url;
  }

  subscribe(subscriber: Subscriber): () => void {
    const key = this.#key;
    if (key === null) return () => {};
    const before = this.#before;
    const current = stores.get(key);
    const store = current ?? before ?? new ConnectionStore(key, this.#url, subscriber.options());
    stores.set(key, store);
    const leave = store.subscribe(subscriber);
    if (store !== current && store === before) store.resume();
    return () => {
      leave();
      this.#before = store;
    };
  }

  snapshot(): EventSourceSnapshot {
    return this.#store?.snapshot ?? this.#before?.snapshot ?? this.serverSnapshot();
  }

  serverSnapshot(): EventSourceSnapshot {
    return this.#key === null ? DISCONNECTED : CONNECTING;
  }

  start(): void {
    const client = this.#store?.client;
    if (client?.readyState === SSEClient.CLOSED) client.reconnect();
  }

  stop(): void {
    this.#store?.client.close();
  }

  reconnect(): void {
    this.#store?.client.reconnect();
  }

  get #store(): ConnectionStore | undefined {
    return this.#key === null ? undefined : stores.get(this.#key);
  }
}

function lastOf<Item>(items: Item[], count: number): Item[] {
  return items.slice(Math.max(0, items.length - count));
}
