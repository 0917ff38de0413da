import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2Stream } from "node:http2";
import { setImmediate } from "node:timers";
import type { DeclineReason } from "../observe/takeover-counts.js";
import type { HubStream } from "../stream/hub-stream.js";
import { giveSocket } from "./give-socket.js";
import { isOver } from "./is-over.js";
import { OwnWrites } from "./own-writes.js";
import { PeerWatch } from "./peer-watch.js";
import { tieToServer } from "./server-tie.js";
import { TakenResponse } from "./taken-response.js";
import { Takeover, type TakeoverDriver } from "./takeover.js";

export interface NodeWriterOptions {
  /** The option `direct`. */
  readonly isEnabled: boolean;
  /** The option `handOver`. Default: unless the application listens to what Node says of the socket. */
  readonly releaseSocket: boolean | undefined;
  /** Node has released the socket, and the core has it alone. */
  readonly onReleased: () => void;
}

/** Writes a stream to a Node response until the core takes over: the driver of a takeover where we write the first chunk. */
export class NodeWriter implements TakeoverDriver {
  readonly #stream: HubStream;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #options: NodeWriterOptions;
  /** Undefined once Node is to keep the socket: thousands may idle. */
  #watch: PeerWatch | undefined;
  readonly #ownWrites: OwnWrites;
  readonly #takeover: Takeover;

  constructor(stream: HubStream, req: IncomingMessage, res: ServerResponse, options: NodeWriterOptions) {
    this.#stream = stream;
    this.#req = req;
    this.#res = res;
    this.#options = options;
    stream.forgetSignal(); // the watch notices the client's end
    this.#watch = new PeerWatch(stream, req, res);
    this.#ownWrites = new OwnWrites(res, stream);
    this.#takeover = new Takeover(stream, res, options.isEnabled, this);
  }

  /** Whether Node is going to release the socket, from which it can read no further request then. */
  get willRelease(): boolean {
    return this.#takeover.stage === "proving" && this.#releasesSocket();
  }

  /** Writes the first chunk, behind the head, and then the rest. */
  begin(): void {
    this.#stream.onCut = () => cut(this.#res); // not before the head was written: else a refusal is the answer
    const first = this.#stream.takeFirst();
    if (first.length > 0) this.#takeover.writeFirstChunk(first);
    else {
      this.#takeover.decline(this.#stream.hasEnded ? "ended" : "noFirstChunk");
      this.#res.flushHeaders();
    }
    flush(this.#res);
    if (this.#takeover.stage === "declined") this.#watch = undefined;
    void this.#writeRest();
  }

  obstacle(): DeclineReason | undefined {
    return undefined;
  }

  uncovered<Seen>(look: () => Seen): Seen {
    this.#ownWrites.end();
    const seen = look();
    if (this.#takeover.stage !== "taken") this.#ownWrites.begin();
    return seen;
  }

  take(descriptor: number): boolean {
    const stream = this.#stream;
    const taken = new TakenResponse(this.#res, stream, endBody);
    const isReleased = this.#releasesSocket();
    // A stream whose socket Node has released must hold nothing of Node's: that is most of an idle connection's memory.
    if (!stream.takeOver(giveSocket(descriptor), isReleased ? undefined : taken)) return false;
    if (isReleased) {
      this.#options.onReleased();
      stream.beforeEnd = undefined;
      tieToServer(stream, this.#req.socket);
      this.#watch?.releaseSocket();
    }
    taken.begin();
    return true;
  }

  #releasesSocket(): boolean {
    return this.#options.releaseSocket ?? this.#watch?.isNeeded() === false;
  }

  /** Has the core write as soon as everything that Node has was sent; Node writes until then. */
  async #writeRest(): Promise<void> {
    const res = this.#res;
    this.#ownWrites.begin();
    try {
      // What the caller does next, in the same turn, may be to listen to the socket's events.
      if (this.#takeover.stage === "flushing") await new Promise((resolve) => setImmediate(resolve));
      if ((await this.#takeover.tryInTime()) || (await this.#isTakenWhileWriting())) return;
      this.#ownWrites.finish();
      if (this.#stream.stage === "cut") cut(res);
      else if (!isOver(res)) res.end();
    } catch {
      res.destroy(); // the application reads the stream itself
    } finally {
      this.#ownWrites.finish();
    }
    this.#stream.leave();
  }

  /** Has Node write until the stream or the response ends, or the core takes over; says whether it does. */
  async #isTakenWhileWriting(): Promise<boolean> {
    const res = this.#res;
    const reader = this.#stream.stream.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (isOver(res)) break;
      const hasRoom = this.#ownWrites.write(step.value);
      flush(res);
      // No read is pending now, so what the core is to write cannot be given to anybody else.
      if (await this.#takeover.tryInTime()) return true;
      if (!hasRoom && isFull(res)) await nextOf(res, ["drain", "close"]);
      this.#ownWrites.settle();
    }
    return false;
  }
}

function endBody(res: ServerResponse): void {
  if (res.writableEnded) res.destroy();
  else res.end();
}

/**
 * Ends the connection, or its stream of HTTP/2, so that the client sees that the body is not whole; not where the application has
 * ended the response.
 */
function cut(res: ServerResponse): void {
  if (res.writableEnded) return;
  const { stream } = res as { stream?: Http2Stream };
  if (stream === undefined || res.req.httpVersionMajor < 2) res.destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR); // a cancelled one would look whole to Node's client
}

/** HTTP/2's response does not say itself whether it will emit `drain`, but its stream does. */
function isFull(res: ServerResponse): boolean {
  const { stream } = res as { stream?: { readonly writableNeedDrain: boolean } };
  return res.writableNeedDrain ?? stream?.writableNeedDrain ?? false;
}

/** Sends what compression middleware still holds. */
function flush(res: ServerResponse): void {
  (res as { flush?: () => void }).flush?.();
}

function nextOf(res: ServerResponse, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) res.off(event, done);
      resolve();
    };
    for (const event of events) res.on(event, done);
    if (res.destroyed) done();
  });
}
