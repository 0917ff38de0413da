import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import { responseNow, responseToWriteTo, writeToSockets } from "../http/requests.js";
import type { HubStream } from "../stream/stream.js";
import { descriptorOf, FirstChunk, mayBeDirect } from "./first-chunk.js";
import { flushed, isFlushed } from "./flushed.js";
import type { Shortcut } from "./outlet.js";
import { beginTakeover, endTakeover } from "./takeover.js";

/** Whether a stream's answer may say that it is compressed: Next.js drops the Content-Encoding of a handler's response. */
export function mayBeEncoded(): boolean {
  return process.env.NEXT_RUNTIME === undefined || responseNow() !== undefined;
}

/**
 * Lets a stream find its way around JavaScript if it is the answer to the request that is being handled and may be written
 * `directly`; and has the answer say that it is compressed, whatever becomes of the handler's headers.
 */
export function shorten(stream: HubStream, directly: boolean): void {
  const response = responseToWriteTo();
  if (response === undefined) return;
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
  /**
   * The core may write once the first chunk is proven and the socket empty (`held`); until a slow client has taken what waits
   * for it (`pulled`), the server writes; or it does for good (`over`).
   */
  #stage: "held" | "pulled" | "over" = "held";
  #isLastCall = false;

  constructor(stream: HubStream, response: ServerResponse) {
    this.mark = `: ${stream.id}\n\n`;
    this.#stream = stream;
    this.#response = response;
  }

  begin(first: Uint8Array): void {
    if (this.#stream.facts.isCompressed) announceEncoding(this.#response);
    if (this.#stream.stream.isOthers || !mayBeDirect(this.#response) || this.#response.socket === null) {
      this.#stage = "over";
      return;
    }
    this.#first = new FirstChunk(this.#response, this.#response.socket, first);
    this.#first.onKnown = () => void this.#proceed();
  }

  /** Who reads on has passed the first chunk on, so it is on the socket by now or soon, or somewhere else. */
  holds(): boolean {
    if (this.#stage === "over" || this.#first === undefined) return false;
    if (this.#stage === "pulled") return this.#isFlushed() && this.#takeOver();
    if (this.#first.state === "awaited" && !this.#isLastCall) {
      this.#isLastCall = true;
      setImmediate(() => this.#first?.stop());
    }
    return true;
  }

  async #proceed(): Promise<void> {
    const { socket } = this.#response;
    if (this.#first?.state !== "proven" || socket === null) this.#stage = "over";
    else if (!(await flushed(socket))) this.#stage = "pulled";
    else this.#takeOver();
    if (!this.#stream.isTakenOver) this.#stream.resume();
  }

  #isFlushed(): boolean {
    const { socket } = this.#response;
    return socket !== null && isFlushed(socket);
  }

  /** Says whether the core writes from now on; if not, it never will. */
  #takeOver(): boolean {
    this.#stage = "over";
    const response = this.#response;
    if (this.#first?.holds() !== true || this.#stream.stream.isOthers || response.writableEnded) return false;
    const descriptor = descriptorOf(response.socket);
    const onEnd = (isWhole: boolean) => {
      if (!isWhole) response.destroy(); // half a chunk may be out: only the connection's end is clear to the client
    };
    if (descriptor < 0 || !this.#stream.divert({ descriptor, onEnd })) return false;
    const before = this.#stream.beforeEnd;
    beginTakeover(response, this.#stream);
    this.#stream.beforeEnd = (stream) => {
      endTakeover(response);
      before?.(stream);
    };
    return true;
  }
}

// In Next.js, whose route handlers get no Node response, the streams find it themselves. Here and not in index.ts: bundlers
// leave out a module that only passes on what others export.
if (process.env.NEXT_RUNTIME === "nodejs") writeToSockets();
