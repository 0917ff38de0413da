import type { NativeRefusal } from "./outcomes.js";

/** In place of what a call gives: the hub has a store, which cannot be opened; {@link NativeStore.storeFault} says why. */
export type StoreFailed = "storeFailed";

/** What a hub of the addon does about its durable log. */
export interface NativeStore {
  /**
   * From the first use on, the hub's events are kept in this file, an absolute path. `used`: the hub was used without one; `different`: it
   * has another one.
   */
  setStore(file: string, batchMs: number): "done" | "used" | "different";
  hasStore(): boolean;
  /** The process ends, perhaps: everything is written at once. The next use goes on. */
  restStore(): void;
  /** Whether the store has events of the channel. */
  hasStored(channel: string): boolean;
  /** The newest number that an earlier process gave. */
  beganBehind(): number;
  /** Why it cannot be opened, as a sentence. */
  storeFault(): string;
  storeHealth(): {
    /** What was to be written last could not be; it is tried again. */
    readonly isFailing: boolean;
    /** Writes that failed. */
    readonly failures: number;
    /** What the system says of that, or of what was set aside. */
    readonly message: string;
    /** The name that a damaged file has now; empty: none was. */
    readonly setAside: string;
  };
  /** What has become of a durable event, by its number. */
  storedState(sequence: number): "stored" | "waiting" | "lost";
  /** The newest number of the hub; `null` while something waits in the channel because of its policy. */
  newestOf(channel: string): number | null;
  /** The newest number of all. */
  newest(): number;
  /** Whether the connection was given, or passed by, all events up to this number. */
  hasPassed(connection: number, sequence: number): boolean;
  /** This thread has something to collect once the store has written. */
  awaitStored(environment: number): void;
  /** The channel's events are gone, and what the store has of them is to go. False: the store cannot be opened. */
  forget(channel: string): boolean;
  /** Nothing is published into the channel any more, and who reads only such channels ends behind their events. */
  closeChannel(channel: string): "written" | NativeRefusal | StoreFailed;
  /** Channels that the store has yet to forget, or to close. */
  tasksWaiting(): number;
  /** The channels that have a document, in memory or in the store, and whose names begin so; sorted. */
  documentKeys(prefix: string): string[] | StoreFailed;
  /** Keeps content under its name, as long as any channel's events are kept. Gives a number for {@link storedState}. */
  keepContent(name: string, bytes: Uint8Array): number | StoreFailed;
  /** What is stored under the name. */
  contentOf(name: string): Uint8Array | null | StoreFailed;
}
