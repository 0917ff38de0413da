import { onReset } from "../../shared/reset.js";
import { type Call, makeCall, type SubscribedComponent } from "../call-log.js";
import { SharedConnection } from "../shared-connection.js";
import { stores } from "../store.js";
import type { EventSourceSnapshot, StoreOptions } from "../types.js";
import type { Reduction } from "./reduction.js";

/** How the connection is, and what its events have led to. */
export interface Reduced<View> {
  readonly snapshot: EventSourceSnapshot;
  readonly view: View;
}

/** One reduction of a connection's events, which any number of components share. */
export class ReducedConnection<View> {
  readonly connection: SharedConnection;
  readonly #reduction: Reduction<View>;
  readonly #components = new Set<SubscribedComponent>();
  #leave: (() => void) | undefined;
  #last: Reduced<View>;

  constructor(connection: SharedConnection, reduction: Reduction<View>) {
    this.connection = connection;
    this.#reduction = reduction;
    this.#last = { snapshot: connection.snapshot(), view: reduction.view() };
  }

  get isUsed(): boolean {
    return this.#components.size > 0;
  }

  subscribe(component: SubscribedComponent): () => void {
    this.#components.add(component);
    this.#leave ??= this.connection.subscribe({
      changed: () => {
        for (const one of [...this.#components]) one.changed();
      },
      options: () => this.#options(),
    });
    return () => {
      this.#components.delete(component);
      if (this.isUsed) return;
      this.#leave?.();
      this.#leave = undefined;
    };
  }

  /** The same object until it is another. */
  reduced(): Reduced<View> {
    const [snapshot, view] = [this.connection.snapshot(), this.#reduction.view()];
    if (snapshot !== this.#last.snapshot || view !== this.#last.view) this.#last = { snapshot, view };
    return this.#last;
  }

  /** Those of the component that came last; all hear what happens. */
  #options(): StoreOptions {
    const all = [...this.#components].map((component) => component.options());
    const throttles = all.map(({ throttleMs = 0 }) => throttleMs);
    return {
      ...all.at(-1),
      historySize: 0,
      throttleMs: Math.min(...throttles),
      onMessage: (event) => this.#tell((options) => options.onMessage?.(event)),
      onEvent: (type, data) => {
        this.#reduction.take(type, data);
        this.#tell((options) => options.onEvent?.(type, data));
      },
      onError: (error) => this.#tell((options) => options.onError?.(error)),
      onOpen: () => this.#tell((options) => options.onOpen?.()),
      onClose: (event) => this.#tell((options) => options.onClose?.(event)),
    };
  }

  #tell(call: Call): void {
    for (const component of [...this.#components]) makeCall(component, call);
  }
}

/** By the connection's key, and the kind of reduction. One stays as long as its connection is kept, which another component may take up. */
const reductions = new Map<string, ReducedConnection<unknown>>();
onReset(() => reductions.clear());

const isKept = (key: string) => reductions.get(key)?.isUsed === true || stores.has(key);

/** A component's access to the reduction of a connection. It opens nothing before `subscribe`, so rendering may make it. */
export class SharedReduction<View> {
  readonly #key: string | null;
  readonly #url: string;
  readonly #make: () => Reduction<View>;
  readonly #empty: Reduced<View>;
  /** What the component has, or had before it was hidden. */
  #own: ReducedConnection<View> | undefined;

  /** @param key - by {@link connectionKey}; null for no connection. */
  constructor(key: string | null, url: string, kind: string, make: () => Reduction<View>) {
    // A connection of its own: what was taken before the reduction was there, it would not know.
    this.#key = key && `${kind} ${key}`;
    this.#url = url;
    this.#make = make;
    this.#empty = { snapshot: new SharedConnection(this.#key, url).serverSnapshot(), view: make().view() };
  }

  subscribe(component: SubscribedComponent): () => void {
    const key = this.#key;
    if (key === null) return () => {};
    const shared = this.#shared ?? this.#own;
    const own = shared ?? new ReducedConnection(new SharedConnection(key, this.#url), this.#make());
    this.#own = own;
    for (const other of reductions.keys()) if (!isKept(other)) reductions.delete(other);
    reductions.set(key, own as ReducedConnection<unknown>);
    return own.subscribe(component);
  }

  reduced(): Reduced<View> {
    return (this.#shared ?? this.#own)?.reduced() ?? this.#empty;
  }

  serverReduced(): Reduced<View> {
    return this.#empty;
  }

  get connection(): SharedConnection | undefined {
    return (this.#shared ?? this.#own)?.connection;
  }

  get #shared(): ReducedConnection<View> | undefined {
    const key = this.#key ?? "";
    return isKept(key) ? (reductions.get(key) as ReducedConnection<View> | undefined) : undefined;
  }
}
