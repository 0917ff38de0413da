import type { ConnectionId, NativeCloseReason, NativeHub } from "../core/native.js";
import { SSEError } from "../shared/errors.js";
import { requireString } from "./arguments.js";
import { callUser } from "./call.js";
import { type Environment, environment, type Reader, type StreamOfSend } from "./environment.js";
import { accepted, type SendReceipt, type SSEMessage, toNativeEvent } from "./message.js";
import {
  type CloseReason,
  heartbeatEveryMs,
  type RequestLike,
  type StreamOptions,
  toNativeOpenOptions,
} from "./options.js";

/**
 * A stream of events to one client.
 *
 * @example
 * const stream = createSSEStream({ request });
 * stream.send({ event: "progress", data: { done: 1, of: 10 } });
 * return sseResponse(stream);
 */
export interface SSEStream {
  /** The bytes, for a `Response`. Nothing is produced before somebody reads. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Names the stream in this process. */
  readonly id: string;
  /** Resolves with the reason when the stream has ended; never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Aborts when the stream has ended: hand it to what produces the events. */
  readonly signal: AbortSignal;
  /**
   * Sends one event to this client only. Needs no `this`, so it can be passed to {@link registerConnection}. What is to
   * survive a reconnect belongs in a channel: a client that is cut does not get a stream's own events again.
   *
   * @throws SSEError `STREAM_CLOSED` after the end; `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE` or `OVERLOADED`
   *   for this message alone: the stream goes on.
   */
  readonly send: (message: SSEMessage) => SendReceipt;
  /** Sends a comment, which clients ignore. Throws `STREAM_CLOSED` after the end. */
  readonly comment: (text: string) => void;
  /** Sends what is left, then ends the stream. Idempotent. */
  readonly close: (reason?: CloseReason) => void;
}

/** What {@link sseResponse} tells the client about a stream. */
export interface StreamFacts {
  readonly traceId: string | undefined;
  readonly maxDurationMs: number | undefined;
  readonly heartbeatMs: number | undefined;
}

/** A stream whose bytes JavaScript pulls from the hub. The client's end is noticed in three ways that all lead to #finish. */
export class HubStream implements SSEStream, Reader {
  readonly stream: ReadableStream<Uint8Array>;
  readonly id: string;
  readonly closed: Promise<CloseReason>;
  readonly signal: AbortSignal;
  readonly facts: StreamFacts;
  readonly #hub: NativeHub;
  readonly #connection: ConnectionId;
  readonly #environment: Environment;
  readonly #abort = new AbortController();
  readonly #ofSend: StreamOfSend;
  readonly #request: RequestLike | undefined;
  readonly #onClose: ((reason: CloseReason) => void) | undefined;
  #resolveClosed: (reason: CloseReason) => void = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wantsBytes = false;
  #hasEnded = false;

  constructor(hubName: string, hub: NativeHub, options: StreamOptions) {
    const native = toNativeOpenOptions(options);
    if (options.traceId !== undefined) requireString("traceId", options.traceId);
    this.#environment = environment();
    this.#hub = hub;
    const connection = hub.open(this.#environment.id, native);
    if (connection === null) {
      throw new SSEError("SERVER_FULL", "The hub has as many connections as limits.connections allows (default 10000)");
    }
    this.#connection = connection;
    this.id = `s${connection}`;
    this.facts = {
      traceId: options.traceId,
      maxDurationMs: options.maxDurationMs,
      heartbeatMs: heartbeatEveryMs(options.heartbeat),
    };
    this.signal = this.#abort.signal;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // Nothing is read ahead: what a client has not taken stays in the logs, where its lag can be judged.
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#finish("disconnected"),
      },
      { highWaterMark: 0 },
    );
    this.#request = options.request;
    this.#onClose = options.onClose;
    this.#ofSend = { hub: hubName, connection, hasGone: false };
    this.#environment.streams.set(this.send, this.#ofSend);
    this.#environment.add(connection, this);
    this.#request?.signal?.addEventListener("abort", this.#onRequestAbort, { once: true });
    // Next.js answers HEAD with the GET handler and throws the body away without a word.
    if (this.#request?.signal?.aborted === true || this.#request?.method === "HEAD") this.#finish("disconnected");
  }

  readonly send = (message: SSEMessage): SendReceipt => {
    const event = toNativeEvent(message);
    const { id } = accepted(this.#hub.send(this.#connection, event));
    return { id };
  };

  readonly comment = (text: string): void => {
    requireString("text", text);
    accepted(this.#hub.comment(this.#connection, text));
  };

  readonly close = (reason: CloseReason = "closed"): void => {
    requireString("reason", reason);
    if (this.#hasEnded) return;
    this.#take();
    this.#finish(reason);
  };

  onReadable(): void {
    if (this.#wantsBytes) this.#pull();
  }

  onClosing(reason: NativeCloseReason): void {
    if (reason === "duration_cap") this.#take();
    this.#finish(reason);
  }

  #pull(): void {
    this.#wantsBytes = !this.#take();
  }

  /** Hands everything there is to the stream as one chunk; says whether there was anything. */
  #take(): boolean {
    const bytes = this.#hub.read(this.#connection);
    if (bytes === null) return false;
    try {
      this.#controller?.enqueue(bytes);
    } catch {
      this.#finish("disconnected");
    }
    return true;
  }

  readonly #onRequestAbort = (): void => this.#finish("disconnected");

  #finish(reason: CloseReason): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ofSend.hasGone = reason === "disconnected";
    this.#request?.signal?.removeEventListener("abort", this.#onRequestAbort);
    this.#hub.close(this.#connection);
    this.#environment.remove(this.#connection);
    try {
      this.#controller?.close();
    } catch {
      // The reader has cancelled or errored the stream already: it is as closed as it can be.
    }
    this.#resolveClosed(reason);
    this.#abort.abort(reason);
    callUser(this.#onClose, reason);
  }
}
