import { type CheckedReceiverOptions, requireBytes } from "./client-options.js";
import type { ParsedItem, ParseErrorCode, ReceiverCore } from "./contract.js";

/** What wasm/receiver.cpp exports. Handles and addresses are numbers. */
export interface ReceiverExports {
  readonly memory: WebAssembly.Memory;
  inputBuffer(size: number): number;
  receiverNew(dedup: number, maxLineBytes: number, maxEventBytes: number, typesSize: number): number;
  receiverFree(receiver: number): void;
  receiverReset(receiver: number): void;
  receiverComments(receiver: number): number;
  receiverFeed(receiver: number, size: number): number;
  items(): number;
  receiverLastId(receiver: number): number;
}

/** Longer chunks go in piece by piece, so the module's memory stays small. */
const PIECE_BYTES = 256 * 1024;
/** Short ASCII texts are made without a TextDecoder, whose call costs more than they do. */
const SHORT_TEXT_BYTES = 24;

// The order of the C++ enumerations.
const ITEM_EVENT = 0;
const ITEM_RETRY = 1;
const ERROR_CODES: Readonly<Record<number, ParseErrorCode>> = {
  2: "EVENT_TOO_LARGE",
  3: "LINE_TOO_LONG",
  4: "INVALID_UTF8",
};
const WORDS_AN_ITEM = 8;

/** The module's memory as arrays. */
export class Memory {
  readonly #memory: WebAssembly.Memory;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  bytes = new Uint8Array();
  #words = new Uint32Array();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** To be called after every call that may allocate: a memory that has grown leaves its old arrays empty. */
  refresh(): void {
    if (this.bytes.buffer === this.#memory.buffer) return;
    this.bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }

  /** The 32-bit word at an address. */
  word(address: number): number {
    return this.#words[address >>> 2] ?? 0;
  }

  text(address: number, size: number): string {
    if (size > SHORT_TEXT_BYTES) return this.#decode(address, size);
    let text = "";
    for (let at = address; at < address + size; at++) {
      const code = this.bytes[at] ?? 0;
      if (code >= 0x80) return this.#decode(address, size);
      text += String.fromCharCode(code);
    }
    return text;
  }

  #decode(address: number, size: number): string {
    return this.#decoder.decode(this.bytes.subarray(address, address + size));
  }
}

/** One a line; a type that holds a line end is none that could come. */
function toLines(types: readonly string[]): string {
  return types
    .filter((type) => !type.includes("\n"))
    .map((type) => `${type}\n`)
    .join("");
}

/** The {@link ReceiverCore} in WebAssembly. */
export class WasmReceiver implements ReceiverCore {
  readonly #exports: ReceiverExports;
  readonly #memory: Memory;
  /** What the module knows it by, and frees it by. */
  readonly handle: number;

  constructor(exports: ReceiverExports, memory: Memory, options: CheckedReceiverOptions) {
    const { dedup, maxLineBytes, maxEventBytes, events } = options;
    this.#exports = exports;
    this.#memory = memory;
    const types = events && new TextEncoder().encode(toLines(events));
    if (types) this.#write(types);
    this.handle = exports.receiverNew(dedup, maxLineBytes, maxEventBytes, types?.length ?? -1);
  }

  get lastEventId(): string {
    const record = this.#exports.receiverLastId(this.handle);
    this.#memory.refresh();
    return this.#idAt(record);
  }

  get comments(): number {
    return this.#exports.receiverComments(this.handle) >>> 0;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    requireBytes(chunk);
    const items: ParsedItem[] = [];
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      this.#feedPiece(chunk.subarray(from, from + PIECE_BYTES), items);
    }
    return items;
  }

  reset(): void {
    this.#exports.receiverReset(this.handle);
  }

  #feedPiece(piece: Uint8Array, items: ParsedItem[]): void {
    this.#write(piece);
    const count = this.#exports.receiverFeed(this.handle, piece.length);
    this.#memory.refresh();
    let record = this.#exports.items();
    for (let n = 0; n < count; n++, record += WORDS_AN_ITEM * 4) items.push(this.#itemAt(record));
  }

  #write(bytes: Uint8Array): void {
    const input = this.#exports.inputBuffer(bytes.length);
    this.#memory.refresh();
    this.#memory.bytes.set(bytes, input);
  }

  #itemAt(record: number): ParsedItem {
    const memory = this.#memory;
    const kind = memory.word(record);
    if (kind === ITEM_EVENT) {
      const type = memory.text(memory.word(record + 8), memory.word(record + 12));
      const data = memory.text(memory.word(record + 16), memory.word(record + 20));
      return { kind: "event", type, data, lastEventId: this.#idAt(record) };
    }
    const value = memory.word(record + 4);
    if (kind === ITEM_RETRY) return { kind: "retry", ms: value };
    return { kind: "error", code: ERROR_CODES[value] ?? "LINE_TOO_LONG", limit: memory.word(record + 8) };
  }

  #idAt(record: number): string {
    return this.#memory.text(this.#memory.word(record + 24), this.#memory.word(record + 28));
  }
}
