import type { ParsedItem, ParseErrorCode, ReceiverCore } from "../../shared/receiver.js";
import { type CheckedReceiverOptions, requireBytes } from "../client-options.js";
import type { WasmMemory } from "./wasm-memory.js";

/** What wasm/client/receiver.cpp exports. Handles and addresses are numbers. */
export interface ReceiverExports {
  inputSmall(): number;
  inputLarge(receiver: number, size: number): number;
  receiversSeed(): void;
  receiverNew(dedup: number, maxLineBytes: number, maxEventBytes: number): number;
  receiverFree(receiver: number): void;
  receiverWant(receiver: number, size: number): void;
  receiverReset(receiver: number): void;
  receiverFeed(receiver: number, size: number, wantsUtf16: number): number;
  receiverLastId(receiver: number): number;
  receiverLastIdSize(receiver: number): number;
  receiverHeartbeats(receiver: number): number;
}

/** Longer chunks go in piece by piece: what a string of an event holds alive is at most the texts of one piece. */
const PIECE_BYTES = 64 * 1024;

/** Chunks of up to so many bytes always go in at the same place: to ask for it would cost as much as to copy them. */
const SMALL_BYTES = 4096;

// What wasm/item_table.hpp lays down: words of 32 bits.
const RECORD_WORDS = 4;
const KIND_EVENT = 0;
const KIND_RETRY = 1;
const KIND_ERROR = 2;
const KIND_TYPE = 3;
const KIND_RAW_EVENT = 5;
const PLACE_ASCII = 0;
const PLACE_WIDE = 1;
const PLACE_APART = 2;
/** None of these bits is in the record of most events: data and id are ASCII, and next in the arena. */
const NOT_PLAIN = 0x1ff;

// The order of the C++ enumeration.
const ERROR_CODES: Readonly<Record<number, ParseErrorCode>> = {
  2: "EVENT_TOO_LARGE",
  3: "LINE_TOO_LONG",
  4: "INVALID_UTF8",
};

/** The event types by their numbers: the module tells each before it uses its number, once for all receivers of a page. */
export type TypeNames = string[];

/** The {@link ReceiverCore} in WebAssembly. */
export class WasmReceiver implements ReceiverCore {
  /** What the module knows it by, and frees it by. */
  readonly handle: number;
  readonly #exports: ReceiverExports;
  readonly #memory: WasmMemory;
  readonly #types: TypeNames;

  constructor(exports: ReceiverExports, memory: WasmMemory, types: TypeNames, options: CheckedReceiverOptions) {
    this.#exports = exports;
    this.#memory = memory;
    this.#types = types;
    this.handle = exports.receiverNew(options.dedup, options.maxLineBytes, options.maxEventBytes);
    if (options.events) {
      exports.receiverWant(this.handle, this.#write(new TextEncoder().encode(toLines(options.events))));
    }
  }

  get lastEventId(): string {
    this.#memory.refresh();
    const size = this.#exports.receiverLastIdSize(this.handle);
    return this.#memory.utf8(this.#exports.receiverLastId(this.handle), size);
  }

  get heartbeats(): number {
    return this.#exports.receiverHeartbeats(this.handle) >>> 0;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    requireBytes(chunk);
    const items: ParsedItem[] = [];
    const { length } = chunk;
    if (length <= PIECE_BYTES) {
      this.#feedPiece(chunk, items);
    } else {
      for (let from = 0; from < length; from += PIECE_BYTES) {
        this.#feedPiece(chunk.subarray(from, from + PIECE_BYTES), items);
      }
    }
    return items;
  }

  reset(): void {
    this.#exports.receiverReset(this.handle);
  }

  /** Puts bytes into the module; says how many. */
  #write(bytes: Uint8Array): number {
    const memory = this.#memory;
    const { length } = bytes;
    const input = length <= SMALL_BYTES ? memory.smallInput : this.#exports.inputLarge(this.handle, length);
    memory.refresh();
    memory.bytes.set(bytes, input);
    return length;
  }

  #feedPiece(piece: Uint8Array, items: ParsedItem[]): void {
    const memory = this.#memory;
    const head = this.#exports.receiverFeed(this.handle, this.#write(piece), memory.wantsUtf16) >>> 2;
    memory.refresh();
    const { words } = memory;
    const end = (words[head + 1] as number) >>> 2;
    if (end === 0) return;
    const ascii = memory.ascii(words[head + 3] as number, words[head + 4] as number);
    const wideAddress = words[head + 6] as number;
    const wide = memory.wide(wideAddress, words[head + 7] as number);
    const types = this.#types;
    let asciiAt = 0;
    let wideAt = 0;
    let wideBytes = 0;
    let lastEventId = "";
    for (let at = (words[head] as number) >>> 2, last = at + end; at < last; at += RECORD_WORDS) {
      const record = words[at] as number;
      const size = words[at + 1] as number;
      const idSize = words[at + 2] as number;
      if ((record & NOT_PLAIN) === 0) {
        const idAt = asciiAt + size;
        const data = ascii.slice(asciiAt, idAt);
        asciiAt = idAt + idSize;
        lastEventId = ascii.slice(idAt, asciiAt);
        // An eighth faster than push().
        items[items.length] = { kind: "event", type: types[record >>> 9] as string, data, lastEventId };
        continue;
      }
      const kind = record & 7;
      if (kind === KIND_EVENT || kind === KIND_RAW_EVENT) {
        const place = (record >>> 3) & 7;
        let data: string;
        if (place === PLACE_ASCII) {
          data = ascii.slice(asciiAt, asciiAt + size);
          asciiAt += size;
        } else if (place === PLACE_APART) {
          data = memory.ascii(words[at + 3] as number, size);
        } else if (place === PLACE_WIDE && wide !== undefined) {
          data = wide.slice(wideAt, wideAt + size);
          wideAt += size;
        } else if (place === PLACE_WIDE) {
          const bytes = words[at + 3] as number;
          data = decode(memory, wideAddress + wideBytes, bytes, items);
          wideBytes += bytes;
        } else {
          data = decode(memory, words[at + 3] as number, size, items);
        }
        const idPlace = (record >>> 6) & 7;
        if (idPlace === PLACE_ASCII) {
          lastEventId = ascii.slice(asciiAt, asciiAt + idSize);
          asciiAt += idSize;
        }
        const type = types[record >>> 9] as string;
        items.push({ kind: "event", type, data, lastEventId, ...(kind === KIND_RAW_EVENT && { isRaw: true }) });
      } else if (kind === KIND_RETRY) {
        items.push({ kind: "retry", ms: size });
      } else if (kind === KIND_ERROR) {
        items.push({ kind: "error", code: ERROR_CODES[size] as ParseErrorCode, limit: idSize });
      } else {
        const text = memory.utf8(words[at + 3] as number, size);
        if (kind === KIND_TYPE) types[record >>> 9] = text;
        else lastEventId = text;
      }
    }
  }
}

/** Data that may be no UTF-8: then an error stands before it, which its type or its id may have put there already. */
function decode(memory: WasmMemory, address: number, size: number, items: ParsedItem[]): string {
  const text = memory.validUtf8(address, size);
  if (text !== undefined) return text;
  const last = items.at(-1);
  const isTold = last?.kind === "error" && last.code === "INVALID_UTF8";
  if (!isTold) items.push({ kind: "error", code: "INVALID_UTF8", limit: 0 });
  return memory.utf8(address, size);
}

/** One a line; a type that holds a line end is none that could come. */
function toLines(types: readonly string[]): string {
  return types
    .filter((type) => !type.includes("\n"))
    .map((type) => `${type}\n`)
    .join("");
}
