// Where the files of a run are: below build/, on the disk of the sources, for a folder of temporary files may be in memory.
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/process.mjs";

let folder;

/** The path of a file in a folder that goes with this process, however that ends. */
export function fileNamed(name) {
  if (folder === undefined) {
    mkdirSync(join(root, "build/bench"), { recursive: true });
    folder = mkdtempSync(join(root, "build/bench/durable-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  }
  return join(folder, name);
}

/** Removes a store with all that is beside it. */
export function remove(file) {
  for (const more of ["", "-wal", "-shm", "-lock", "-mark"]) rmSync(file + more, { force: true });
}

/** Throws where the disk has not so many bytes, and as much again. */
export function requireRoom(bytes) {
  const { bavail, bsize } = statfsSync(join(root, "build"));
  if (bavail * bsize < 2 * bytes) throw new Error(`The disk has no room for ${bytes} bytes`);
}
