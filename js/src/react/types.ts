import type { ResumeVerdict, SessionState, SSEClientOptions, SSEError, UntypedEvents } from "../client/index.js";

/** One event of the stream: a union over the event types, told apart by `type`. */
export type SSEMessage<Events extends object = UntypedEvents> = {
  [Type in keyof Events & string]: {
    readonly type: Type;
    /** Parsed from JSON; the text itself where it is no JSON. */
    readonly data: Events[Type];
    /** The last event ID in force; `""` where there is none. */
    readonly lastEventId: string;
  };
}[keyof Events & string];

/** How well the connection does: connected, trying, or neither. */
export type Health = "healthy" | "degraded" | "critical" | "disconnected";

/** What a connection looks like at a moment. A new object at each change, and never changed itself. */
export interface EventSourceSnapshot<Events extends object = UntypedEvents> {
  /** The data of the last event: parsed from JSON, or its text where it is no JSON; null before the first. */
  readonly data: Events[keyof Events & string] | null;
  /** The last event; null before the first. */
  readonly event: SSEMessage<Events> | null;
  /** The last error since the connection opened; null once it opens again. */
  readonly error: SSEError | null;
  readonly isConnected: boolean;
  readonly state: SessionState;
  readonly health: Health;
  /** The id to resume after; `""` for none. */
  readonly lastEventId: string;
  /** Failed attempts since the last connection that opened. */
  readonly attempts: number;
  /** What the server said of how this connection continues the one before; null while it has said nothing. */
  readonly resume: ResumeVerdict | null;
  /** The last events, oldest first, at most `historySize`. */
  readonly history: readonly SSEMessage<Events>[];
}

/** What {@link useEventSource} gives: the snapshot, and what can be done. */
export interface EventSourceResult<Events extends object = UntypedEvents> extends EventSourceSnapshot<Events> {
  /** Closes the connection, for all components that share it. The same function at each render. */
  readonly close: () => void;
  /** Connects at once, also after `close()`. The same function at each render. */
  readonly reconnect: () => void;
}

/** What a component hears, besides seeing the snapshot. */
export interface EventSourceCallbacks<Events extends object = UntypedEvents> {
  /** Called for each event, in order, as it arrives: also for those between two renders. */
  readonly onMessage?: (message: SSEMessage<Events>) => void;
  /** Called for each error; the connection goes on by itself unless the state is `"error"`. */
  readonly onError?: (error: SSEError) => void;
  /** Called when a connection opens, also again; not for one that was open before. */
  readonly onOpen?: () => void;
  /** Called when the client has stopped: by `close()`, by a final answer or for lack of attempts; not on unmount. */
  readonly onClose?: () => void;
}

/** What a component says of its connection: {@link SSEClientOptions}, the callbacks and `historySize`. */
export interface StoreOptions<Events extends object = UntypedEvents>
  extends SSEClientOptions,
    EventSourceCallbacks<Events> {
  /**
   * How many events `history` holds; 0 for none. Default 200. Of several components that share a connection, the largest
   * counts.
   */
  readonly historySize?: number;
}

/**
 * Options of {@link useEventSource}: {@link SSEClientOptions}, the callbacks, `historySize` and `select`.
 *
 * Components with the same URL and connection options share one connection. Functions (`headers`, `fetch`, callbacks)
 * may be new at each render: the latest is called, and the connection stays. A `body` or `signal` that is an object is
 * compared by identity, so it wants to be the same one at each render.
 */
export interface UseEventSourceOptions<Events extends object = UntypedEvents, Selected = EventSourceResult<Events>>
  extends StoreOptions<Events> {
  /**
   * What the component needs of the result; it renders only when that changes. An object or array whose members are
   * equal counts as the same. Default: all of it.
   */
  readonly select?: (result: EventSourceResult<Events>) => Selected;
}
