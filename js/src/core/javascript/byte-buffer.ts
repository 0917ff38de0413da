const INITIAL_BYTES = 256;
const KEPT_BYTES = 65536;

/** Bytes appended one piece after another, in amortised linear time. Its user sets the bound. */
export class ByteBuffer {
  #memory = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes so far; valid until the next `append` or `clear`. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#memory.length) {
      const grown = new Uint8Array(Math.max(length, this.#memory.length * 2));
      grown.set(this.bytes);
      this.#memory = grown;
    }
    this.#memory.set(piece, this.#length);
    this.#length = length;
  }

  /** Empties it. One large event must not hold its memory for the life of the connection. */
  clear(): void {
    this.#length = 0;
    if (this.#memory.length > KEPT_BYTES) this.#memory = new Uint8Array(INITIAL_BYTES);
  }
}
