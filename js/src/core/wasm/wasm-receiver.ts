import type { ParsedItem, ParseErrorCode, ReceiverCore } from "../../shared/receiver.js";
import { type CheckedReceiverOptions, requireBytes } from "../client-options.js";
import {
  DATA_SHIFT,
  ERROR_CODES,
  ID_SHIFT,
  INPUT_BYTES,
  KIND_ERROR,
  KIND_EVENT,
  KIND_RAW_EVENT,
  KIND_RETRY,
  KIND_TYPE,
  PLACE_APART,
  PLACE_ASCII,
  PLACE_WIDE,
  RECEIVER_ASCII,
  RECEIVER_ASCII_BYTES,
  RECEIVER_HEARTBEAT_EVENTS,
  RECEIVER_HEARTBEATS,
  RECEIVER_IS_IN_LONG_LINE,
  RECEIVER_ITEM_BYTES,
  RECEIVER_ITEMS,
  RECEIVER_LAST_ID,
  RECEIVER_LAST_ID_BYTES,
  RECEIVER_WIDE,
  RECEIVER_WIDE_BYTES,
  RECORD_ADDRESS,
  RECORD_ID_SIZE,
  RECORD_SIZE,
  RECORD_WORDS,
  SETTING_HEARTBEAT_TYPE,
  SETTING_WANTED_TYPES,
  TAKE_IS_CONTINUED,
  TYPE_SHIFT,
} from "./layout.js";
import type { WasmMemory } from "./wasm-memory.js";

/** What wasm/client/receiver.cpp exports. Handles are addresses of a `ReceiverReport`. */
export interface ReceiverExports {
  input(): number;
  receiverRoom(receiver: number, size: number): number;
  receiversSeed(): void;
  receiverNew(dedup: number, maxLineBytes: number, maxEventBytes: number): number;
  receiverFree(receiver: number): void;
  receiverSet(receiver: number, setting: number, size: number): void;
  receiverReset(receiver: number): void;
  receiverTake(receiver: number, session: number, size: number, nowMs: number, flags: number): void;
}

/** To put fewer bytes behind a long line costs more than to copy them once more. */
const SMALL_BYTES = 4096;

/** None of these bits is in the record of most events: data and id are ASCII, and next in the arena. */
const NOT_PLAIN = 0x1ff;

/** The event types by their numbers: the module tells each before it uses its number, once for all receivers of a page. */
export type TypeNames = string[];

/** The {@link ReceiverCore} in WebAssembly. */
export class WasmReceiver implements ReceiverCore {
  /** What the module knows it by, and frees it by. */
  readonly handle: number;
  readonly heartbeatEvent: string;
  readonly #exports: ReceiverExports;
  readonly #memory: WasmMemory;
  readonly #types: TypeNames;

  constructor(exports: ReceiverExports, memory: WasmMemory, types: TypeNames, options: CheckedReceiverOptions) {
    this.#exports = exports;
    this.#memory = memory;
    this.#types = types;
    this.handle = exports.receiverNew(options.dedup, options.maxLineBytes, options.maxEventBytes);
    this.heartbeatEvent = options.heartbeatEvent;
    this.#set(SETTING_HEARTBEAT_TYPE, options.heartbeatEvent);
    // A type that holds a line end is none that could come.
    const wanted = options.events?.filter((type) => !type.includes("\n"));
    if (wanted) this.#set(SETTING_WANTED_TYPES, wanted.map((type) => `${type}\n`).join(""));
  }

  get lastEventId(): string {
    const size = this.#report(RECEIVER_LAST_ID_BYTES);
    return this.#memory.utf8(this.#report(RECEIVER_LAST_ID), size);
  }

  get heartbeats(): number {
    return this.#report(RECEIVER_HEARTBEATS);
  }

  /** In the last chunk. */
  get hadHeartbeatEvents(): boolean {
    return this.#report(RECEIVER_HEARTBEAT_EVENTS) > 0;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    return this.take(chunk, 0, 0);
  }

  /** Parses a chunk; the session of this handle, if it is not 0, hears what it held, in the same call into the module. */
  take(chunk: Uint8Array, session: number, nowMs: number): ParsedItem[] {
    requireBytes(chunk);
    const items: ParsedItem[] = [];
    const { length } = chunk;
    // What a string of an event holds alive is the texts of one piece at most.
    for (let from = 0; from === 0 || from < length; from += INPUT_BYTES) {
      const end = from + INPUT_BYTES;
      const piece = length > INPUT_BYTES ? chunk.subarray(from, end) : chunk;
      this.#takePiece(piece, end < length ? 0 : session, nowMs, from > 0 ? TAKE_IS_CONTINUED : 0, items);
    }
    return items;
  }

  reset(): void {
    this.#exports.receiverReset(this.handle);
  }

  #report(offset: number): number {
    return this.#memory.word(this.handle + offset);
  }

  /** Where the next bytes go in. */
  #inputFor(length: number): number {
    const isBehindLine = this.#report(RECEIVER_IS_IN_LONG_LINE) > 0;
    return isBehindLine ? this.#exports.receiverRoom(this.handle, length) : this.#memory.input;
  }

  #set(setting: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    let from = 0;
    do {
      const piece = bytes.subarray(from, from + INPUT_BYTES);
      this.#memory.refresh();
      this.#memory.bytes.set(piece, this.#memory.input);
      this.#exports.receiverSet(this.handle, setting, piece.length);
      from += INPUT_BYTES;
    } while (from < bytes.length);
  }

  #takePiece(piece: Uint8Array, session: number, nowMs: number, flags: number, items: ParsedItem[]): void {
    const memory = this.#memory;
    const { length } = piece;
    const input = length > SMALL_BYTES ? this.#inputFor(length) : memory.input;
    memory.refresh();
    memory.bytes.set(piece, input);
    this.#exports.receiverTake(this.handle, session, length, nowMs, flags + memory.utf16Flag);
    memory.refresh();
    const { words } = memory;
    const report = this.handle >>> 2;
    const end = (words[report + (RECEIVER_ITEM_BYTES >>> 2)] as number) >>> 2;
    if (end === 0) return;
    const ascii = memory.ascii(
      words[report + (RECEIVER_ASCII >>> 2)] as number,
      words[report + (RECEIVER_ASCII_BYTES >>> 2)] as number,
    );
    const wideAddress = words[report + (RECEIVER_WIDE >>> 2)] as number;
    const wide = memory.wide(wideAddress, words[report + (RECEIVER_WIDE_BYTES >>> 2)] as number);
    const types = this.#types;
    let asciiAt = 0;
    let wideAt = 0;
    let wideBytes = 0;
    let lastEventId = "";
    for (
      let at = (words[report + (RECEIVER_ITEMS >>> 2)] as number) >>> 2, last = at + end;
      at < last;
      at += RECORD_WORDS
    ) {
      const record = words[at] as number;
      const size = words[at + RECORD_SIZE] as number;
      const idSize = words[at + RECORD_ID_SIZE] as number;
      if ((record & NOT_PLAIN) === 0) {
        const idAt = asciiAt + size;
        const data = ascii.slice(asciiAt, idAt);
        asciiAt = idAt + idSize;
        lastEventId = ascii.slice(idAt, asciiAt);
        // An eighth faster than push().
        items[items.length] = { kind: "event", type: types[record >>> TYPE_SHIFT] as string, data, lastEventId };
        continue;
      }
      const kind = record & 7;
      const address = words[at + RECORD_ADDRESS] as number;
      if (kind === KIND_EVENT || kind === KIND_RAW_EVENT) {
        const place = (record >>> DATA_SHIFT) & 7;
        let data: string;
        if (place === PLACE_ASCII) {
          data = ascii.slice(asciiAt, asciiAt + size);
          asciiAt += size;
        } else if (place === PLACE_APART) {
          data = memory.ascii(address, size);
        } else if (place === PLACE_WIDE && wide !== undefined) {
          data = wide.slice(wideAt, wideAt + size);
          wideAt += size;
        } else if (place === PLACE_WIDE) {
          data = decode(memory, wideAddress + wideBytes, address, items);
          wideBytes += address; // of a text in the arena it is the number of its bytes
        } else {
          data = decode(memory, address, size, items);
        }
        const idPlace = (record >>> ID_SHIFT) & 7;
        if (idPlace === PLACE_ASCII) {
          lastEventId = ascii.slice(asciiAt, asciiAt + idSize);
          asciiAt += idSize;
        }
        const type = types[record >>> TYPE_SHIFT] as string;
        items.push({ kind: "event", type, data, lastEventId, ...(kind === KIND_RAW_EVENT && { isRaw: true }) });
      } else if (kind === KIND_RETRY) {
        items.push({ kind: "retry", ms: size });
      } else if (kind === KIND_ERROR) {
        items.push({ kind: "error", code: ERROR_CODES[size] as ParseErrorCode, limit: idSize });
      } else {
        const text = memory.utf8(address, size);
        if (kind === KIND_TYPE) types[record >>> TYPE_SHIFT] = text;
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
