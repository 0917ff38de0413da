import type { ReceivedMessage } from "../stream/listener.js";

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
}

/** What became of a published event. */
export interface PublishReceipt {
  /** The event's id, the one given or the hub's. */
  readonly id: string;
  /** The connections that read the channel at that moment and want the type. */
  readonly recipients: number;
}

/** A message of a hub: its type decides what its data is. */
export type HubMessage<Events extends EventMap> = PublishOptions &
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
}
