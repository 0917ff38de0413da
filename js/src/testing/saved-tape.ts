import type { TapeEntry } from "../client/options/options.js";

/** A tape as JSON. */
export interface SavedTape {
  readonly version: 1;
  readonly isTruncated: boolean;
  readonly entries: readonly {
    readonly atMs: number;
    readonly kind: TapeEntry["kind"];
    /** In base64. */
    readonly bytes?: string;
  }[];
}

/** What there is to a tape that is not recorded on any more. */
export interface TapeContent {
  readonly entries: readonly TapeEntry[];
  readonly isTruncated: boolean;
}

const KINDS: readonly string[] = ["connect", "open", "bytes", "end"] satisfies TapeEntry["kind"][];

export function toSaved({ entries, isTruncated }: TapeContent): SavedTape {
  const saved = entries.map(({ atMs, kind, bytes }) => ({ atMs, kind, ...(bytes && { bytes: toBase64(bytes) }) }));
  return { version: 1, isTruncated, entries: saved };
}

/**
 * A tape that was saved, to be replayed.
 *
 * @param saved - what `JSON.parse` gives of what `JSON.stringify(tape)` gave.
 * @throws TypeError where that is no tape.
 * @example
 * const tape = tapeFromJSON(JSON.parse(readFileSync("tests/fixtures/bug-17.tape.json", "utf8")));
 */
export function tapeFromJSON(saved: unknown): TapeContent & { toJSON(): SavedTape } {
  const { version, entries, isTruncated } = (saved ?? {}) as Partial<Record<keyof SavedTape, unknown>>;
  if (version !== 1 || !Array.isArray(entries)) throw new TypeError("This is no tape of version 1");
  const content = { entries: entries.map(toEntry), isTruncated: isTruncated === true };
  return { ...content, toJSON: () => toSaved(content) };
}

function toEntry(saved: unknown, index: number): TapeEntry {
  const { atMs, kind, bytes } = (saved ?? {}) as Partial<Record<keyof TapeEntry, unknown>>;
  const isBytes = kind === "bytes";
  if (typeof atMs !== "number" || !KINDS.includes(kind as string) || (isBytes && typeof bytes !== "string")) {
    throw new TypeError(`Entry ${index} of the tape is none`);
  }
  return { atMs, kind: kind as TapeEntry["kind"], ...(isBytes && { bytes: fromBase64(bytes as string, index) }) };
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string, index: number): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new TypeError(`The bytes of entry ${index} of the tape are no base64`, { cause });
  }
}
