import { TAKE_WANTS_UTF16 } from "./layout.js";

/** What a Buffer of Node's can do, 20 times as fast as a TextDecoder there. */
interface Slices {
  latin1Slice(from: number, to: number): string;
  ucs2Slice(from: number, to: number): string;
}

/** Up to here a text of ASCII is made from its codes: a TextDecoder costs some 200 ns a call. In bytes. */
const SHORT_BYTES = 96;

/** A long text is decoded in pieces, which stay in the processor's cache: twice as fast in Chromium. */
const PIECE_BYTES = 65536;

/** Node's, and those alone: bundlers put a Buffer of their own where a program names it. */
function slicesOf(buffer: ArrayBuffer): Slices | undefined {
  const { Buffer } = globalThis as { Buffer?: { from(buffer: ArrayBuffer): Partial<Slices> } };
  const slices = Buffer?.from(buffer);
  return slices?.latin1Slice && slices.ucs2Slice ? (slices as Slices) : undefined;
}

/** The module's memory as arrays and as texts. */
export class WasmMemory {
  readonly #memory: WebAssembly.Memory;
  /** Of what is ASCII this one makes the same, a fifth faster. */
  readonly #ascii = new TextDecoder("latin1");
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #checking = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  #slices: Slices | undefined;
  /** One array of codes for each length, for `fromCharCode` makes one flat string of an array, at once. */
  readonly #codes: number[][] = [];
  /** Where bytes go in. */
  readonly input: number;
  bytes = new Uint8Array();
  words = new Uint32Array();
  /** Set where {@link wide} takes UTF-16, which Node copies; browsers decode UTF-8 faster than the module makes UTF-16. */
  utf16Flag = 0;
  #doubles = new Float64Array();

  constructor(memory: WebAssembly.Memory, input: number) {
    this.#memory = memory;
    this.input = input;
  }

  /** Is to be called after every call that may allocate: when a memory grows, its arrays are detached. */
  refresh(): void {
    // A detached array is empty; to ask the memory for its buffer would cost as much as a small event.
    if (this.bytes.length > 0) return;
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#slices = slicesOf(buffer);
    this.utf16Flag = this.#slices ? TAKE_WANTS_UTF16 : 0;
  }

  /** An unsigned number of 32 bits. */
  word(address: number): number {
    this.refresh();
    return this.words[address >>> 2] as number;
  }

  double(address: number): number {
    this.refresh();
    return this.#doubles[address >>> 3] as number;
  }

  /** Sizes are in bytes. */
  ascii(address: number, size: number): string {
    if (size === 0) return "";
    if (this.#slices) return this.#slices.latin1Slice(address, address + size);
    if (size > SHORT_BYTES) return this.#decodeAscii(address, size);
    const { bytes } = this;
    this.#codes[size] ??= new Array<number>(size).fill(0);
    const codes = this.#codes[size];
    for (let at = 0; at < size; at++) codes[at] = bytes[address + at] as number;
    return String.fromCharCode.apply(null, codes);
  }

  #decodeAscii(address: number, size: number): string {
    let text = "";
    for (let at = address; at < address + size; at += PIECE_BYTES) {
      text += this.#ascii.decode(this.bytes.subarray(at, Math.min(at + PIECE_BYTES, address + size)));
    }
    return text;
  }

  /** A text that is not ASCII; undefined where it is not UTF-8. */
  wide(address: number, size: number): string | undefined {
    if (size === 0) return "";
    return this.#slices ? this.#slices.ucs2Slice(address, address + size) : this.validUtf8(address, size);
  }

  /** Undefined where it is none. */
  validUtf8(address: number, size: number): string | undefined {
    try {
      return this.#checking.decode(this.bytes.subarray(address, address + size));
    } catch {
      return undefined;
    }
  }

  /** With U+FFFD in place of what is no UTF-8. */
  utf8(address: number, size: number): string {
    return size === 0 ? "" : this.#utf8.decode(this.bytes.subarray(address, address + size));
  }
}
