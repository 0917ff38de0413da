import { describe, requireNumber } from "../../shared/arguments.js";
import { requireKnown } from "../../shared/misspelt.js";

/**
 * Where a client begins to read a channel that comes without a cursor: with what is published from now on, with the oldest event of the
 * channel's history, or with the `last` so many that are for it. Those that a document of the channel is made of do not count: see
 * {@link Hub.document}.
 */
export type StartFrom = "now" | "earliest" | { readonly last: number };

/** How many of a channel's newest events are read at the beginning. */
export function lastOf(from: StartFrom | undefined): number | undefined {
  if (from === undefined || from === "now") return undefined;
  return from === "earliest" ? Infinity : from.last;
}

/** @throws TypeError */
export function requireStartFrom(name: string, from: unknown): asserts from is StartFrom {
  if (from === "now" || from === "earliest") return;
  if (typeof from !== "object" || from === null || !("last" in from)) {
    throw new TypeError(`${name} must be "now", "earliest" or { last: number }, not ${describe(from)}`);
  }
  requireKnown(name, from, { last: true });
  requireNumber(`${name}.last`, from.last);
}
