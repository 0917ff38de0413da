import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { requireNumber, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type ContentStore, isCid } from "./content-store.js";

/** Options of {@link fileContentStore}. */
export interface FileContentStoreOptions {
  /** Beyond it, what was put first goes first. Default 1073741824 (1 GiB). */
  maxBytes?: number;
}

const OPTIONS: Names<FileContentStoreOptions> = { maxBytes: true };
const UNFINISHED = /^bafkrei[a-z2-7]{52}\.[\da-f-]{36}\.tmp$/;
/** Of a process that has ended meanwhile. */
const OLD_MS = 3_600_000;
/** So much is left when room is made: looking at a folder of many files takes long. */
const FULL_SHARE = 0.9;
const DEFAULT_BYTES = 1024 * 1024 * 1024;

/**
 * Keeps contents as files of a folder, one each, named by their content identifiers. The folder is made at the first content. Several
 * processes may use one; each counts what it has seen, so that the bound may be exceeded by what others put at the same time.
 */
export function fileContentStore(folder: string, options: FileContentStoreOptions = {}): ContentStore {
  requireString("folder", folder);
  if (folder === "") throw new TypeError("folder must not be empty");
  requireObject("options", options);
  requireKnown("fileContentStore", options, OPTIONS);
  const { maxBytes = DEFAULT_BYTES } = options;
  requireNumber("maxBytes", maxBytes, { infinity: true });
  return new FileContentStore(resolve(folder), maxBytes); // wherever the process goes
}

class FileContentStore implements ContentStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Unknown until the folder was looked at. */
  #bytes: number | undefined;
  /** One after the other: the bound is kept by looking at the folder. */
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  put(cid: string, bytes: Uint8Array): Promise<void> {
    const putting = this.#last.then(() => this.#write(cid, bytes));
    this.#last = putting.catch(() => {});
    return putting;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    if (!isCid(cid)) return undefined; // it would be a path
    const file = join(this.#folder, cid);
    const about = await absentAsUndefined(lstat(file));
    return about?.isFile() ? absentAsUndefined(readFile(file)) : undefined;
  }

  async delete(cid: string): Promise<void> {
    if (isCid(cid)) await rm(join(this.#folder, cid), { force: true, recursive: true });
  }

  async #write(cid: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, cid);
    await mkdir(this.#folder, { recursive: true });
    const about = await absentAsUndefined(lstat(file));
    const mayBeKnown = about?.isFile() === true && about.size === bytes.length;
    const isKnown = mayBeKnown && (await absentAsUndefined(readFile(file)))?.equals(bytes) === true;
    if (isKnown) {
      const now = new Date();
      await absentAsUndefined(utimes(file, now, now));
    } else {
      if (about !== undefined) await this.delete(cid); // what a crash, or somebody else, has left there
      // Whoever reads it sees all of it or nothing.
      const unfinished = `${file}.${randomUUID()}.tmp`;
      try {
        await writeFile(unfinished, bytes);
        await rename(unfinished, file);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    }
    if (this.#bytes !== undefined && !isKnown) this.#bytes += bytes.length;
    if (this.#bytes === undefined || this.#bytes > this.#maxBytes) await this.#makeRoom(cid);
  }

  async #forgetIfOld(name: string): Promise<void> {
    const file = join(this.#folder, name);
    const about = await absentAsUndefined(stat(file));
    if (about !== undefined && Date.now() - about.mtimeMs > OLD_MS) await rm(file, { force: true });
  }

  /** Deletes the oldest contents, but not the one that was just put. */
  async #makeRoom(newest: string): Promise<void> {
    const names = await readdir(this.#folder);
    await Promise.all(names.filter((name) => UNFINISHED.test(name)).map((name) => this.#forgetIfOld(name)));
    const files = names.filter(isCid);
    const found = await Promise.all(
      files.map(async (name) => {
        const about = await absentAsUndefined(stat(join(this.#folder, name)));
        return about && { name, bytes: about.size, atMs: about.mtimeMs };
      }),
    );
    const contents = found.filter((one) => one !== undefined).sort((one, other) => one.atMs - other.atMs);
    let bytes = contents.reduce((sum, one) => sum + one.bytes, 0);
    if (bytes <= this.#maxBytes) contents.length = 0;
    for (const content of contents) {
      if (bytes <= FULL_SHARE * this.#maxBytes) break;
      if (content.name === newest) continue;
      await this.delete(content.name);
      bytes -= content.bytes;
    }
    this.#bytes = bytes;
  }
}

/** Undefined where there is no such file. */
async function absentAsUndefined<Value>(doing: Promise<Value>): Promise<Value | undefined> {
  try {
    return await doing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
