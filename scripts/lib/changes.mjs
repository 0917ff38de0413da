// What git says of changes.
import { run } from "./process.mjs";

async function linesOf(...args) {
  const { ok, output } = await run("git", ["-c", "core.quotePath=off", ...args]);
  return ok ? output.split("\n").filter((line) => line !== "") : undefined;
}

/**
 * The files that are not as they were where this work left the branch `base`: committed, changed or new ones, by their paths
 * from the project's folder. Undefined where git cannot tell.
 */
export async function changesSince(base) {
  const [commit] = (await linesOf("merge-base", "HEAD", base)) ?? [];
  if (commit === undefined) return undefined;
  const changed = await linesOf("diff", "--name-only", "--no-renames", commit);
  const added = await linesOf("ls-files", "--others", "--exclude-standard");
  return changed && added && new Set([...changed, ...added]);
}
