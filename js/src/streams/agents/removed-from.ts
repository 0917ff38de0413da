import { isRecord } from "../../shared/is-record.js";

type Members = Readonly<Record<string, unknown>>;

/** What is left of the one in the other once that was merged into it (RFC 7396), as a patch that takes it away; undefined: nothing. */
export function removedFrom(before: Members, after: Members): Members | undefined {
  const patch: [string, unknown][] = [];
  for (const [name, value] of Object.entries(before)) {
    const now = Object.hasOwn(after, name) ? after[name] : null;
    if (now === null) patch.push([name, null]);
    if (!isRecord(value) || !isRecord(now)) continue;
    const removed = removedFrom(value, now);
    if (removed !== undefined) patch.push([name, removed]);
  }
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}
