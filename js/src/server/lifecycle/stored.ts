import type { NativeHub } from "../../native/binding.js";
import type { StoreFailed } from "../../native/native-store.js";
import { SSEError } from "../../shared/errors.js";
import { environment } from "./environment.js";

interface Wait {
  /** The event's number, or a function that says it once it is known. */
  sequence: number | (() => number | null);
  readonly resolve: () => void;
  readonly reject: (error: SSEError) => void;
}

/** Those of one hub in this thread who wait until events are on disk. */
class StoredWaits {
  readonly #hub: NativeHub;
  /** Almost in the order of their numbers. */
  #waits: Wait[] = [];

  constructor(hub: NativeHub) {
    this.#hub = hub;
    environment().onStored(() => this.#settle());
  }

  add(sequence: Wait["sequence"]): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait = { sequence, resolve, reject };
      this.#listen(); // first, so that nothing is missed in between
      if (this.#isSettled(wait)) return;
      if (this.#waits.length === 0) environment().hold();
      this.#waits.push(wait);
    });
  }

  #listen(): void {
    this.#hub.awaitStored(environment().id);
  }

  #settle(): void {
    if (this.#waits.length === 0) return;
    this.#listen();
    this.#waits = this.#waits.filter((wait) => !this.#isSettled(wait));
    if (this.#waits.length === 0) environment().release();
  }

  #isSettled(wait: Wait): boolean {
    const sequence = typeof wait.sequence === "number" ? wait.sequence : wait.sequence();
    if (sequence === null) return false;
    wait.sequence = sequence;
    const state = this.#hub.storedState(sequence);
    if (state === "stored") wait.resolve();
    if (state === "lost")
      wait.reject(new SSEError("STORE_FAILED", "The event could not be written to the hub's store"));
    return state !== "waiting";
  }
}

function waitsOf(hubName: string): StoredWaits {
  const all = environment().state("stored", () => new Map<string, StoredWaits>());
  let waits = all.get(hubName);
  if (waits === undefined) {
    waits = new StoredWaits(environment().hub(hubName));
    all.set(hubName, waits);
  }
  return waits;
}

/** Resolves once the event of this number is on disk. Rejects with `STORE_FAILED` where it will not be. */
export function untilStored(hubName: string, sequence: number): Promise<void> {
  return waitsOf(hubName).add(sequence);
}

/** The same of all that waits in the channel because of its policy, and of what was published so far. */
export function untilAllStored(hubName: string, channel: string): Promise<void> {
  const hub = environment().hub(hubName);
  return waitsOf(hubName).add(() => hub.newestOf(channel));
}

/** Resolves once the store has forgotten and closed all channels that it was told to. */
export function untilTasksDone(hubName: string): Promise<void> {
  const hub = environment().hub(hubName);
  return waitsOf(hubName).add(() => (hub.tasksWaiting() === 0 ? 0 : null));
}

/** The outcome, where it is not that the hub's store cannot be opened: then it throws SSEError `STORE_FAILED`. */
export function unlessStoreFailed<Outcome>(hub: NativeHub, outcome: Outcome | StoreFailed): Outcome {
  if (outcome === "storeFailed") throw storeFailed(hub);
  return outcome as Outcome;
}

/** The hub's store cannot be opened, so the hub cannot be used. */
export function storeFailed(hub: NativeHub): SSEError {
  return new SSEError("STORE_FAILED", hub.storeFault());
}
