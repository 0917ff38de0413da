// Files, hashes and the stamps that let a script skip what has not changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { root } from "./process.mjs";

const generated = new Set(["node_modules", "build", "dist", ".next", ".git", ".cache", "next-env.d.ts"]);

/** Every file below the folder (or the file itself), sorted, as full paths. Skips what tools generate; `all` does not. */
export function listFiles(path, { all = false } = {}) {
  if (!existsSync(path)) return [];
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
  return entries
    .flatMap((entry) => {
      if (!all && generated.has(entry.name)) return [];
      const full = join(path, entry.name);
      return entry.isDirectory() ? listFiles(full, { all }) : entry.isFile() ? [full] : [];
    })
    .sort();
}

/** The path as people write it: from the project's folder, with slashes. */
export function shown(path) {
  return relative(root, path).split(sep).join("/");
}

export function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

/** One hash over the names and contents of all files in these places (folders or files, from the project's folder). */
export function hashOfFiles(places, options) {
  const files = places.flatMap((place) => listFiles(join(root, place), options));
  return hashOf(...files.flatMap((file) => [shown(file), readFileSync(file)]));
}

/** Replaces a file in one step: a process that has the old one mapped or open keeps the old one. */
export function replaceFile(path, content, mode) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, path);
}

/** Writes only what differs, so that nobody downstream sees a change where there is none. Says whether it wrote. */
export function writeIfChanged(path, content, mode) {
  const bytes = Buffer.from(content);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return false;
  replaceFile(path, bytes, mode);
  return true;
}

/** Remembers that something passed with these inputs. */
export class Stamp {
  #path;

  constructor(path) {
    this.#path = join(root, path);
  }

  matches(hash) {
    return existsSync(this.#path) && readFileSync(this.#path, "utf8").trim() === hash;
  }

  set(hash) {
    replaceFile(this.#path, `${hash}\n`);
  }

  clear() {
    rmSync(this.#path, { force: true });
  }
}
