import type { ServerResponse } from "node:http";
import { callbackOf, type WriteCallback, type WrittenStream, writeToStream } from "./application-chunk.js";

/** What this needs of a stream. */
interface QueuedStream extends WrittenStream {
  /** Something of it waits to be read. */
  readonly hasBacklog: boolean;
}

type Name = "write" | "end";

/** What the response had in the place of a function of ours. */
interface Cover {
  readonly below: PropertyDescriptor | undefined;
  readonly get: () => unknown;
}

/**
 * Has what the application itself writes to a response go through the stream while Node writes the events, as it does while the
 * core writes them: Node is given pieces that end anywhere, and waits between them for a slow client, so that a write between
 * them would break an event in two. If the application ends the response, the stream ends, after all that is left
 * was sent.
 *
 * If middleware replaces one of the response's functions later, our writes go through it, too. A function that was taken from the
 * response before `attach` is not known here, and writes at once.
 */
export class OwnWrites {
  readonly #response: ServerResponse;
  readonly #stream: QueuedStream;
  readonly #covers = new Map<Name, Cover>();
  #callbacks: WriteCallback[] = [];
  /** Bytes that were put in line since all of the stream was read. */
  #bytes = 0;
  #isDrainAwaited = false;

  constructor(response: ServerResponse, stream: QueuedStream) {
    this.#response = response;
    this.#stream = stream;
  }

  begin(): void {
    this.#cover("write");
    this.#cover("end");
  }

  /** Restores the response's own functions, but not those that others have replaced meanwhile. */
  end(): void {
    for (const [name, { below }] of this.#covers) {
      if (!this.#isCovered(name)) continue;
      if (below === undefined) delete (this.#response as { [Key in Name]?: unknown })[name];
      else Object.defineProperty(this.#response, name, below);
    }
    this.#covers.clear();
  }

  /** Writes a piece of the stream. */
  write(piece: Uint8Array): boolean {
    // Defining the property does not call our setter.
    if (this.#covers.has("write") && !this.#isCovered("write")) this.#cover("write");
    const cover = this.#covers.get("write");
    return cover === undefined ? this.#response.write(piece) : (this.#pass("write", cover, [piece]) as boolean);
  }

  /** Node has room again: if nothing is left in line, those who wait for that are told. */
  settle(): void {
    if (!this.#stream.hasBacklog) this.#tellAll();
  }

  /** Nothing is put in line any more. */
  finish(): void {
    this.end();
    this.#tellAll();
  }

  #cover(name: Name): void {
    const response = this.#response;
    const below = Object.getOwnPropertyDescriptor(response, name);
    if (below?.configurable === false) return;
    const ours = (...args: unknown[]) => {
      // A function that has replaced ours since calls us on its way to the socket.
      if (this.#covers.get(name) !== cover || this.#stream.hasEnded) return this.#pass(name, cover, args);
      return name === "write" ? this.#take(args) : this.#takeLast(args);
    };
    const cover: Cover = { below, get: () => ours };
    const set = (theirs: unknown) => {
      const property = { configurable: true, enumerable: true, writable: true, value: theirs };
      Object.defineProperty(response, name, property);
      if (this.#covers.has(name)) this.#cover(name);
    };
    Object.defineProperty(response, name, { configurable: true, enumerable: true, get: cover.get, set });
    this.#covers.set(name, cover);
  }

  #isCovered(name: Name): boolean {
    const now = Object.getOwnPropertyDescriptor(this.#response, name);
    return now?.get !== undefined && now.get === this.#covers.get(name)?.get;
  }

  #pass(name: Name, { below }: Cover, args: unknown[]): unknown {
    const own = below?.get === undefined ? below?.value : below.get.call(this.#response);
    return Reflect.apply(own ?? Object.getPrototypeOf(this.#response)[name], this.#response, args);
  }

  #take(args: unknown[]): boolean {
    this.#bytes += writeToStream(this.#stream, args[0], args[1]);
    const callback = callbackOf(args);
    if (callback !== undefined) this.#callbacks.push(callback);
    const response = this.#response;
    const hasRoom = this.#bytes < response.writableHighWaterMark && !response.writableNeedDrain;
    this.#isDrainAwaited ||= !hasRoom;
    return hasRoom;
  }

  #takeLast(args: unknown[]): ServerResponse {
    if (args[0] != null && typeof args[0] !== "function") writeToStream(this.#stream, args[0], args[1]);
    const callback = callbackOf(args);
    if (callback !== undefined) this.#response.once("finish", callback);
    this.#stream.close();
    return this.#response;
  }

  #tellAll(): void {
    const isDrainAwaited = this.#isDrainAwaited;
    this.#bytes = 0;
    this.#isDrainAwaited = false;
    for (const callback of this.#callbacks.splice(0)) process.nextTick(callback);
    if (isDrainAwaited && !this.#response.destroyed) this.#response.emit("drain");
  }
}
