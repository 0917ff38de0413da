import type { NativeStats } from "../../native/native-stats.js";

/** `limits.connections` as it was given: in the core, infinity is the largest of its numbers. */
export function limitOf({ connectionsLimit }: NativeStats): number {
  return connectionsLimit > Number.MAX_SAFE_INTEGER ? Infinity : connectionsLimit;
}
