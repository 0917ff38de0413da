import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isPlain, WritePath } from "./write-path.js";

/** A plain TCP socket's descriptor, or -1: what TLS or HTTP/2 carry cannot be written to from outside. */
export function descriptorOf(socket: Socket | null | undefined): number {
  if (socket == null || socket.destroyed || (socket as { encrypted?: boolean }).encrypted === true) return -1;
  const handle = (socket as { _handle?: { fd?: unknown } })._handle;
  return typeof handle?.fd === "number" ? handle.fd : -1;
}

/** Whether the response may be written to directly, as far as that can be said before its head has left. */
export function mayBeDirect(res: ServerResponse): boolean {
  const { socket } = res;
  return res.req?.httpVersion === "1.1" && socket !== null && descriptorOf(socket) >= 0 && isPlain(socket);
}

/**
 * Watches what Node writes to the socket, until it is certain whether the first chunk of the body left as it is: nobody who
 * is not known stands between here and the socket, and the body is chunked.
 */
export class FirstChunk {
  state: "awaited" | "proven" | "changed" = "awaited";
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #path: WritePath;
  #bytes: Uint8Array;
  #framed: Buffer;
  #seen = Buffer.alloc(0);
  /** Called when the state changes. */
  onKnown: (() => void) | undefined;

  constructor(response: ServerResponse, socket: Socket, bytes: Uint8Array) {
    this.#response = response;
    this.#socket = socket;
    this.#path = new WritePath(response, socket);
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

  /** Writes the chunk to the response, for who does so himself. */
  send(): void {
    this.#path.enter();
    this.#response.write(this.#bytes);
  }

  /** Whether it is proven, and nobody has put himself between since. */
  holds(): boolean {
    return this.state === "proven" && this.#path.isUnchanged();
  }

  /** Stops watching. Unless it is proven, the chunk counts as changed. */
  stop(): void {
    if (this.state === "awaited") this.#settle("changed");
  }

  #see(chunk: unknown, encoding: unknown, write: (...args: never[]) => unknown): void {
    if (this.state !== "awaited") return;
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : Buffer.from(chunk as Uint8Array);
    this.#seen = Buffer.concat([this.#seen, bytes]);
    const head = this.#seen.indexOf("\r\n\r\n");
    const hasHead = this.#seen.length >= 5 && this.#seen.subarray(0, 5).toString("latin1") === "HTTP/";
    if (hasHead && head < 0) return;
    const body = hasHead ? this.#seen.subarray(head + 4) : this.#seen;
    if (body.length >= this.#framed.length) {
      this.#settle(body.equals(this.#framed) && this.#path.isKnown(write) ? "proven" : "changed");
    } else if (!this.#framed.subarray(0, body.length).equals(body)) {
      this.#settle("changed");
    }
  }

  #settle(state: "proven" | "changed"): void {
    this.state = state;
    this.#seen = this.#framed = this.#bytes = Buffer.alloc(0); // thousands of those that are proven may idle
    // The own property hides the method; without it, it is there again.
    delete (this.#socket as { write?: unknown }).write;
    this.onKnown?.();
  }
}
