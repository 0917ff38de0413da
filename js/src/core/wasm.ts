import { receiverOptions, requireBytes, sessionOptions } from "./client-options.js";
import type {
  ClientCore,
  ParsedItem,
  ParseErrorCode,
  ReceiverCore,
  ReceiverOptions,
  SessionAction,
  SessionCore,
  SessionOptions,
  SessionState,
} from "./contract.js";

/** What wasm/client.cpp exports. Handles and addresses are numbers. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  inputBuffer(size: number): number;
  receiverNew(dedup: number, maxLineBytes: number, maxEventBytes: number): number;
  receiverFree(receiver: number): void;
  receiverReset(receiver: number): void;
  receiverFeed(receiver: number, size: number): number;
  items(): number;
  receiverLastId(receiver: number): number;
  sessionNew(attempts: number, baseMs: number, maxMs: number): number;
  sessionFree(session: number): void;
  sessionStart(session: number): number;
  sessionConnected(session: number): number;
  sessionLost(session: number, isFinal: number, nowMs: number, random: number): number;
  sessionRetry(session: number, ms: number): number;
  sessionTick(session: number, nowMs: number): number;
  sessionClose(session: number): number;
  sessionDelay(session: number): number;
  sessionState(session: number): number;
  sessionAttempts(session: number): number;
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
const ACTIONS = ["none", "connect", "wait", "close", "giveUp"] as const;
const STATES: readonly SessionState[] = ["disconnected", "connecting", "connected", "reconnecting", "error"];
const WORDS_AN_ITEM = 8;

/** The module's memory as arrays. */
class Memory {
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

class WasmReceiver implements ReceiverCore {
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #handle: number;

  constructor(exports: Exports, memory: Memory, handle: number) {
    this.#exports = exports;
    this.#memory = memory;
    this.#handle = handle;
  }

  get lastEventId(): string {
    const record = this.#exports.receiverLastId(this.#handle);
    this.#memory.refresh();
    return this.#idAt(record);
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
    this.#exports.receiverReset(this.#handle);
  }

  #feedPiece(piece: Uint8Array, items: ParsedItem[]): void {
    const input = this.#exports.inputBuffer(piece.length);
    this.#memory.refresh();
    this.#memory.bytes.set(piece, input);
    const count = this.#exports.receiverFeed(this.#handle, piece.length);
    this.#memory.refresh();
    let record = this.#exports.items();
    for (let n = 0; n < count; n++, record += WORDS_AN_ITEM * 4) items.push(this.#itemAt(record));
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

class WasmSession implements SessionCore {
  readonly #exports: Exports;
  readonly #handle: number;

  constructor(exports: Exports, handle: number) {
    this.#exports = exports;
    this.#handle = handle;
  }

  get state(): SessionState {
    return STATES[this.#exports.sessionState(this.#handle)] ?? "error";
  }

  get attempts(): number {
    return this.#exports.sessionAttempts(this.#handle);
  }

  start(): SessionAction {
    return this.#action(this.#exports.sessionStart(this.#handle));
  }

  connected(): SessionAction {
    return this.#action(this.#exports.sessionConnected(this.#handle));
  }

  lost(final: boolean, nowMs: number, random: number): SessionAction {
    return this.#action(this.#exports.sessionLost(this.#handle, final ? 1 : 0, Math.floor(nowMs), random));
  }

  retry(ms: number): SessionAction {
    return this.#action(this.#exports.sessionRetry(this.#handle, ms));
  }

  tick(nowMs: number): SessionAction {
    return this.#action(this.#exports.sessionTick(this.#handle, Math.floor(nowMs)));
  }

  close(): SessionAction {
    return this.#action(this.#exports.sessionClose(this.#handle));
  }

  #action(number: number): SessionAction {
    const kind = ACTIONS[number] ?? "none";
    return kind === "wait" ? { kind, delayMs: this.#exports.sessionDelay(this.#handle) } : { kind };
  }
}

/**
 * The client core in WebAssembly, from the module's bytes. One instance serves all clients of a page; what a client held in
 * it is freed when the client's objects are collected.
 *
 * @throws CompileError where the page's content security policy lacks `'wasm-unsafe-eval'`.
 */
export async function instantiateWasmCore(bytes: Uint8Array<ArrayBuffer>): Promise<ClientCore> {
  const { instance } = await WebAssembly.instantiate(bytes, {
    wasi_snapshot_preview1: {
      proc_exit(): never {
        throw new RangeError("The WebAssembly client ran out of memory");
      },
    },
  });
  const exports = instance.exports as unknown as Exports;
  exports._initialize();
  const memory = new Memory(exports.memory);
  const receivers = new FinalizationRegistry<number>((handle) => exports.receiverFree(handle));
  const sessions = new FinalizationRegistry<number>((handle) => exports.sessionFree(handle));
  return {
    implementation: "wasm",
    createReceiver(options?: ReceiverOptions) {
      const { dedup, maxLineBytes, maxEventBytes } = receiverOptions(options);
      const handle = exports.receiverNew(dedup, maxLineBytes, maxEventBytes);
      const receiver = new WasmReceiver(exports, memory, handle);
      receivers.register(receiver, handle);
      return receiver;
    },
    createSession(options?: SessionOptions) {
      const { attempts, baseMs, maxMs } = sessionOptions(options);
      const handle = exports.sessionNew(attempts === Infinity ? -1 : attempts, baseMs, maxMs);
      const session = new WasmSession(exports, handle);
      sessions.register(session, handle);
      return session;
    },
  };
}
