import type { SSEMessage } from "../content/message.js";
import type { PublishReceipt } from "../content/receipt.js";
import type { ReceivedMessage } from "../stream/received-message.js";

/** Event types and their data, e.g. `{ progress: { done: number } }`. */
export type EventMap = object;

/** How an event is kept. */
export interface PublishOptions {
  /** An id of your own; clients can resume from it while the channel's history holds it. */
  id?: string;
  /** Nobody is given the event after so many milliseconds. Default: as long as the history keeps it. */
  ttlMs?: number;
  /** Readers that are behind skip this event once a newer one with the same key exists. */
  conflateKey?: string;
  /** Events with the same key become one, where the channel's policy has `merge`. */
  mergeKey?: string;
  /** Of events with the same key, the newest is sent now and then, where the channel's policy has `throttle`. */
  throttleKey?: string;
  /** By which streams may choose events (`labels`); the client does not see it. */
  label?: string;
  /**
   * Under a key of your own, such as a request's id, an event is published once: published again in the channel within `idempotency.ttlMs`, for the answer was lost
   * perhaps, nothing is, and the receipt is the first one's. At most 1,024 bytes. In a durable channel that is known after a restart, too.
   */
  idempotencyKey?: string;
  /** Who publishes it: counts towards `publishesPerUser` of the channel's policy. Clients do not see it. */
  userId?: string;
}

/** A message of a hub: its type decides what its data is. */
export type HubMessage<Events extends EventMap> = PublishOptions &
  Pick<SSEMessage, "retry" | "raw"> &
  { [Type in keyof Events & string]: { event: Type; data: Events[Type] } }[keyof Events & string];

/** Any event with any data: the map of a hub that was given none. */
export type AnyEvents = { [type: string]: unknown };

/** One channel of a hub. */
export interface HubChannel<Events extends EventMap = AnyEvents> {
  readonly key: string;
  /** Connections that read it now. */
  readonly connections: number;
  publish(message: HubMessage<Events>): PublishReceipt;
  subscribe(listener: (message: ReceivedMessage) => void): () => void;
  /** See {@link Hub.flush}. */
  flush(): void;
}
