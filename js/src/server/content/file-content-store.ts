import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireNumber, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type ContentStore, isCid } from "./content-store.js";

/** Options of {@link fileContentStore}. */
export interface FileContentStoreOptions {
  /** Beyond it, what was put first goes first. Default 1073741824 (1 GiB). */
  maxBytes?: number;
}

const OPTIONS: Names<FileContentStoreOptions> = { maxBytes: true };
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
  return new FileContentStore(folder, maxBytes);
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
    return absentAsUndefined(readFile(join(this.#folder, cid)));
  }

  async #write(cid: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, cid);
    await mkdir(this.#folder, { recursive: true });
    const now = new Date();
    const isKnown = await absentAsUndefined(utimes(file, now, now).then(() => true));
    if (!isKnown) {
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

  /** Deletes the oldest contents, but not the one that was just put. */
  async #makeRoom(newest: string): Promise<void> {
    const files = (await readdir(this.#folder)).filter(isCid);
    const found = await Promise.all(
      files.map(async (name) => {
        const about = await absentAsUndefined(stat(join(this.#folder, name)));
        return about && { name, bytes: about.size, atMs: about.mtimeMs };
      }),
    );
    const contents = found.filter((one) => one !== undefined).sort((one, other) => one.atMs - other.atMs);
    let bytes = contents.reduce((sum, one) => sum + one.bytes, 0);
    for (const content of contents) {
      if (bytes <= this.#maxBytes) break;
      if (content.name === newest) continue;
      await rm(join(this.#folder, content.name), { force: true });
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
