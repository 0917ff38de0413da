import { useSyncExternalStore } from "react";

// Not crypto.randomUUID, which a page without TLS has only on localhost.
const tab = Array.from(globalThis.crypto.getRandomValues(new Uint8Array(12)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");

const subscribe = () => () => {};

/** This page's own name, made when it loads; null while it is rendered on the server. */
export function useTab(): string | null {
  return useSyncExternalStore(
    subscribe,
    () => tab,
    () => null,
  );
}
