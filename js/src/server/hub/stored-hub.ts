import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";

/** For modules that keep something of their own over a restart. */
interface Named {
  readonly name: string;
}

/** Whether the hub has a file. */
export function hasStore(hub: Named): boolean {
  return environment().hub(hub.name).hasStore();
}

/** Another number in each process that has opened the hub's file, one after the other: what an earlier one was doing, nobody does any more. 0: it has none. */
export function lifeOf(hub: Named): number {
  return environment().hub(hub.name).beganBehind();
}

/** Whether the hub's file has events of the channel. */
export function hasStored(hub: Named, channel: string): boolean {
  return environment().hub(hub.name).hasStored(channel);
}

/**
 * The channels that have a document, in memory or in the hub's file, and whose names begin so; sorted.
 *
 * @throws SSEError `STORE_FAILED`.
 */
export function documentKeys({ name }: Named, prefix: string): string[] {
  const hub = environment().hub(name);
  return unlessStoreFailed(hub, hub.documentKeys(prefix));
}
