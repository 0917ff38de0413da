import type {
  Health,
  ResumeVerdict,
  SessionState,
  SSEClientOptions,
  SSECloseEvent,
  SSEError,
  SSEMessageEvent,
  UntypedEvents,
} from "../client/index.js";

/** One event of the stream, as it was published: a union over the event types, told apart by `event`. */
export type SSEMessage<Events extends object = UntypedEvents> = {
  [Type in keyof Events & string]: {
    readonly event: Type;
    /** `event`, as a `MessageEvent` calls it. */
    readonly type: Type;
    /**
     * What was published, by a Millrace server; the exact text, where it was sent `raw` and from every other server. As its
     * validator gives it where its type has one, and as the option `parse` says, where it says something.
     */
    readonly data: Events[Type];
    /** The last event ID in force; `""` where there is none. */
    readonly id: string;
    /** `id`, as a `MessageEvent` calls it. */
    readonly lastEventId: string;
  };
}[keyof Events & string];

/** A `MessageEvent` of the stream, with its exact text in `data`: a union over the event types, told apart by `type`. */
export type SSEMessageEventOf<Events extends object = UntypedEvents> = {
  [Type in keyof Events & string]: SSEMessageEvent<Events[Type]> & { readonly type: Type };
}[keyof Events & string];

/** What a connection looks like at a moment. A new object at each change, and never changed itself. */
export interface EventSourceSnapshot<Events extends object = UntypedEvents> {
  /** The data of the last event; null before the first. */
  readonly data: Events[keyof Events & string] | null;
  /** The last event; null before the first. */
  readonly event: SSEMessage<Events> | null;
  /**
   * The last error since the connection opened, also of an event that was refused (`INVALID_JSON`, `INVALID_DATA`); null
   * once it opens again.
   */
  readonly error: SSEError | null;
  /** The state is `"connected"`. */
  readonly isConnected: boolean;
  /**
   * `"connecting"` at first; `"error"` once the client has given up; `"disconnected"` without a URL, after `stop()`, and at
   * the stream's end.
   */
  readonly state: SessionState;
  /** The stream has come to its end, and nothing more will come: an answer is whole. No error, and no state of its own. */
  readonly completed: boolean;
  /** How well the connection does: `"degraded"` at first, while it connects. {@link ConnectionBadge} shows it. */
  readonly health: Health;
  /** How events come at present; `"polling"` only with the option `fallback`. */
  readonly transport: "stream" | "polling";
  /** The id to resume after; `""` for none. */
  readonly lastEventId: string;
  /** Failed attempts since the last connection that opened. */
  readonly attempts: number;
  /** What the server said of how this connection continues the one before; null while it has said nothing. */
  readonly resume: ResumeVerdict | null;
  /** The last events, oldest first, at most `historySize`; with a validator, none that it refused. */
  readonly history: readonly SSEMessage<Events>[];
}

/** What {@link useEventSource} gives: the snapshot, and what can be done. */
export interface EventSourceResult<Events extends object = UntypedEvents> extends EventSourceSnapshot<Events> {
  /**
   * Connects again after `stop()` or an `"error"`, from the last event on; otherwise it does nothing. The same function at
   * each render.
   */
  readonly start: () => void;
  /**
   * Closes the connection, for all components that share it; it stays closed until `start()`, or until all of them have
   * unmounted. The same function at each render.
   */
  readonly stop: () => void;
  /** `stop`, by EventSource's name. */
  readonly close: () => void;
  /**
   * As `start()`, and drops a connection that is open for a new one, or cuts a wait for the next attempt short. The same
   * function at each render.
   */
  readonly reconnect: () => void;
  /** Has the stream read another channel, until all who have subscribed it have unsubscribed; see {@link SSEClient.subscribe}. The same function at each render. */
  readonly subscribe: (channel: string) => Promise<void>;
  /** The same function at each render. */
  readonly unsubscribe: (channel: string) => Promise<void>;
}

/** What a component hears, besides seeing the snapshot. */
export interface EventSourceCallbacks<Events extends object = UntypedEvents> {
  /**
   * Called for each event, in order, as it arrives, whatever `throttleMs` says: also for those between two renders. It gets a
   * `MessageEvent`: `event.data` is the exact text, `event.json` the data parsed from JSON.
   */
  readonly onMessage?: (event: SSEMessageEventOf<Events>) => void;
  /** Called as `onMessage`, with the data as the snapshot has it. */
  readonly onEvent?: <Type extends keyof Events & string>(type: Type, data: Events[Type]) => void;
  /**
   * Called for each error, also for data that a validator of `schema` refuses (`INVALID_DATA`) or that it cannot be asked
   * about (`INVALID_JSON`), which is no message then. The connection goes on by itself unless the state is `"error"`.
   */
  readonly onError?: (error: SSEError) => void;
  /** Called when a connection opens, also again; not for one that was open before. */
  readonly onOpen?: () => void;
  /**
   * Called when the client has stopped: the stream is at its end (`completed`), by `stop()`, by a final answer or for lack of
   * attempts; not on unmount. `event.reason` says why.
   */
  readonly onClose?: (event: SSECloseEvent) => void;
}

/** What a component says of its connection: {@link SSEClientOptions}, the callbacks, `historySize` and `throttleMs`. */
export interface StoreOptions<Events extends object = UntypedEvents>
  extends SSEClientOptions<Events>,
    EventSourceCallbacks<Events> {
  /**
   * How many events `history` holds; 0 for none. Default 200. Of several components that share a connection, the largest
   * counts.
   */
  readonly historySize?: number;
  /**
   * Events renew the snapshot at most once in so many milliseconds: the first at once, the last of a burst at the latest when
   * they have passed. Everything else (state, health, errors) is shown at once, and callbacks hear every event as it comes.
   * Default 0: once for all events that arrive together. Of several components that share a connection, the smallest counts.
   */
  readonly throttleMs?: number;
}

/**
 * Options of {@link useEventSource}: {@link SSEClientOptions}, the callbacks, `historySize`, `throttleMs` and `select`.
 *
 * Components with the same URL and connection options share one connection. Functions (`headers`, `fetch`, `parse`, callbacks)
 * may be new at each render: the latest is called, and the connection stays. A `body`, `signal` or `tape` that is an object
 * is compared by identity, so it wants to be the same one at each render.
 *
 * Validators (`schema`) are compared by identity, too, so those that are made once, outside of components, share a
 * connection. A component that makes them at each render keeps its first ones, until its URL or the types that have one are
 * others.
 */
export interface UseEventSourceOptions<Events extends object = UntypedEvents, Selected = EventSourceResult<Events>>
  extends StoreOptions<Events> {
  /**
   * What the component needs of the result; it renders only when that changes. An object or array whose members are
   * equal counts as the same. Default: all of it.
   */
  readonly select?: (result: EventSourceResult<Events>) => Selected;
}
