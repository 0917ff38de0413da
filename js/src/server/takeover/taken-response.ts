import type { ServerResponse } from "node:http";
import type { TakenSocket } from "../stream/taken-socket.js";
import { callbackOf, type WriteCallback, type WrittenStream, writeToStream } from "./application-chunk.js";
import { startClock, stopClock } from "./node-clocks.js";

const TAKEN = Symbol("millrace.taken");
const NAMES = ["write", "end", "_send", "_finish"] as const;
type Name = (typeof NAMES)[number];
type NodeResponse = ServerResponse & { [TAKEN]?: TakenResponse | undefined; chunkedEncoding: boolean };

/**
 * A response whose socket the core writes to. What the application itself writes to it goes through the stream: two writers
 * would write into each other's chunks. If the application ends the response, the stream ends, after all
 * that is left was sent. A function that is put in the place of one of the response's would see nothing of what the core writes:
 * the stream is cut then. When its client reconnects, that function is seen at once, and Node writes.
 *
 * It is one symbol on the response, and functions that all responses share: that saves memory for idle connections.
 */
export class TakenResponse implements TakenSocket {
  readonly stream: WrittenStream;
  readonly #response: NodeResponse;
  readonly #endBody: (response: ServerResponse) => void;
  readonly #isChunked: boolean;
  /** What the response had of its own before. */
  readonly #own: readonly (PropertyDescriptor | undefined)[];

  /** @param endBody - called when the core has sent all but the body's end; a function that all share. */
  constructor(response: ServerResponse, stream: WrittenStream, endBody: (response: ServerResponse) => void) {
    this.stream = stream;
    this.#response = response as NodeResponse;
    this.#endBody = endBody;
    this.#isChunked = this.#response.chunkedEncoding;
    this.#own = NAMES.map((name) => Object.getOwnPropertyDescriptor(response, name));
  }

  begin(): void {
    const response = this.#response;
    response[TAKEN] = this;
    // The core frames the chunks: a `write` of Node's that was kept from before comes to `_send` with nothing but the bytes.
    response.chunkedEncoding = false;
    for (const name of NAMES) Object.defineProperty(response, name, SUBSTITUTES[name]);
    if (response.socket != null && !response.socket.destroyed) stopClock(response.socket);
  }

  /** The response is Node's and the application's alone again. */
  restore(): void {
    const response = this.#response;
    if (response[TAKEN] !== this) return;
    response[TAKEN] = undefined;
    response.chunkedEncoding = this.#isChunked;
    NAMES.forEach((name, index) => {
      const own = this.#own[index];
      if (own === undefined) delete (response as { [Key in Name]?: unknown })[name];
      else Object.defineProperty(response, name, own);
    });
    if (response.socket != null) startClock(response.socket);
  }

  end(isWhole: boolean): void {
    this.restore();
    if (isWhole) this.#endBody(this.#response);
    else this.#response.destroy(); // half a chunk may be out: only the connection's end is clear to the client
  }
}

/** What has taken the response; undefined, and the response is restored, where its stream has ended. */
function takenBy(response: NodeResponse): TakenResponse | undefined {
  const taken = response[TAKEN];
  if (taken?.stream.hasEnded !== true) return taken;
  taken.restore();
  return undefined;
}

function write(this: NodeResponse, chunk: unknown, encoding?: unknown, callback?: WriteCallback): boolean {
  const taken = takenBy(this);
  if (taken === undefined) return Reflect.apply(belowOf(this).write, this, [chunk, encoding, callback]);
  writeToStream(taken.stream, chunk, encoding);
  callBack([encoding, callback]);
  return true;
}

function end(this: NodeResponse, chunk?: unknown, encoding?: unknown, callback?: WriteCallback): NodeResponse {
  const taken = takenBy(this);
  if (taken === undefined) return Reflect.apply(belowOf(this).end, this, [chunk, encoding, callback]);
  if (chunk != null && typeof chunk !== "function") writeToStream(taken.stream, chunk, encoding);
  callBack([chunk, encoding, callback]);
  taken.stream.close();
  return this;
}

/** Called by an `end` of Node's that was kept from before: Node takes the response for ended, so the socket must not go on. */
function finish(this: NodeResponse): void {
  cut(this);
}

function cut(response: NodeResponse): void {
  const taken = response[TAKEN];
  taken?.restore();
  taken?.stream.leave();
}

/** The response without its own properties: a function that replaced ours may have called us, and would be called again. */
function belowOf(response: NodeResponse): ServerResponse {
  return Object.getPrototypeOf(response);
}

function callBack(args: readonly unknown[]): void {
  const callback = callbackOf(args);
  if (callback !== undefined) process.nextTick(callback);
}

const substituteOf = (name: Name, ours: unknown): PropertyDescriptor => ({
  configurable: true,
  enumerable: true,
  get: () => ours,
  set(this: NodeResponse, theirs: unknown) {
    cut(this);
    (this as unknown as Record<Name, unknown>)[name] = theirs;
  },
});

const SUBSTITUTES: Readonly<Record<Name, PropertyDescriptor>> = {
  write: substituteOf("write", write),
  end: substituteOf("end", end),
  _send: substituteOf("_send", write),
  _finish: substituteOf("_finish", finish),
};
