import { isRecord } from "../../shared/is-record.js";

/**
 * A state with a JSON Merge Patch applied, such as the `patch` events of `hub.document`: members of the patch take the place of the state's,
 * and `null` takes one away. Gives a new object; what the patch does not touch stays the same.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7396
 * @example
 * source.on("state", ({ json }) => setJob(json));
 * source.on("patch", ({ json }) => setJob((job) => mergePatch(job, json)));
 */
export function mergePatch<State>(state: State, patch: unknown): State {
  return merged(state, patch) as State;
}

function merged(state: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const members = new Map(Object.entries(isRecord(state) ? state : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merged(members.get(name), value));
  }
  return Object.fromEntries(members);
}
