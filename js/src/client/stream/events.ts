import type { SSEError } from "../../shared/errors.js";
import { DONE } from "../../shared/notices.js";

/** The data types of a stream by event type, where the application says nothing: JSON of an unknown shape. */
export type UntypedEvents = Record<string, unknown>;

/**
 * The `error` event of an {@link SSEClient}. Node has no `ErrorEvent`, so it is a class of its own everywhere.
 *
 * @example
 * client.addEventListener("error", (event) => console.warn(event.error?.code, event.error?.message));
 */
export class SSEErrorEvent extends Event {
  readonly error: SSEError;

  constructor(error: SSEError) {
    super("error");
    this.error = error;
  }
}

/**
 * The `close` event of an {@link SSEClient}: it has stopped.
 *
 * @example
 * client.addEventListener("close", ({ completed, reason }) => console.log(completed ? "whole" : reason));
 */
export class SSECloseEvent extends Event {
  /**
   * Why: the server's reason (`"closed"`, `"completed"`, or what `stream.close` was given; `"revoked"` where the client is let in no longer; `"duration_cap"` or `"draining"` of
   * a stream that cannot go on); `"client"` for `close()`, `"error"` for a client that has given up.
   */
  readonly reason: string;
  /** The stream has come to its end: see `client.completed`. */
  readonly completed: boolean;

  /** What the application has said beside it: the `reason` of `hub.disconnect`. */
  readonly detail: string | undefined;

  constructor(reason: string, completed: boolean, detail?: string) {
    super("close");
    this.reason = reason;
    this.completed = completed;
    this.detail = detail;
  }
}

/**
 * @internal What an event's data is: `json`, whatever the option `parse` says; `data`, as that says, or JSON; `mixed`, where
 * other servers' texts are left as they are.
 */
export type ReadData = (event: SSEMessageEvent, as: "json" | "data" | "mixed") => unknown;

/**
 * An event of the stream: a `MessageEvent` as the platform has it, and what the server published it as. `data` is the exact
 * text.
 */
export class SSEMessageEvent<Data = unknown> extends MessageEvent<string> {
  readonly #read: ReadData;
  /** It was sent `raw`: its data is a text of its own, and no JSON. */
  readonly isRaw: boolean;
  /** @internal Its stream is Millrace's, and says of every event whether it is raw. */
  readonly isOurs: boolean;

  /** @internal */
  constructor(
    type: string,
    init: MessageEventInit<string>,
    { isRaw = false, isOurs }: { readonly isRaw?: boolean; readonly isOurs: boolean },
    read: ReadData,
  ) {
    super(type, init);
    this.isRaw = isRaw;
    this.isOurs = isOurs;
    this.#read = read;
  }

  /** @internal It ends a stream of another server's, and is no data. */
  get isDone(): boolean {
    return this.data === DONE && !this.isOurs;
  }

  /** `type`, as `publish` calls it. */
  get event(): string {
    return this.type;
  }

  /** `lastEventId`, as `publish` calls it. */
  get id(): string {
    return this.lastEventId;
  }

  /**
   * The data parsed from JSON, and as the `schema` of its type gives it.
   *
   * @throws SSEError `INVALID_JSON` or `INVALID_DATA`, with the text in `raw`.
   */
  get json(): Data {
    return this.#read(this, "json") as Data;
  }

  /** @internal Its data as {@link ReadData} has it. */
  read(as: Parameters<ReadData>[1]): unknown {
    return this.#read(this, as);
  }
}

/** A server may well name an event of its own `error`: it arrives as a message, without `.error`. */
export type ErrorOrMessage = SSEErrorEvent | (SSEMessageEvent & { readonly error?: undefined });

/** The events an {@link SSEClient} dispatches of its own accord, besides those of the stream. */
export interface SSEClientEvents {
  /** The server answered with an event stream. */
  open: Event;
  /** Something failed; `.error.code` says what. The client goes on by itself unless its state is `"error"`. */
  error: ErrorOrMessage;
  /** `client.state` has changed. */
  statechange: Event;
  /** `client.health` has changed. */
  healthchange: Event;
  /** The server said how this connection continues the last one: see `client.resume`. */
  resume: Event;
  /** The client has stopped: the stream is at its end, by `close()`, by a final answer, or for lack of attempts. Nothing follows. */
  close: SSECloseEvent;
}

/** What a listener for `Type` gets: the client's own events, else a message with its text, as EventSource gives it. */
export type EventOf<Type extends string> = Type extends keyof SSEClientEvents ? SSEClientEvents[Type] : SSEMessageEvent;

/** A listener, as `addEventListener` takes it. */
export type SSEListener<Type extends string> =
  | ((event: EventOf<Type>) => void)
  | { handleEvent(event: EventOf<Type>): void };
