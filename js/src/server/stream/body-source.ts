import type { ConnectionId, NativeHub } from "../../native/binding.js";
import type { CloseReason } from "../observe/close-reason.js";
import { Body, type StreamHead } from "./body.js";
import type { BodyWatch } from "./body-watch.js";
import type { StreamStage } from "./stream-stage.js";

/** The largest chunk for a reader, in bytes: a slow reader holds so much of Node's memory, and no history. */
const CHUNK_BYTES = 128 * 1024;
/** The same until the reader has caught up for the first time: a thousand readers of a history may be slow. */
const CATCHING_UP_BYTES = 16 * 1024;
/** What is sent through Node before the core may take over; the rest of a larger snapshot follows it. */
export const FIRST_CHUNK_BYTES = 16 * 1024;

/** What the source of a body needs of its stream. */
interface PulledStream extends StreamHead {
  readonly connection: ConnectionId;
  readonly bodyWatch: BodyWatch | undefined;
  readonly stage: StreamStage;
  /** The reader has cancelled the body. */
  leave(): void;
  /** The reader has got everything. */
  end(): void;
}

/** Gives a stream's bytes to whoever reads its body. */
export class BodySource {
  readonly body: Body;
  readonly #stream: PulledStream;
  readonly #hub: NativeHub;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #progress: "first chunk" | "catching up" | "caught up" = "first chunk";
  /** The reader waits for bytes. */
  #isReadPending = false;

  constructor(stream: PulledStream, hub: NativeHub) {
    this.#stream = stream;
    this.#hub = hub;
    // Nothing is read ahead: what a client has not taken stays in the logs, where its lag can be judged.
    this.body = new Body(
      stream,
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => stream.leave(),
      },
      { highWaterMark: 0 },
    );
    if (!["pulled", "ending"].includes(stream.stage)) this.close();
  }

  /** Gives what there is to a reader that waits for it. */
  resume(): void {
    if (this.#isReadPending) this.#pull();
  }

  /** Gives what is left, as far as it is read, and then the end. */
  giveRest(): void {
    this.#take();
    const { connection, stage } = this.#stream;
    if (stage !== "ending" || this.#hub.hasPending(connection)) return;
    const end = this.#hub.finish(connection);
    try {
      if (end !== null) this.#controller?.enqueue(end);
    } catch {
      // Nobody reads it any more.
    }
    this.#stream.end();
  }

  /**
   * Ends the body before it is whole. A body that a server pipes fails, so that the server cuts its response. Code that reads
   * the body itself may not expect that, and sees the end.
   */
  cut(reason: CloseReason): void {
    if (this.body.locked && !this.body.isOthers) {
      // Servers do not log an AbortError as a fault of the application.
      this.#controller?.error(new DOMException(`The stream was cut: ${reason}`, "AbortError"));
    } else {
      this.close();
    }
  }

  close(): void {
    try {
      this.#controller?.close();
    } catch {
      // The reader has cancelled or failed the body already.
    }
  }

  #pull(): void {
    const { stage, bodyWatch } = this.#stream;
    if (stage === "ending") this.giveRest();
    else if (stage !== "pulled" || bodyWatch?.holdsBack() === true) this.#isReadPending = true;
    else this.#isReadPending = !this.#take();
  }

  /** Gives the next chunk to the body; says whether there was one. */
  #take(): boolean {
    const watch = this.#progress === "first chunk" ? this.#stream.bodyWatch : undefined;
    const bytes = watch === undefined ? this.#nextChunk() : this.#firstChunk(watch);
    if (bytes === null) return false;
    try {
      if (watch !== undefined) {
        this.#progress = "catching up";
        watch.onFirst(bytes);
      }
      this.#controller?.enqueue(bytes);
    } catch {
      this.#stream.leave();
    }
    return true;
  }

  #firstChunk({ mark }: BodyWatch): Uint8Array<ArrayBuffer> | null {
    const { connection, facts } = this.#stream;
    const bytes = this.#hub.readNotice(connection, FIRST_CHUNK_BYTES);
    return facts.isCompressed ? bytes : Buffer.concat([Buffer.from(mark), bytes ?? new Uint8Array(0)]);
  }

  #nextChunk(): Uint8Array<ArrayBuffer> | null {
    const mostBytes = this.#progress === "caught up" ? CHUNK_BYTES : CATCHING_UP_BYTES;
    const bytes = this.#hub.read(this.#stream.connection, mostBytes);
    if ((bytes?.length ?? 0) < CATCHING_UP_BYTES) this.#progress = "caught up";
    return bytes;
  }
}
