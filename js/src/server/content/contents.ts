import { setTimeout } from "node:timers";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { reportError } from "../observe/report.js";
import { cidOf } from "./cid.js";
import type { ContentStore } from "./content-store.js";

const MOST_BYTES = 64 * 1024 * 1024;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * The contents on their way to a store, which are served from here meanwhile: an event may be read before its data is stored. What the
 * store does not take is given to it again until it does.
 */
class Contents {
  readonly #store: ContentStore;
  readonly #waiting = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(store: ContentStore) {
    this.#store = store;
  }

  /**
   * @throws SSEError `OVERLOADED`: 64 MiB wait for the store already.
   */
  put(hubName: string, bytes: Uint8Array): string {
    const cid = cidOf(bytes);
    if (this.#waiting.has(cid)) return cid;
    if (this.#bytes + bytes.length > MOST_BYTES && this.#bytes > 0) {
      throw new SSEError("OVERLOADED", "64 MiB wait for the content store; publish more slowly, or see to the store");
    }
    this.#waiting.set(cid, bytes);
    this.#bytes += bytes.length;
    this.#try(hubName, cid, bytes, FIRST_RETRY_MS);
    return cid;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    return this.#waiting.get(cid) ?? (await this.#store.get(cid)) ?? undefined;
  }

  #try(hubName: string, cid: string, bytes: Uint8Array, retryMs: number): void {
    const fail = (error: unknown) => {
      reportError(hubName, "contentStore", error);
      const next = Math.min(2 * retryMs, LONGEST_RETRY_MS);
      setTimeout(() => this.#try(hubName, cid, bytes, next), retryMs).unref?.();
    };
    const stored = () => {
      if (this.#waiting.delete(cid)) this.#bytes -= bytes.length;
    };
    try {
      const putting = this.#store.put(cid, bytes);
      if (typeof putting?.then === "function") putting.then(stored, fail);
      else stored();
    } catch (error) {
      fail(error);
    }
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

const stores = () => environment().state("content stores", () => new Map<string, ContentStore>());

/** The hub's store in this thread. */
export const contentStoreOf = (hubName: string): ContentStore | undefined => stores().get(hubName);

export function setContentStore(hubName: string, store: ContentStore): void {
  stores().set(hubName, store);
}
