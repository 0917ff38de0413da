import { setTimeout } from "node:timers";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { now } from "../lifecycle/now.js";
import { reportError } from "../observe/report.js";
import { cidOf } from "./cid.js";
import type { ContentStore } from "./content-store.js";

const MOST_BYTES = 64 * 1024 * 1024;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** A store that fails is told of once in such a time. */
const BETWEEN_REPORTS_MS = 10_000;

/**
 * The contents on their way to a store, which are served from here meanwhile: an event may be read before its data is stored. What the
 * store does not take is given to it again until it does.
 */
class Contents {
  readonly #store: ContentStore;
  readonly #waiting = new Map<string, Uint8Array>();
  #bytes = 0;
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: ContentStore) {
    this.#store = store;
  }

  /** How many contents the store does not have yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Whether there is room for bytes of this identifier until the store has them.
   *
   * @throws SSEError `OVERLOADED`: 64 MiB wait for the store already.
   */
  requireRoom(cid: string, bytes: Uint8Array): void {
    if (this.#waiting.has(cid) || this.#bytes === 0 || this.#bytes + bytes.length <= MOST_BYTES) return;
    throw new SSEError("OVERLOADED", "64 MiB wait for the content store; publish more slowly, or see to the store");
  }

  put(hubName: string, cid: string, bytes: Uint8Array): void {
    if (this.#waiting.has(cid)) return;
    this.#waiting.set(cid, bytes);
    this.#bytes += bytes.length;
    this.#try(hubName, cid, bytes, FIRST_RETRY_MS);
  }

  /** Undefined also for what is not what its identifier says: it was damaged, or the store answers nonsense. */
  async get(hubName: string, cid: string): Promise<Uint8Array | undefined> {
    const waiting = this.#waiting.get(cid);
    if (waiting !== undefined) return waiting;
    const bytes: unknown = await this.#store.get(cid);
    if (bytes === undefined || bytes === null) return undefined;
    if (bytes instanceof Uint8Array && cidOf(bytes) === cid) return bytes;
    this.#report(
      hubName,
      new TypeError(`The content store gave for ${cid} what is not its content; it is answered with 404`),
    );
    await this.#store.delete?.(cid);
    return undefined;
  }

  #try(hubName: string, cid: string, bytes: Uint8Array, retryMs: number): void {
    const fail = (error: unknown) => {
      this.#report(hubName, error);
      const next = Math.min(2 * retryMs, LONGEST_RETRY_MS);
      setTimeout(() => this.#try(hubName, cid, bytes, next), retryMs).unref?.();
    };
    const stored = () => {
      if (this.#waiting.delete(cid)) this.#bytes -= bytes.length;
    };
    try {
      const putting = this.#store.put(cid, bytes.slice()); // a copy: what it does with them is its own affair
      if (typeof putting?.then === "function") putting.then(stored, fail);
      else stored();
    } catch (error) {
      fail(error);
    }
  }

  #report(hubName: string, error: unknown): void {
    if (now() - this.#reportedAtMs < BETWEEN_REPORTS_MS) return;
    this.#reportedAtMs = now();
    reportError(hubName, "contentStore", error);
  }
}

/** Of a store; one for all copies of this module. */
export function contentsOf(store: ContentStore): Contents {
  const all = environment().state("contents", () => new WeakMap<ContentStore, Contents>());
  let contents = all.get(store);
  if (contents === undefined) {
    contents = new Contents(store);
    all.set(store, contents);
  }
  return contents;
}

const LOOK_EVERY_MS = 10;

/** Waits until the hub's store has everything, or the time is over; then the hub is told how much it lacks. */
export async function settleContents(hubName: string, withinMs: number): Promise<void> {
  const store = contentStoreOf(hubName);
  if (store === undefined) return;
  const contents = contentsOf(store);
  const end = now() + withinMs;
  while (contents.waiting > 0 && now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  if (contents.waiting === 0) return;
  reportError(
    hubName,
    "contentStore",
    new Error(`The content store lacks ${contents.waiting} contents of events that were sent`),
  );
}

const stores = () => environment().state("content stores", () => new Map<string, ContentStore>());

/** The hub's store in this thread. */
export const contentStoreOf = (hubName: string): ContentStore | undefined => stores().get(hubName);

/** The first hub whose store this is, in this thread. */
export function hubOfStore(store: ContentStore): string | undefined {
  return [...stores()].find(([, one]) => one === store)?.[0];
}

export function setContentStore(hubName: string, store: ContentStore): void {
  stores().set(hubName, store);
}
