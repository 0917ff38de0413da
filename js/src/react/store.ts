import {
  type Parse,
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

/**
 * How many calls are kept for components that are hidden: of more, the last. An event is two. One that has unmounted for good
 * looks the same, so they are kept as long as the connection is there.
 */
const MOST_MISSED = 2000;
/** And of how many characters of data. */
const MOST_MISSED_UNITS = 2 ** 21;

/** Tells a component of something, as its options want it. */
type Call = (options: StoreOptions) => void;

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
  /** And how many calls each has had, of all there were. */
  readonly #subscribers = new Map<Subscriber, number>();
  /** Components that have left, and may come back. */
  #away = 0;
  #calls = 0;
  /** The last calls, for those who have not had them, and the characters of each. */
  #missed: [call: Call, units: number][] = [];
  #missedUnits = 0;
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
    this.client = new SSEClient<UntypedEvents>(url, this.#clientOptions(options));
    // With a signal that is aborted it does not even try.
    this.snapshot = this.client.readyState === SSEClient.CLOSED ? DISCONNECTED : CONNECTING;
    this.client.observer = (event) => this.#take(event); // no listener hears every type
  }

  /**
   * @param leftAt - what leaving gave a component that comes back: it is told what it missed.
   * @returns what leaves.
   */
  subscribe(subscriber: Subscriber, leftAt?: number): () => number {
    clearTimeout(this.#graceTimer);
    this.#subscribers.set(subscriber, leftAt ?? this.#calls);
    if (leftAt !== undefined) {
      this.#away--;
      this.#catchUp();
    }
    this.#renewal.hurry();
    return () => {
      const had = this.#subscribers.get(subscriber) ?? this.#calls;
      this.#subscribers.delete(subscriber);
      this.#away++;
      if (this.#subscribers.size > 0) return had;
      // A closed connection is nothing to keep: who comes next connects anew.
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
    if (isTest === true) queueMicrotask(() => this.#subscribers.size === 0 && this.dispose());
    else this.#graceTimer = setTimeout(() => this.dispose(), GRACE_MS);
  }

  /** Its component was hidden, and is shown again. What has come to its end, or may not be asked for again, is shown as it is. */
  resume(): void {
    if (!this.hasEnded) this.client.reconnect();
  }

  /** Who comes next shares it again, if it was forgotten. */
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

  /** Functions are looked up when they are called: components make new ones at each render. */
  #clientOptions(given: StoreOptions): SSEClientOptions {
    const { onMessage, onEvent, onError, onOpen, onClose, historySize, throttleMs, select, ...options } =
      given as StoreOptions & { readonly select?: unknown };
    const { headers, fetch, parse } = options;
    return {
      ...options,
      ...(typeof headers === "function" && {
        headers: () => {
          const current = this.#latest("headers");
          return (typeof current === "function" ? current() : current) ?? {};
        },
      }),
      ...(fetch && { fetch: (url, init) => (this.#latest("fetch") ?? fetch)(url, init) }),
      // Another component, or another render, may have these.
      isFinal: (response) => this.#latest("isFinal")?.(response) as boolean,
      onUnauthorized: (response) => {
        const renew = this.#latest("onUnauthorized");
        return renew ? renew(response) : false;
      },
      ...(parse && { parse: this.#latestParse(parse) }),
    };
  }

  #latestParse(parse: NonNullable<SSEClientOptions["parse"]>): NonNullable<SSEClientOptions["parse"]> {
    const latest = (how: Parse): Parse =>
      typeof how !== "function"
        ? how
        : (text, type) => {
            const all = this.#latest("parse");
            const own = typeof all === "object" ? all[type] : all;
            return (typeof own === "function" ? own : how)(text, type);
          };
    if (typeof parse !== "object") return latest(parse);
    return Object.fromEntries(Object.entries(parse).map(([type, how]) => [type, latest(how)]));
  }

  /** Of the components that say something, the last. */
  #latest<Name extends keyof StoreOptions>(name: Name): StoreOptions[Name] | undefined {
    const current = Array.from(this.#subscribers.keys(), ({ options }) => options());
    if (current.length > 0) this.#options = current;
    return this.#options.map((options) => options[name]).findLast((given) => given !== undefined);
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

  #tell(call: Call, units = 0): void {
    // That it is closed because nobody is there is nothing that anybody missed.
    if (this.#subscribers.size === 0 && stores.get(this.#key) !== this) return;
    this.#calls++;
    const missed = this.#missed;
    missed.push([call, units]);
    this.#missedUnits += units;
    this.#catchUp();
    if (this.#away === 0) missed.length = this.#missedUnits = 0;
    while (missed.length > MOST_MISSED || this.#missedUnits > MOST_MISSED_UNITS) {
      this.#missedUnits -= missed.shift()?.[1] ?? 0;
    }
  }

  /** Makes the calls that are still to be made, each component's in order: one that is called may leave, or cause more. */
  #catchUp(): void {
    for (const [subscriber] of this.#subscribers) {
      for (let had = this.#subscribers.get(subscriber); had !== undefined && had < this.#calls; ) {
        this.#subscribers.set(subscriber, had + 1);
        this.#call(subscriber, this.#missed.at(had - this.#calls)?.[0]);
        had = this.#subscribers.get(subscriber);
      }
    }
  }

  #call(subscriber: Subscriber, call: Call | undefined): void {
    try {
      call?.(subscriber.options());
    } catch (error) {
      // Reported as what a listener throws is, without a part in what others hear.
      setTimeout(() => {
        throw error;
      });
    }
  }

  /** As they want it now. While nobody is there, for a moment, nothing is thrown away. */
  get #historySize(): number {
    const asked = Array.from(this.#subscribers.keys(), ({ options }) => options().historySize ?? DEFAULT_HISTORY_SIZE);
    return asked.length > 0 ? Math.max(...asked) : DEFAULT_HISTORY_SIZE;
  }

  get #throttleMs(): number {
    const asked = Array.from(this.#subscribers.keys(), (subscriber) => subscriber.options().throttleMs ?? 0);
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
    for (const subscriber of this.#subscribers.keys()) subscriber.changed();
  }
}

/** A way to the connection of a URL and options. It opens nothing before `subscribe`, so rendering may make it. */
export class Connection {
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

  subscribe(subscriber: Subscriber): () => void {
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

  get #store(): ConnectionStore | undefined {
    return this.#current ?? (this.#key === null ? undefined : stores.get(this.#key));
  }
}

function lastOf<Item>(items: Item[], count: number): Item[] {
  return items.slice(Math.max(0, items.length - count));
}
