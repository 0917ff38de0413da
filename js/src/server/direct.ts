import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { descriptorOf, FirstChunk, mayBeDirect, whenFlushed } from "./first-chunk.js";
import { guardEnd } from "./guard-end.js";
import type { Shortcut } from "./outlet.js";
import type { HubStream } from "./stream.js";

interface Requests {
  readonly responses: AsyncLocalStorage<ServerResponse>;
}

/** One a thread, however often this module is loaded. */
const KEY = Symbol.for("millrace.requests.1");

/**
 * Makes the response of the request that is being answered known to the streams that are made for it: a route handler of
 * Next.js gets a web `Request` only. Requests that came before are answered by pulling. Idempotent.
 */
export function watchRequests(): void {
  const store = globalThis as { [KEY]?: Requests };
  if (store[KEY] !== undefined) return;
  const responses = new AsyncLocalStorage<ServerResponse>();
  store[KEY] = { responses };
  subscribe("http.server.request.start", (message) => {
    responses.enterWith((message as { response: ServerResponse }).response);
  });
}

function responseNow(): ServerResponse | undefined {
  return (globalThis as { [KEY]?: Requests })[KEY]?.responses.getStore();
}

/** Whether a stream's answer may say that it is compressed: Next.js drops the Content-Encoding of a handler's response. */
export function mayBeEncoded(): boolean {
  return process.env.NEXT_RUNTIME === undefined || responseNow()?.headersSent === false;
}

/**
 * Lets a stream find its way around JavaScript if it is the answer to the request that is being handled and may be written
 * `directly`; and has the answer say that it is compressed, whatever becomes of the handler's headers.
 */
export function shorten(stream: HubStream, directly: boolean): void {
  const response = responseNow();
  if (response === undefined || response.headersSent) return;
  if (directly && mayBeDirect(response)) stream.shortcut = new PipedShortcut(stream, response);
  else if (stream.facts.isCompressed) stream.shortcut = new Announcement(response);
}

/** The head leaves with the first chunk, so it can still be said. */
function announceEncoding(response: ServerResponse): void {
  if (!response.headersSent && !response.hasHeader("content-encoding")) response.setHeader("Content-Encoding", "gzip");
}

/** No way around JavaScript: what goes before the first chunk only. */
class Announcement implements Shortcut {
  readonly mark = "";
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  begin(): void {
    announceEncoding(this.#response);
  }

  holds(): boolean {
    return false;
  }
}

/**
 * The way through a server that pipes the body into its response: when the first chunk was seen on the socket as it is and
 * everything of it has left, the reactor writes the rest to the same socket. The server keeps the socket and ends the body.
 */
class PipedShortcut implements Shortcut {
  readonly mark: string;
  readonly #stream: HubStream;
  readonly #response: ServerResponse;
  #first: FirstChunk | undefined;
  #isOver = false;
  #isLastCall = false;

  constructor(stream: HubStream, response: ServerResponse) {
    this.mark = `: ${stream.id}\n\n`;
    this.#stream = stream;
    this.#response = response;
  }

  begin(first: Uint8Array): void {
    if (this.#stream.facts.isCompressed) announceEncoding(this.#response);
    if (this.#stream.stream.isOthers || !mayBeDirect(this.#response) || this.#response.socket === null) {
      this.#isOver = true;
      return;
    }
    this.#first = new FirstChunk(this.#response.socket, first);
    this.#first.onKnown = () => this.#proceed();
  }

  /** Who reads on has passed the first chunk on, so it is on the socket by now or soon, or somewhere else. */
  holds(): boolean {
    if (this.#isOver || this.#first === undefined) return false;
    if (this.#first.state === "awaited" && !this.#isLastCall) {
      this.#isLastCall = true;
      setImmediate(() => this.#first?.stop());
    }
    return true;
  }

  #proceed(): void {
    const { socket } = this.#response;
    if (this.#first?.state !== "proven" || socket === null) this.#giveUp();
    else whenFlushed(socket, (hasLeft) => (hasLeft ? this.#divert() : this.#giveUp()));
  }

  #divert(): void {
    const response = this.#response;
    const isOurs = !this.#stream.stream.isOthers && !response.writableEnded;
    const descriptor = isOurs ? descriptorOf(response.socket) : -1;
    const onEnd = (isWhole: boolean) => {
      if (!isWhole) response.destroy(); // half a chunk may be out: only the connection's end is clear to the client
    };
    if (descriptor < 0 || !this.#stream.divert({ descriptor, onEnd })) this.#giveUp();
    else guardEnd(response, this.#stream);
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#stream.resume();
  }
}

// In Next.js, whose route handlers get no Node response, the streams find it themselves. Here and not in index.ts: bundlers
// leave out a module that only passes on what others export.
if (process.env.NEXT_RUNTIME === "nodejs") watchRequests();
