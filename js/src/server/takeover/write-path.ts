import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { callSites } from "../lifecycle/call-sites.js";

/** Middleware that passes on what it does not compress, and does not compress what says `no-transform`; and Next.js. */
const KNOWN_FILES = /[\\/]node_modules[\\/](compression|next[\\/]dist)[\\/]/;
/** Their `write`: behind a pipe of Node's own, the outermost function looks like the server's sink. */
const KNOWN_WRITES = /\.write\(toBuffer\(|\+= ?Buffer\.byteLength\(\w+\[0\] ?\|\| ?["']{2}\)/;
/** Their `end`, which no call stack shows, because it is only called at the end. */
const KNOWN_ENDS = /getHeader\(["']Content-Length["']\)|API response for \$\{/;
/** The functions whose replacement would stand between the response and the socket. */
const OF_RESPONSE = ["write", "end", "_send"] as const;
const OF_SOCKET = ["write", "_write", "_writev", "_writeGeneric"] as const;
/** As deep as a server's pipe may lie below its response. */
const MOST_SITES = 64;

type Functions = Readonly<Record<string, unknown>>;

/** Whether the socket is written to by Node's own functions. */
export function isPlain(socket: Socket): boolean {
  return !OF_SOCKET.some((name) => Object.hasOwn(socket, name));
}

/**
 * The functions that a chunk passes between its writer and the socket, as the call stack shows while it does. A function there
 * may change, count or hold back every later chunk, too, so the core must not bypass it: only Node itself and
 * {@link KNOWN_FILES} are known to do no such thing.
 */
export class WritePath {
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  /** How deep the stack was where we wrote; `undefined`: a server writes what it pipes. */
  #depth: number | undefined;
  #functions: readonly unknown[] = [];

  constructor(response: ServerResponse, socket: Socket) {
    this.#response = response;
    this.#socket = socket;
  }

  /** The caller is about to write to the response. */
  enter(): void {
    // All of it: a limit would make the difference of two depths meaningless.
    this.#depth = callSites(this.enter, Infinity).length;
  }

  /** Called by `below`, which stands in for the socket's `write`: whether only known functions have passed the chunk on to it. */
  isKnown(below: (...args: never[]) => unknown): boolean {
    this.#functions = this.#now();
    const { write, end, _send } = this.#response as unknown as Functions;
    const files = this.#filesBetween(below);
    const hasKnown = files.some((file) => KNOWN_FILES.test(file));
    return (
      files.length > 0 &&
      files.every((file) => file.startsWith("node:") || KNOWN_FILES.test(file)) &&
      _send === this.#nodes("_send") &&
      (write === this.#nodes("write") || (hasKnown && KNOWN_WRITES.test(String(write)))) &&
      (end === this.#nodes("end") || (hasKnown && KNOWN_ENDS.test(String(end))))
    );
  }

  /** Whether no function was replaced since. */
  isUnchanged(): boolean {
    const now = this.#now();
    return isPlain(this.#socket) && this.#functions.every((one, at) => one === now[at]);
  }

  /** The scripts of the functions between the socket and the writer. */
  #filesBetween(below: (...args: never[]) => unknown): readonly string[] {
    const fileOf = (site: NodeJS.CallSite) => site.getFileName() ?? "";
    if (this.#depth !== undefined) {
      const sites = callSites(below, Infinity);
      return this.#depth === 0 ? [] : sites.slice(0, -this.#depth).map(fileOf);
    }
    const files = callSites(below, MOST_SITES).map(fileOf);
    const pipe = files.findIndex((file) => file.startsWith("node:internal/webstreams/"));
    if (pipe < 0) return [];
    // The last is the server's own sink, which may lie anywhere.
    const last = files[pipe - 1] ?? "";
    return files.slice(0, last.startsWith("node:") ? pipe : pipe - 1);
  }

  #now(): readonly unknown[] {
    return OF_RESPONSE.map((name) => (this.#response as unknown as Functions)[name]);
  }

  /** Node's own function: that of the last prototype which has one. */
  #nodes(name: string): unknown {
    let found: unknown;
    for (let at: object | null = this.#response; at !== null; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at, name)) found = (at as Functions)[name];
    }
    return found;
  }
}
