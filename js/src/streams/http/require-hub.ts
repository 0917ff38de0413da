import type { Hub } from "../../server/hub-api.js";

/** @throws TypeError where it is none. */
export function requireHub(hub: unknown): asserts hub is Hub {
  const { name, publish, document } = Object(hub);
  if (typeof name === "string" && typeof publish === "function" && typeof document === "function") return;
  throw new TypeError("hub must be a hub, as createHub makes one");
}
