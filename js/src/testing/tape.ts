import type { Tape, TapeEntry } from "../client/options/options.js";
import { type Names, requireKnown } from "../shared/misspelt.js";
import { type SavedTape, toSaved } from "./saved-tape.js";

/** Options of {@link createTape}. */
export interface TapeOptions {
  /**
   * How much is kept, in bytes of the stream, each entry counting as 64 more. Beyond it the oldest entries go. Default 8 MiB.
   */
  readonly maxBytes?: number;
}

/** A {@link Tape} that keeps what it was given. */
export interface RecordedTape extends Tape {
  /** Oldest first. */
  readonly entries: readonly TapeEntry[];
  /** Whether the beginning is missing, for want of room. */
  readonly isTruncated: boolean;
  /** What `JSON.stringify` makes of it: a fixture for {@link tapeFromJSON}. */
  toJSON(): SavedTape;
}

const TAPE_OPTIONS: Names<TapeOptions> = { maxBytes: true };
const DEFAULT_BYTES = 8 * 1024 * 1024;
/** Else entries without bytes, those of a connection that always fails, were kept for ever. */
const ENTRY_BYTES = 64;

/**
 * Records what comes over a client's wire: `tape` of its options. To see it again, as often as you like: {@link replayTape}.
 *
 * @throws TypeError for a misspelt option; TypeError or RangeError for a `maxBytes` that is no whole number.
 * @example
 * const tape = createTape();
 * const client = new SSEClient("/api/events", { tape });
 * client.addEventListener("error", () => report(JSON.stringify(tape)));
 */
export function createTape(options: TapeOptions = {}): RecordedTape {
  requireKnown("createTape", options, TAPE_OPTIONS);
  return new BoundedTape(options);
}

class BoundedTape implements RecordedTape {
  readonly #maxBytes: number;
  readonly #entries: TapeEntry[] = [];
  #bytes = 0;
  #isTruncated = false;

  constructor({ maxBytes = DEFAULT_BYTES }: TapeOptions) {
    if (typeof maxBytes !== "number") throw new TypeError("maxBytes must be a number");
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) throw new RangeError("maxBytes must be a whole number from 0");
    this.#maxBytes = maxBytes;
  }

  get entries(): readonly TapeEntry[] {
    return this.#entries;
  }

  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  write({ atMs, kind, bytes }: TapeEntry): void {
    // A chunk is lent: it may be a part of a larger buffer, and used again.
    const entry = { atMs, kind, ...(bytes && { bytes: bytes.slice() }) };
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    while (this.#bytes > this.#maxBytes) {
      this.#bytes -= sizeOf(this.#entries.shift() as TapeEntry);
      this.#isTruncated = true;
    }
  }

  toJSON(): SavedTape {
    return toSaved(this);
  }
}

function sizeOf({ bytes }: TapeEntry): number {
  return ENTRY_BYTES + (bytes?.length ?? 0);
}
