import type { ConnectionId, NativeCloseReason, NativeHub } from "../../native/binding.js";
import { requireReason, requireString } from "../../shared/arguments.js";
import { type AuthorizeContext, ask } from "../access/authorize.js";
import { accepted, opened, type SendReceipt, type SSEMessage, toNativeEvent } from "../content/message.js";
import { isRefusal } from "../http/refusal.js";
import { type Environment, environment, type Reader, type StreamOfSend } from "../lifecycle/environment.js";
import { callUser } from "../observe/call.js";
import { emitHubEvent } from "../observe/hub-events.js";
import { reportError } from "../observe/report.js";
import type { Outlet, Shortcut } from "../takeover/outlet.js";
import { Body } from "./body.js";
import {
  type CloseReason,
  DEFAULT_STALL_MS,
  heartbeatEveryMs,
  type StreamFacts,
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
  /** The bytes, for a `Response`; {@link sseResponse} takes them with or without the stream around them. Nothing is produced before somebody reads. Of an attached stream: nothing at all. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Names the stream in this process. */
  readonly id: string;
  /** Resolves with the reason when the stream has ended; never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Aborts when the stream has ended: hand it to what produces the events. */
  readonly signal: AbortSignal;
  /**
   * Sends one event to this client only. Needs no `this`, so it can be passed to {@link registerConnection}. What is to
   * survive a reconnect belongs in a channel: a client that is cut does not get a stream's own events again. When the client
   * has gone, or the stream has ended otherwise by itself, nothing is sent and the receipt's `id` is `null`: what produces the
   * events sees it by `signal`.
   *
   * @throws SSEError `STREAM_CLOSED` after `close`; `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE` or `OVERLOADED`
   *   for this message alone: the stream goes on.
   */
  readonly send: (message: SSEMessage) => SendReceipt;
  /** Sends a comment, which clients ignore; it has no id. Throws `STREAM_CLOSED` after `close`. */
  readonly comment: (text: string) => SendReceipt;
  /**
   * Sends what is left, then ends the stream. The client is told the reason, and does not come back: its stream is complete.
   * Idempotent.
   *
   * @param reason - for the client's `close` event and `closed`, at most 1,024 characters. Default `"closed"`.
   */
  readonly close: (reason?: CloseReason) => void;
}

let lastFacts: StreamFacts | undefined;

/** Thousands of streams mostly have the same. */
function shared(facts: StreamFacts): StreamFacts {
  const isSame = (name: keyof StreamFacts) => lastFacts?.[name] === facts[name];
  if (!(Object.keys(facts) as (keyof StreamFacts)[]).every(isSame)) lastFacts = facts;
  return lastFacts ?? facts;
}

/** The largest chunk that is made for a reader, in bytes: a slow one holds so much of Node's memory, and no history. */
const CHUNK_BYTES = 128 * 1024;
/** The same until it has caught up for the first time: a thousand who read a history may be slow. */
const FIRST_CHUNKS_BYTES = 16 * 1024;
/** What is sent through Node before the core may take over; the rest of a larger snapshot follows by the way that is found. */
const FIRST_CHUNK_BYTES = 16 * 1024;

/** A stream that an authorizer is asked for while it is open is cut if there is no answer by then. */
const LONGEST_ASKING_MS = 5000;

const NO_TYPES: readonly string[] = [];

/** Reasons for which a client still gets what is left. */
const WHOLE = new Set<CloseReason>(["closed", "duration_cap", "completed", "draining"]);

/**
 * A stream whose bytes JavaScript pulls from the hub, or a reactor writes to a socket. Ten thousand of them may idle, so
 * what not everybody uses is made when it is asked for. The client's end is noticed in several ways that all lead to #finish.
 */
export class HubStream implements SSEStream, Reader {
  readonly facts: StreamFacts;
  /** Leads the bytes around JavaScript, if it can; set before the stream is read. */
  shortcut: Shortcut | undefined;
  /** Its snapshot is being made: if it ends meanwhile, its client is told nothing. */
  isOpening = false;
  /** Called at its end, before Node ends the response. */
  beforeEnd: ((stream: HubStream) => void) | undefined;
  readonly #hubName: string;
  readonly #hub: NativeHub;
  readonly #connection: ConnectionId;
  readonly #environment: Environment;
  readonly #stallMs: number;
  /** Opened without an authorizer: with what one would have been asked, or that this was not kept. */
  #unasked: AuthorizeContext | "unknown" | undefined;
  #forgetSignal: (() => void) | undefined;
  readonly #onClose: ((reason: CloseReason) => void) | undefined;
  #send: SSEStream["send"] | undefined;
  #ofSend: StreamOfSend | undefined;
  #abort: AbortController | undefined;
  #closed: { readonly promise: Promise<CloseReason>; readonly resolve: (reason: CloseReason) => void } | undefined;
  #body: Body | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #isDiverted = false;
  #onSocketEnd: Outlet["onEnd"];
  #wantsBytes = false;
  #hasGivenBytes = false;
  #hasCaughtUp = false;
  #wantedReason: CloseReason | undefined;
  /** By the application. */
  #isClosed = false;
  /** The hub gives it nothing new; what is left is given to who reads it. */
  #isEnding = false;
  #endReason: CloseReason | undefined;
  #closeAfter = NO_TYPES;
  #isAnnounced = false;

  /** @param options - which were checked. */
  constructor(hubName: string, hub: NativeHub, options: StreamOptions) {
    const native = toNativeOpenOptions(options);
    this.#hubName = hubName;
    this.#hub = hub;
    this.#environment = environment();
    this.#connection = opened(hub.open(this.#environment.id, native));
    if (native.closeAfter.length > 0) this.#closeAfter = native.closeAfter;
    this.#stallMs = options.lag?.stallMs ?? DEFAULT_STALL_MS;
    this.facts = shared({
      traceId: options.traceId,
      maxDurationMs: options.maxDurationMs,
      heartbeatMs: heartbeatEveryMs(options.heartbeat),
      isCompressed: native.isCompressed,
    });
    // Only what is needed to the end: a Node request is most of an idle connection's memory.
    if (options.request?.signal !== undefined) this.#watchSignal(options.request.signal);
    this.#onClose = options.onClose;
    this.#environment.add(this.#connection, this);
    // Next.js answers HEAD with the GET handler and throws the body away without a word.
    if (options.request?.signal?.aborted === true || options.request?.method === "HEAD") this.#finish("disconnected");
  }

  get id(): string {
    return `s${this.#connection}`;
  }

  get connection(): ConnectionId {
    return this.#connection;
  }

  get stream(): Body {
    // Nothing is read ahead: what a client has not taken stays in the logs, where its lag can be judged.
    this.#body ??= new Body(
      this,
      {
        start: (controller) => {
          this.#controller = controller;
          if (this.#isDiverted || this.#endReason !== undefined) controller.close();
        },
        pull: () => this.#pull(),
        cancel: () => this.#finish("disconnected"),
      },
      { highWaterMark: 0 },
    );
    return this.#body;
  }

  get closed(): Promise<CloseReason> {
    if (this.#closed === undefined) {
      let resolve: (reason: CloseReason) => void = () => {};
      const promise = new Promise<CloseReason>((fulfil) => {
        resolve = fulfil;
      });
      this.#closed = { promise, resolve };
      if (this.#endReason !== undefined) resolve(this.#endReason);
    }
    return this.#closed.promise;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#endReason !== undefined) this.#abort.abort(this.#endReason);
    }
    return this.#abort.signal;
  }

  /** Whether it has ended, without making a signal for the question. */
  get hasEnded(): boolean {
    return this.#endReason !== undefined;
  }

  get endReason(): CloseReason | undefined {
    return this.#endReason;
  }

  /** Whether the core writes to its socket. */
  get isTakenOver(): boolean {
    return this.#isDiverted && this.#endReason === undefined;
  }

  get send(): SSEStream["send"] {
    if (this.#send === undefined) {
      const { sends } = this.#environment;
      const ofSend = {
        hub: this.#hubName,
        connection: this.#connection,
        isClosed: this.#isClosed,
        closeAfter: this.#closeAfter,
      };
      this.#ofSend = ofSend;
      this.#send = (message) => {
        const { event, id, data, isRaw, retry } = toNativeEvent(message);
        const outcome = this.#hub.send(this.#connection, event, id, data, isRaw, retry);
        const hasGone = outcome === "closed" && !ofSend.isClosed;
        sends[hasGone ? "gone" : "open"]++;
        return hasGone ? { id: null } : { id: accepted(outcome).id };
      };
      this.#environment.streams.set(this.#send, ofSend);
    }
    return this.#send;
  }

  get comment(): SSEStream["comment"] {
    return (text) => {
      requireString("text", text);
      const outcome = this.#hub.comment(this.#connection, text);
      if (outcome !== "closed" || this.#isClosed) accepted(outcome);
      return { id: null };
    };
  }

  get close(): SSEStream["close"] {
    return (reason = "closed") => {
      requireReason(reason);
      if (this.#endReason !== undefined || this.#wantedReason !== undefined) return;
      this.#wantedReason = reason;
      this.#isClosed = true;
      if (this.#ofSend !== undefined) this.#ofSend.isClosed = true;
      this.#hub.end(this.#connection, false, reason);
      if (!this.#isDiverted) this.#end();
    };
  }

  /** The cursor of a client that begins here and has nothing yet; `null` if it came with one, or a snapshot is to come first. */
  get beginning(): string | null {
    return this.#hub.beginning(this.#connection);
  }

  /** The first bytes, which set the client's cursor, and none of the history. */
  takeFirst(): Uint8Array<ArrayBuffer> {
    return this.#hub.readNotice(this.#connection, FIRST_CHUNK_BYTES) ?? new Uint8Array(0);
  }

  /** From now on a reactor writes the bytes; says whether it does. Everything that was read before must have left. */
  divert({ descriptor, onEnd }: Outlet): boolean {
    if (this.#endReason !== undefined) return false;
    const isHandedOver = onEnd === undefined;
    const environmentId = this.#environment.id;
    if (!this.#hub.adopt(this.#connection, environmentId, descriptor, isHandedOver, this.#stallMs)) return false;
    this.#isDiverted = true;
    this.#onSocketEnd = onEnd;
    if (isHandedOver) this.#environment.holdSocket();
    return true;
  }

  /** Tells the hub's listeners of the stream, and then of its end. */
  announce(channels: readonly string[], userId: string | undefined): void {
    this.#isAnnounced = true;
    emitHubEvent(this.#hubName, "connection", { id: this.id, channels, userId });
  }

  /** Nobody reads it: it ends at once, and what is left goes with it. */
  abandon(reason: CloseReason): void {
    this.#finish(reason);
  }

  /** The client has gone: nobody is to be sent anything any more. */
  leave(): void {
    this.#finish("disconnected");
  }

  /** Whoever else watches for the client's end. */
  forgetSignal(): void {
    this.#forgetSignal?.();
    this.#forgetSignal = undefined;
  }

  /** Puts bytes of the application's own in line with the events. A stream that has no room for them cannot go on. */
  write(bytes: Uint8Array): void {
    const outcome = this.#hub.write(this.#connection, bytes);
    if (outcome === "tooLarge" || outcome === "overloaded") this.leave();
  }

  /** Whether something waits to be read. */
  get hasBacklog(): boolean {
    return this.#endReason === undefined && this.#hub.hasPending(this.#connection);
  }

  /** Gives what there is to who waits for it. */
  resume(): void {
    if (this.#wantsBytes) this.#pull();
  }

  onReadable(): void {
    this.resume();
  }

  onClosing(reason: NativeCloseReason): void {
    if (this.#isDiverted) return; // the reactor that is about to take it over is told so, too
    if (this.isOpening || !WHOLE.has(reason)) this.#finish(reason);
    else if (!this.#isEnding) {
      this.#wantedReason ??= reason;
      this.#end();
    }
  }

  onSocketClosed(reason: NativeCloseReason): void {
    this.#finish(reason === "closed" ? (this.#wantedReason ?? reason) : reason, WHOLE.has(reason));
  }

  /** Nobody was asked whether its client may read: when an authorizer comes, it is. */
  mayBeAskedFor(context: AuthorizeContext): void {
    this.#unasked = this.#environment.keepContext() ? context : "unknown";
  }

  onAuthorizer(): void {
    if (this.#unasked === undefined || !this.#hub.hasAuthorizer()) return;
    const context = this.#forgetContext();
    const authorize = this.#environment.hub(this.#hubName).authorize;
    const refuse = () => this.#finish("refused");
    if (authorize === undefined || context === "unknown" || context === undefined) {
      refuse();
      return;
    }
    const timer = setTimeout(refuse, LONGEST_ASKING_MS);
    timer.unref?.();
    ask(this.#hubName, authorize, context)
      .catch((error: unknown) => {
        if (!isRefusal(error)) reportError(this.#hubName, "authorize", error, context.channels);
        refuse();
      })
      .finally(() => clearTimeout(timer));
  }

  #forgetContext(): AuthorizeContext | "unknown" | undefined {
    const context = this.#unasked;
    this.#unasked = undefined;
    if (typeof context === "object") this.#environment.releaseContext();
    return context;
  }

  #pull(): void {
    if (this.#isDiverted || this.shortcut?.holds() === true) this.#wantsBytes = true;
    else if (this.#isEnding) this.#takeLast();
    else this.#wantsBytes = !this.#take();
  }

  /** Gives what is left: at once if it is little, else as far as it is read. */
  #end(): void {
    this.#isEnding = true;
    this.#takeLast();
  }

  #takeLast(): void {
    this.#take();
    if (this.#endReason !== undefined || this.#hub.hasPending(this.#connection)) return;
    const end = this.#hub.finish(this.#connection);
    try {
      if (end !== null) this.#controller?.enqueue(end);
    } catch {
      // Nobody reads it any more.
    }
    this.#finish(this.#wantedReason ?? "closed");
  }

  /** Hands the next chunk to the stream; says whether there was anything. */
  #take(): boolean {
    const isFirst = !this.#hasGivenBytes && this.shortcut !== undefined;
    let bytes = isFirst
      ? this.#hub.readNotice(this.#connection, FIRST_CHUNK_BYTES)
      : this.#hub.read(this.#connection, this.#hasCaughtUp ? CHUNK_BYTES : FIRST_CHUNKS_BYTES);
    this.#hasCaughtUp ||= !isFirst && (bytes?.length ?? 0) < FIRST_CHUNKS_BYTES;
    if (isFirst && !this.facts.isCompressed) {
      bytes = Buffer.concat([Buffer.from(this.shortcut?.mark ?? ""), bytes ?? new Uint8Array(0)]);
    }
    if (bytes === null) return false;
    void this.stream; // what is sent before the body is asked for is in it all the same
    try {
      this.#hasGivenBytes = true;
      if (isFirst) this.shortcut?.begin(bytes);
      this.#controller?.enqueue(bytes);
    } catch {
      this.#finish("disconnected");
    }
    return true;
  }

  #watchSignal(signal: AbortSignal): void {
    const onAbort = () => this.leave();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#forgetSignal = () => signal.removeEventListener("abort", onAbort);
  }

  #finish(reason: CloseReason, isWhole = false): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#forgetContext();
    this.#forgetSignal?.();
    // A reactor's connection is the reactor's to close; one that is closed already is not there any more.
    if (!this.#isDiverted) this.#hub.close(this.#connection);
    else this.#hub.end(this.#connection, true);
    this.#environment.remove(this.#connection);
    if (this.#isDiverted && this.#onSocketEnd === undefined) this.#environment.releaseSocket();
    try {
      if (!this.#isDiverted || isWhole) this.#controller?.close();
    } catch {
      // The reader has cancelled or errored the stream already: it is as closed as it can be.
    }
    this.beforeEnd?.(this);
    this.#onSocketEnd?.(isWhole);
    this.#closed?.resolve(reason);
    this.#abort?.abort(reason);
    callUser(this.#hubName, "onClose", this.#onClose, reason);
    if (this.#isAnnounced) emitHubEvent(this.#hubName, "close", { id: this.id, reason });
  }
}
