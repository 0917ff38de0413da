import type { ServerResponse } from "node:http";
import { countDeclined, countTaken, type DeclineReason } from "../observe/takeover-counts.js";
import type { HubStream } from "../stream/hub-stream.js";
import { FirstChunk, type FirstChunkOutcome } from "./first-chunk.js";
import { flushed, isFlushed } from "./flushed.js";
import { descriptorOf, socketObstacle } from "./socket-obstacle.js";

/**
 * - `proving`: the first chunk has not been seen on the socket as it was written.
 * - `flushing`: it was, and what Node has buffered has yet to leave. A slow client stays in this stage while Node writes for it.
 * - `taken`: the core writes to the socket.
 * - `declined`: Node writes, for good.
 */
export type TakeoverStage = "proving" | "flushing" | "taken" | "declined";

/** Writes a stream to a response while Node has the socket: this is where the two ways of answering differ. */
export interface TakeoverDriver {
  /** A reason of the driver's own for which the core must not write. */
  obstacle(): DeclineReason | undefined;
  /** Runs `look` while the driver's own functions are taken off the response. */
  uncovered<Seen>(look: () => Seen): Seen;
  /** Has the core write to the descriptor; says whether it does. */
  take(descriptor: number): boolean;
}

/** How the core comes to write a stream to a socket that Node has opened. */
export class Takeover {
  readonly #stream: HubStream;
  readonly #response: ServerResponse;
  readonly #driver: TakeoverDriver;
  #stage: TakeoverStage = "proving";
  #reason: DeclineReason | undefined;
  #firstChunk: FirstChunk | undefined;

  /** @param isEnabled - the option `direct`. */
  constructor(stream: HubStream, response: ServerResponse, isEnabled: boolean, driver: TakeoverDriver) {
    this.#stream = stream;
    this.#response = response;
    this.#driver = driver;
    const obstacle = isEnabled ? socketObstacle(response) : "disabled";
    if (obstacle !== undefined) this.decline(obstacle);
  }

  get stage(): TakeoverStage {
    return this.#stage;
  }

  /** Why it was declined. */
  get reason(): DeclineReason | undefined {
    return this.#reason;
  }

  /** Node is about to write the stream's first chunk to the response; `onKnown` is called when the stage changes. */
  expectFirstChunk(chunk: Uint8Array, onKnown?: () => void): void {
    if (this.#stage !== "proving") return;
    const { socket } = this.#response;
    const obstacle = this.#driver.obstacle() ?? socketObstacle(this.#response);
    if (obstacle !== undefined || socket === null) {
      this.decline(obstacle ?? "noSocket");
      return;
    }
    this.#firstChunk = new FirstChunk(this.#response, socket, chunk, (outcome) => {
      this.#onFirstChunk(outcome);
      onKnown?.();
    });
  }

  /** Writes the first chunk to the response, and follows it. */
  writeFirstChunk(chunk: Uint8Array): void {
    this.expectFirstChunk(chunk);
    if (this.#firstChunk === undefined) this.#response.write(chunk);
    else {
      this.#firstChunk.write();
      this.stopProving();
    }
  }

  /** A first chunk that was not seen by now was delayed on its way. */
  stopProving(): void {
    this.#firstChunk?.stop();
  }

  /** Takes over if Node has nothing left to write; says whether the core writes. */
  tryNow(): boolean {
    if (this.#stage !== "flushing") return this.#stage === "taken";
    this.#driver.uncovered(() => {
      const { socket } = this.#response;
      const obstacle = this.#obstacle();
      if (obstacle !== undefined) this.decline(obstacle);
      else if (socket !== null && isFlushed(socket)) this.#take(descriptorOf(socket));
    });
    return this.#hasTaken();
  }

  /** The same, and waits some seconds for that. A slower client may be tried again later. */
  async tryInTime(): Promise<boolean> {
    if (this.#stage !== "flushing") return false;
    const obstacle = this.#driver.uncovered(() => this.#obstacle());
    if (obstacle !== undefined) this.decline(obstacle);
    else if (this.#response.socket !== null) await flushed(this.#response.socket);
    return this.tryNow();
  }

  /** Node writes for good. */
  decline(reason: DeclineReason): void {
    if (this.#stage === "declined" || this.#stage === "taken") return;
    this.#stage = "declined";
    this.#reason = reason;
    this.#firstChunk = undefined;
    countDeclined(reason);
  }

  #onFirstChunk(outcome: FirstChunkOutcome): void {
    if (this.#stage !== "proving") return;
    const isEncoded = this.#response.hasHeader("content-encoding") && !this.#stream.facts.isCompressed;
    if (outcome !== "proven") this.decline(outcome);
    else if (isEncoded) this.decline("encoded");
    else this.#stage = "flushing";
  }

  /** Why the core must not write, although the first chunk was seen. */
  #obstacle(): DeclineReason | undefined {
    const { socket, writableEnded } = this.#response;
    if (this.#stream.hasEnded || writableEnded || socket === null || socket.destroyed || socket.writableEnded) {
      return "ended"; // what the stream sent before its end is in its body
    }
    if (this.#firstChunk?.isPathUnchanged() !== true) return "replacedFunction";
    return this.#driver.obstacle() ?? (descriptorOf(socket) < 0 ? "noDescriptor" : undefined);
  }

  #take(descriptor: number): void {
    if (!this.#driver.take(descriptor)) {
      this.decline("noReactor");
      return;
    }
    this.#stage = "taken";
    this.#firstChunk = undefined;
    countTaken();
  }

  #hasTaken(): boolean {
    return this.#stage === "taken";
  }
}
