import type { ServerResponse } from "node:http";
import { startClock, stopClock } from "./node-clocks.js";

/** What a takeover needs of a stream. */
export interface TakenStream {
  readonly hasEnded: boolean;
  close(): void;
  leave(): void;
  /** Puts bytes of the application in line with the events. */
  write(bytes: Uint8Array): void;
}

interface Taken {
  readonly stream: TakenStream;
  readonly isChunked: boolean;
  /** What the response had of its own before. */
  readonly own: readonly (readonly [Name, PropertyDescriptor | undefined])[];
}

const TAKEN = Symbol("millrace.takeover");
const NAMES = ["write", "end", "_send", "_finish"] as const;
type Name = (typeof NAMES)[number];
type Callback = () => void;
type TakenResponse = ServerResponse & { [TAKEN]?: Taken | undefined; chunkedEncoding: boolean };

/**
 * Has everything that the application itself writes to the response go through the stream while the core writes to the
 * response's socket: two who write would write into each other's chunks. Who ends the response ends the stream, with all that
 * is left. Who puts a function of his own in the place of the response's would see nothing of what the core writes: the
 * stream is cut then, and its client resumes where his function is in the way from the beginning.
 *
 * One symbol on the response and functions that all share, for thousands of them may idle.
 */
export function beginTakeover(res: ServerResponse, stream: TakenStream): void {
  const response = res as TakenResponse;
  const own = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(res, name)] as const);
  response[TAKEN] = { stream, isChunked: response.chunkedEncoding, own };
  // The core frames the chunks: who has kept Node's `write` from before comes to `_send` with nothing but the bytes.
  response.chunkedEncoding = false;
  for (const name of NAMES) Object.defineProperty(res, name, SHADOWS[name]);
  if (res.socket != null && !res.socket.destroyed) stopClock(res.socket);
}

/** The response is Node's and the application's alone again. */
export function endTakeover(res: ServerResponse): void {
  const response = res as TakenResponse;
  const taken = response[TAKEN];
  if (taken === undefined) return;
  response[TAKEN] = undefined;
  response.chunkedEncoding = taken.isChunked;
  for (const [name, own] of taken.own) {
    if (own === undefined) delete (response as { [Key in Name]?: unknown })[name];
    else Object.defineProperty(response, name, own);
  }
  if (res.socket != null) startClock(res.socket);
}

function write(this: TakenResponse, chunk: unknown, encoding?: unknown, callback?: Callback): boolean {
  const taken = this[TAKEN];
  if (taken === undefined || taken.stream.hasEnded) {
    endTakeover(this);
    return Reflect.apply(belowOf(this).write, this, [chunk, encoding, callback]);
  }
  put(taken.stream, chunk, encoding);
  tell([encoding, callback]);
  return true;
}

function end(this: TakenResponse, chunk?: unknown, encoding?: unknown, callback?: Callback): TakenResponse {
  const taken = this[TAKEN];
  if (taken === undefined || taken.stream.hasEnded) {
    endTakeover(this);
    return Reflect.apply(belowOf(this).end, this, [chunk, encoding, callback]);
  }
  if (chunk != null && typeof chunk !== "function") put(taken.stream, chunk, encoding);
  tell([chunk, encoding, callback]);
  taken.stream.close();
  return this;
}

/** Who has kept Node's `end` from before comes here, and Node takes the response for ended: the socket must not go on. */
function finish(this: TakenResponse): void {
  const stream = this[TAKEN]?.stream;
  endTakeover(this);
  stream?.leave();
}

/** The response without what it has of its own: one who was put in our place may have called us, and would be called again. */
function belowOf(response: TakenResponse): ServerResponse {
  return Object.getPrototypeOf(response);
}

/** Puts a chunk of the application's in line; gives its size in bytes. */
export function put(stream: TakenStream, chunk: unknown, encoding: unknown): number {
  const bytes =
    typeof chunk === "string"
      ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
      : chunk;
  if (!(bytes instanceof Uint8Array)) throw new TypeError("A response's chunk must be a string or a Uint8Array");
  if (bytes.byteLength > 0) stream.write(bytes);
  return bytes.byteLength;
}

/** The callback, wherever it stands among the arguments. */
export function callbackOf(args: readonly unknown[]): Callback | undefined {
  return args.find((argument) => typeof argument === "function") as Callback | undefined;
}

function tell(args: readonly unknown[]): void {
  const callback = callbackOf(args);
  if (callback !== undefined) process.nextTick(callback);
}

const shadowOf = (name: Name, ours: unknown): PropertyDescriptor => ({
  configurable: true,
  enumerable: true,
  get: () => ours,
  set(this: TakenResponse, theirs: unknown) {
    const stream = this[TAKEN]?.stream;
    endTakeover(this);
    stream?.leave();
    (this as unknown as Record<Name, unknown>)[name] = theirs;
  },
});

const SHADOWS: Readonly<Record<Name, PropertyDescriptor>> = {
  write: shadowOf("write", write),
  end: shadowOf("end", end),
  _send: shadowOf("_send", write),
  _finish: shadowOf("_finish", finish),
};
