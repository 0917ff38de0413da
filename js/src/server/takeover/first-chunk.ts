import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { WritePath } from "./write-path.js";

/** What was found out about a first chunk: it is on the socket as it was written, or why not. */
export type FirstChunkOutcome = "proven" | "changedBytes" | "delayedBytes" | "unknownWriter";

/**
 * Watches what Node writes to the socket until it is certain whether the first chunk of the body left as it was written: only
 * known functions stand between the response and the socket, and the body is chunked.
 */
export class FirstChunk {
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #path: WritePath;
  readonly #onKnown: (outcome: FirstChunkOutcome) => void;
  #isKnown = false;
  #bytes: Uint8Array;
  #framed: Buffer;
  #seen = Buffer.alloc(0);

  constructor(
    response: ServerResponse,
    socket: Socket,
    bytes: Uint8Array,
    onKnown: (outcome: FirstChunkOutcome) => void,
  ) {
    this.#response = response;
    this.#socket = socket;
    this.#path = new WritePath(response, socket);
    this.#onKnown = onKnown;
    this.#bytes = bytes;
    const size = bytes.byteLength.toString(16);
    this.#framed = Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from("\r\n")]);
    const watch = this;
    const write = function (this: Socket, ...args: Parameters<Socket["write"]>): boolean {
      watch.#see(args[0], args[1], write);
      return Reflect.apply(Object.getPrototypeOf(this).write, this, args);
    };
    socket.write = write as Socket["write"];
  }

  /** Writes the chunk to the response, where no server does that. */
  write(): void {
    this.#path.enter();
    this.#response.write(this.#bytes);
  }

  /** Whether no function between the response and the socket was replaced since the chunk was seen. */
  isPathUnchanged(): boolean {
    return this.#path.isUnchanged();
  }

  /** Stops watching: a chunk that was not seen by now was delayed. */
  stop(): void {
    this.#settle("delayedBytes");
  }

  #see(chunk: unknown, encoding: unknown, write: (...args: never[]) => unknown): void {
    if (this.#isKnown) return;
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : Buffer.from(chunk as Uint8Array);
    this.#seen = Buffer.concat([this.#seen, bytes]);
    const head = this.#seen.indexOf("\r\n\r\n");
    const hasHead = this.#seen.length >= 5 && this.#seen.subarray(0, 5).toString("latin1") === "HTTP/";
    if (hasHead && head < 0) return;
    const body = hasHead ? this.#seen.subarray(head + 4) : this.#seen;
    const isEqual = this.#framed.subarray(0, body.length).equals(body);
    if (!isEqual) this.#settle("changedBytes");
    else if (body.length === this.#framed.length) this.#settle(this.#path.isKnown(write) ? "proven" : "unknownWriter");
  }

  #settle(outcome: FirstChunkOutcome): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.#seen = this.#framed = this.#bytes = Buffer.alloc(0); // thousands may stay in this state
    // The own property hides the method of the prototype; without it, the method is there again.
    delete (this.#socket as { write?: unknown }).write;
    this.#onKnown(outcome);
  }
}
