import { setTimeout } from "node:timers";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { now } from "../lifecycle/now.js";
import { setSettling } from "../lifecycle/settling.js";
import { runGuarded } from "../observe/guarded.js";
import { reportError } from "../observe/report.js";
import { runUserCode } from "../observe/user-code-error.js";
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
  /** By the hub's name. */
  readonly #reportedAtMs = new Map<string, number>();

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
    unsettledOf(hubName).add(this);
    this.#try(hubName, cid, bytes, FIRST_RETRY_MS);
  }

  /** A content that the store does not have yet. */
  waitingFor(cid: string): Uint8Array | undefined {
    return this.#waiting.get(cid);
  }

  /**
   * Undefined also for what is not what its identifier says: it was damaged, or the store answers nonsense.
   *
   * @throws what the store throws, as code of the application's.
   */
  async get(hubName: string, cid: string): Promise<Uint8Array | undefined> {
    const waiting = [this, ...unsettledOf(hubName)].map((contents) => contents.waitingFor(cid));
    const found = waiting.find((bytes) => bytes !== undefined);
    if (found !== undefined) return found;
    const isWhole = await runUserCode("contentStore", async () => {
      const bytes: unknown = await this.#store.get(cid);
      if (bytes === undefined || bytes === null) return undefined;
      return bytes instanceof Uint8Array && cidOf(bytes) === cid ? bytes : false;
    });
    if (isWhole !== false) return isWhole;
    this.#report(
      hubName,
      new TypeError(`The content store gave for ${cid} what is not its content; it is answered with 404`),
    );
    const onError = (error: unknown) => this.#report(hubName, error);
    runGuarded(() => this.#store.delete?.(cid), onError);
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
      if (this.waiting === 0) unsettledOf(hubName).delete(this);
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
    if (now() - (this.#reportedAtMs.get(hubName) ?? Number.NEGATIVE_INFINITY) < BETWEEN_REPORTS_MS) return;
    this.#reportedAtMs.set(hubName, now());
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

/** Of those stores that a hub has, and has had, the ones that do not have everything yet. */
function unsettledOf(hubName: string): Set<Contents> {
  const all = environment().state("unsettled contents", () => new Map<string, Set<Contents>>());
  let unsettled = all.get(hubName);
  if (unsettled === undefined) {
    unsettled = new Set();
    all.set(hubName, unsettled);
  }
  return unsettled;
}

const stores = () => environment().state("content stores", () => new Map<string, ContentStore>());

/** The hub's store in this thread. */
export const contentStoreOf = (hubName: string): ContentStore | undefined => stores().get(hubName);

const hubs = () => environment().state("hubs of content stores", () => new WeakMap<ContentStore, string>());

/** The first hub that this store was given to, in this thread. */
export const hubOfStore = (store: ContentStore): string | undefined => hubs().get(store);

export function setContentStore(hubName: string, store: ContentStore): void {
  stores().set(hubName, store);
  setSettling(hubName, {
    isSettled: () => unsettledOf(hubName).size === 0,
    giveUp() {
      const lacking = [...unsettledOf(hubName)].reduce((sum, contents) => sum + contents.waiting, 0);
      const error = new Error(`The content store lacks ${lacking} contents of events that were sent`);
      reportError(hubName, "contentStore", error);
    },
  });
  if (!hubs().has(store)) hubs().set(store, hubName);
}
