import type { SSEError } from "../shared/errors.js";

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

/** A server may well name an event of its own `error`: it arrives as a message, without `.error`. */
export type ErrorOrMessage = SSEErrorEvent | (MessageEvent<string> & { readonly error?: undefined });

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
  /** The client has stopped: by `close()`, by a final answer, or for lack of attempts. Nothing follows. */
  close: Event;
}

/** What a listener for `Type` gets: the client's own events, else a message with its text, as EventSource gives it. */
export type EventOf<Type extends string> = Type extends keyof SSEClientEvents
  ? SSEClientEvents[Type]
  : MessageEvent<string>;

/** A listener, as `addEventListener` takes it. */
export type SSEListener<Type extends string> =
  | ((event: EventOf<Type>) => void)
  | { handleEvent(event: EventOf<Type>): void };
