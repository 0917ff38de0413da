import type { NativeLimited, NativeReceipt, NativeWaiting } from "./native-receipt.js";
import type { StoreFailed } from "./native-store.js";
import type { NativeRefusal } from "./outcomes.js";

/** What became of the event that tells of a change. */
export type NativeChange = NativeReceipt | NativeWaiting | NativeLimited | NativeRefusal;

/** The JSON document of a channel, in whichever thread it was set. */
export interface NativeDocument {
  exists(): boolean | StoreFailed;
  /** `null`: there is none. {@link StoreFailed}, which is no JSON, where it cannot be read. */
  json(): string | null;
  /** Publishes the difference, or all of it where that is shorter; `null`: nothing has changed. */
  set(json: string): NativeChange | "documentTooLarge" | StoreFailed | null;
  /**
   * Applies a JSON Merge Patch, to `{}` where there is no document, and publishes it, or other data in its place. `documentTooLarge`: it would
   * have more than 8 MiB, or nests too deep; `invalidPatch`: the patch does.
   */
  patch(
    patch: string,
    event?: string,
    data?: string,
    options?: { readonly mergeKey?: string | undefined; readonly throttleKey?: string | undefined },
    isWhole?: boolean,
  ): NativeChange | "documentTooLarge" | "invalidPatch" | StoreFailed;
  clear(): void;
}
