import { isObjectLike, requireFunction } from "../../shared/arguments.js";

/**
 * Where the data goes of events that are too large, by its content identifier. {@link memoryContentStore} and
 * {@link fileContentStore} are two; another one may be an object store, a database.
 */
export interface ContentStore {
  /**
   * Keeps the bytes under their content identifier. The same again is nothing new. Until it has resolved, the bytes are served from
   * memory; when it throws or rejects, it is called again later, and the hub's `error` event tells of it.
   */
  put(cid: string, bytes: Uint8Array): void | Promise<void>;
  /** The bytes, or undefined where there are none, or none any more. */
  get(cid: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Forgets what `get` gave, for it is not what the identifier says. */
  delete?(cid: string): void | Promise<void>;
}

/** A content identifier as Millrace makes them: CIDv1, raw, SHA2-256, base32. Nothing else is looked up in a store. */
const CID_PATTERN = /^bafkrei[a-z2-7]{52}$/;

export function isCid(text: string): boolean {
  return CID_PATTERN.test(text);
}

export function requireContentStore(name: string, store: unknown): asserts store is ContentStore {
  const { put, get } = (isObjectLike(store) ? store : {}) as Partial<ContentStore>;
  requireFunction(`${name}.put`, put);
  requireFunction(`${name}.get`, get);
}
