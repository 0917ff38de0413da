import { requireKey, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { environment } from "../lifecycle/environment.js";
import type { ContentStore } from "./content-store.js";

/** Options of {@link memoryContentStore}. */
export interface MemoryContentStoreOptions {
  /**
   * Stores of one name have the same contents, in each thread: a module that is in several bundles, as in Next.js, makes several. Default
   * `"default"`.
   */
  name?: string;
  /** Beyond it, what was put first goes first. Default 67108864 (64 MiB). */
  maxBytes?: number;
}

const OPTIONS: Names<MemoryContentStoreOptions> = { name: true, maxBytes: true };
const DEFAULT_BYTES = 64 * 1024 * 1024;

/** Keeps contents in this thread's memory: for development, and for one process whose contents may be lost when it ends. */
export function memoryContentStore(options: MemoryContentStoreOptions = {}): ContentStore {
  requireObject("options", options);
  requireKnown("memoryContentStore", options, OPTIONS);
  const { name = "default", maxBytes = DEFAULT_BYTES } = options;
  requireKey("name", name);
  requireNumber("maxBytes", maxBytes, { infinity: true });
  return {
    put(cid, bytes) {
      const held = heldBy(name);
      const isKnown = held.contents.delete(cid); // the newest again
      held.contents.set(cid, bytes);
      held.bytes += isKnown ? 0 : bytes.length;
      for (const [oldest, { length }] of held.contents) {
        if (held.bytes <= maxBytes || oldest === cid) break;
        held.contents.delete(oldest);
        held.bytes -= length;
      }
    },
    get: (cid) => heldBy(name).contents.get(cid),
  };
}

interface Held {
  /** By their identifiers; what was put first is first. */
  readonly contents: Map<string, Uint8Array>;
  bytes: number;
}

function heldBy(name: string): Held {
  const all = environment().state("memory contents", () => new Map<string, Held>());
  let held = all.get(name);
  if (held === undefined) {
    held = { contents: new Map(), bytes: 0 };
    all.set(name, held);
  }
  return held;
}
