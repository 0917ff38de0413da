import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import type { DeclineReason } from "../observe/takeover-counts.js";
import type { BodyWatch } from "../stream/body-watch.js";
import type { HubStream } from "../stream/hub-stream.js";
import { giveSocket } from "./give-socket.js";
import { TakenResponse } from "./taken-response.js";
import { Takeover, type TakeoverDriver } from "./takeover.js";

/**
 * Lets the core take over a stream whose body a server pipes into its response, as Next.js does with what a route handler
 * returns. Where the stream is compressed, the response says so, whatever becomes of the handler's own headers.
 *
 * @param isEnabled - the option `direct`.
 */
export function watchPipedBody(stream: HubStream, response: ServerResponse, isEnabled: boolean): void {
  const watch = new PipedBody(stream, response, isEnabled);
  const isProving = watch.takeover.stage === "proving";
  if (isProving || stream.facts.isCompressed) stream.bodyWatch = watch;
  if (isProving) stream.onCut = () => watch.cut();
}

/** The driver of a takeover where a server pipes the body: the server writes the first chunk, keeps the socket, and ends the body. */
export class PipedBody implements BodyWatch, TakeoverDriver {
  readonly takeover: Takeover;
  readonly mark: string;
  readonly #stream: HubStream;
  readonly #response: ServerResponse;
  #hasBegun = false;
  /** It is not known yet whether Node is to write the second chunk. */
  #isWaiting = false;
  #isLastCall = false;

  constructor(stream: HubStream, response: ServerResponse, isEnabled: boolean) {
    this.#stream = stream;
    this.#response = response;
    this.takeover = new Takeover(stream, response, isEnabled, this);
    this.mark = this.takeover.stage === "proving" ? `: ${stream.id}\n\n` : "";
  }

  onFirst(chunk: Uint8Array): void {
    this.#hasBegun = true;
    if (this.#stream.facts.isCompressed) this.#announceEncoding();
    this.takeover.expectFirstChunk(chunk, () => void this.#onKnown());
    this.#isWaiting = this.takeover.stage === "proving";
    this.#forgetIfDeclined();
  }

  holdsBack(): boolean {
    if (!this.#hasBegun) return false;
    if (!this.#isWaiting) {
      const isTaken = this.takeover.tryNow();
      this.#forgetIfDeclined();
      return isTaken;
    }
    // The reader that asks for more has passed the first chunk on, so it is on the socket soon, or it was delayed.
    if (!this.#isLastCall) {
      this.#isLastCall = true;
      setImmediate(() => this.takeover.stopProving());
    }
    return true;
  }

  /** The stream was cut. So is the response, if it was seen to carry the stream; otherwise it may have another body. */
  cut(): void {
    if (this.takeover.stage === "flushing") this.#response.destroy();
  }

  obstacle(): DeclineReason | undefined {
    return this.#stream.stream.isOthers ? "bodyRead" : undefined;
  }

  uncovered<Seen>(look: () => Seen): Seen {
    return look();
  }

  take(descriptor: number): boolean {
    const taken = new TakenResponse(this.#response, this.#stream, endedByServer);
    const isTaken = this.#stream.takeOver(giveSocket(descriptor), taken);
    if (isTaken) taken.begin();
    return isTaken;
  }

  async #onKnown(): Promise<void> {
    const isTaken = await this.takeover.tryInTime();
    this.#isWaiting = false;
    this.#forgetIfDeclined();
    if (!isTaken) this.#stream.onReadable();
  }

  /** A stream that Node writes for good needs no watch: thousands may idle. */
  #forgetIfDeclined(): void {
    if (this.takeover.stage !== "declined") return;
    this.#stream.bodyWatch = undefined;
    this.#stream.onCut = undefined;
  }

  /** The head leaves with the first chunk, so it can still be changed. */
  #announceEncoding(): void {
    const response = this.#response;
    if (!response.headersSent && !response.hasHeader("content-encoding")) {
      response.setHeader("Content-Encoding", "gzip");
    }
  }
}

/** The server sees the end of the body that it pipes. */
function endedByServer(): void {}
