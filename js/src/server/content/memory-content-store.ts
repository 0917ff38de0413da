import { requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { ContentStore } from "./content-store.js";

/** Options of {@link memoryContentStore}. */
export interface MemoryContentStoreOptions {
  /** Beyond it, what was put first goes first. Default 67108864 (64 MiB). */
  maxBytes?: number;
}

const OPTIONS: Names<MemoryContentStoreOptions> = { maxBytes: true };
const DEFAULT_BYTES = 64 * 1024 * 1024;

/** Keeps contents in this thread's memory: for development, and for one process whose contents may be lost when it ends. */
export function memoryContentStore(options: MemoryContentStoreOptions = {}): ContentStore {
  requireObject("options", options);
  requireKnown("memoryContentStore", options, OPTIONS);
  const { maxBytes = DEFAULT_BYTES } = options;
  requireNumber("maxBytes", maxBytes, { infinity: true });
  const contents = new Map<string, Uint8Array>();
  let held = 0;
  return {
    put(cid, bytes) {
      const known = contents.delete(cid); // the newest again
      contents.set(cid, bytes);
      held += known ? 0 : bytes.length;
      for (const [oldest, { length }] of contents) {
        if (held <= maxBytes || oldest === cid) break;
        contents.delete(oldest);
        held -= length;
      }
    },
    get: (cid) => contents.get(cid),
  };
}
