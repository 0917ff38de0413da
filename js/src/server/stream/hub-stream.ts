import type { ConnectionId, NativeHub, NativeTally } from "../../native/binding.js";
import { requireReason, requireString } from "../../shared/arguments.js";
import type { NativeCloseReason } from "../../shared/close-reasons.js";
import { CLOSE_REASONS } from "../../shared/close-reasons.js";
import { accepted, opened } from "../content/message.js";
import { type Environment, environment, type Reader } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";
import { callUser } from "../observe/call.js";
import type { CloseReason } from "../observe/close-reason.js";
import { type AnnouncedStream, recordStream, type StreamRecord } from "../observe/stream-record.js";
import { madeUpTraceId, traceIdOf } from "../observe/trace.js";
import type { Body } from "./body.js";
import { BodySource, FIRST_CHUNK_BYTES } from "./body-source.js";
import type { BodyWatch } from "./body-watch.js";
import { type EndingEvents, endingEventsOf } from "./close-after.js";
import { EndSignal } from "./end-signal.js";
import { type HeaderFacts, sharedFacts } from "./header-facts.js";
import { onAbort } from "./on-abort.js";
import { DEFAULT_LAG, heartbeatEveryMs, type StreamKind, type StreamOptions, toNativeOpenOptions } from "./options.js";
import { makeSend, type StreamOfSend } from "./send-functions.js";
import type { SSEStream } from "./sse-stream.js";
import type { StreamAccess } from "./stream-access.js";
import type { StreamStage } from "./stream-stage.js";
import type { TakenSocket, TakenStream } from "./taken-socket.js";

/**
 * A stream whose bytes JavaScript pulls from the hub, or the core writes to a socket. Ten thousand of them may idle, so what
 * few applications use is made when it is asked for. The client's end is noticed in several ways, which all lead to #finish.
 */
export class HubStream implements SSEStream, Reader {
  readonly facts: HeaderFacts;
  readonly connection: ConnectionId;
  /** Set by the stream itself only. */
  stage: StreamStage = "pulled";
  /** Set before the stream is read. */
  bodyWatch: BodyWatch | undefined;
  /** Its snapshot is being made: if it ends meanwhile, its client is told nothing. */
  isOpening = false;
  /** Called at its end, before Node ends the response. */
  beforeEnd: ((stream: HubStream) => void) | undefined;
  /** What is kept to ask anew who may read it. */
  access: StreamAccess | undefined;
  /** Called when it is cut while Node writes it. */
  onCut: (() => void) | undefined;
  readonly #hubName: string;
  readonly #hub: NativeHub;
  readonly #environment: Environment;
  readonly #stallMs: number;
  readonly #onClose: ((reason: CloseReason) => void) | undefined;
  readonly #endingEvents: EndingEvents;
  /** Made when JavaScript reads it. */
  #source: BodySource | undefined;
  /** Undefined also where Node has released the socket that the core writes to. */
  #takenSocket: TakenSocket | undefined;
  #forgetSignal: (() => void) | undefined;
  #send: SSEStream["send"] | undefined;
  #ofSend: StreamOfSend | undefined;
  #end: EndSignal | undefined;
  #wantedReason: CloseReason | undefined;
  #endReason: CloseReason | undefined;
  /** By the application. */
  #isClosed = false;
  #record: StreamRecord | undefined;
  readonly #traceId: string | undefined;

  /**
   * @param options - which were checked.
   * @param isCompressed - whether the answer's headers say that it is.
   */
  constructor(hubName: string, options: StreamOptions, isCompressed: boolean, kind: StreamKind = "connection") {
    const native = toNativeOpenOptions(options, isCompressed, kind);
    this.#hubName = hubName;
    this.#environment = environment();
    this.#hub = this.#environment.hub(hubName);
    this.connection = opened(unlessStoreFailed(this.#hub, this.#hub.open(this.#environment.id, native)));
    if (options.facts != null) this.#hub.setFacts(this.connection, options.facts);
    this.#endingEvents = endingEventsOf(options.closeAfter);
    this.#stallMs = options.lag?.stallMs ?? DEFAULT_LAG.stallMs;
    this.facts = sharedFacts({
      maxDurationMs: options.maxDurationMs,
      heartbeatMs: heartbeatEveryMs(options.heartbeat),
      isCompressed,
    });
    const { request } = options;
    this.#traceId = options.traceId || traceIdOf(request);
    const { signal, method } = request ?? {};
    if (request && signal) this.#forgetSignal = onAbort(signal, request, () => this.leave());
    this.#onClose = options.onClose;
    this.#environment.add(this.connection, this);
    if (signal?.aborted === true) this.leave();
    // The answer to HEAD has no body; Next.js calls the GET handler for it and drops the body without reading it.
    else if (method === "HEAD") this.#finish("disconnected", true);
  }

  get id(): string {
    return `s${this.connection}`;
  }

  get traceId(): string {
    return this.#record?.traceId ?? this.#traceId ?? madeUpTraceId(this.connection);
  }

  get stream(): Body {
    return this.#bodySource().body;
  }

  get closed(): Promise<CloseReason> {
    return this.#endNotice().closed;
  }

  get signal(): AbortSignal {
    return this.#endNotice().signal;
  }

  /** Whether it has ended. Reading this creates no AbortController. */
  get hasEnded(): boolean {
    return this.#endReason !== undefined;
  }

  get endReason(): CloseReason | undefined {
    return this.#endReason;
  }

  get send(): SSEStream["send"] {
    if (this.#send === undefined) {
      this.#ofSend = {
        hub: this.#hubName,
        connection: this.connection,
        isClosed: this.#isClosed,
        endingEvents: this.#endingEvents,
      };
      this.#send = makeSend(this.#hub, this.#ofSend);
    }
    return this.#send;
  }

  get comment(): SSEStream["comment"] {
    return (text) => {
      requireString("text", text);
      const outcome = this.#hub.comment(this.connection, text);
      if (outcome !== "closed" || this.#isClosed) accepted(outcome);
      return { id: null };
    };
  }

  get close(): SSEStream["close"] {
    return (reason = "closed") => {
      requireReason(reason);
      if (this.hasEnded || this.#wantedReason !== undefined) return;
      this.#wantedReason = reason;
      this.#isClosed = true;
      if (this.#ofSend !== undefined) this.#ofSend.isClosed = true;
      this.#hub.end(this.connection, false, reason);
      if (this.stage === "pulled") this.#giveRest();
    };
  }

  /** The cursor of a client that begins here and has nothing yet; `null` if it came with one, or a snapshot is to come first. */
  get beginning(): string | null {
    return this.#hub.beginning(this.connection);
  }

  /** The first bytes, which set the client's cursor, and none of the history. */
  takeFirst(): Uint8Array<ArrayBuffer> {
    return this.#hub.readNotice(this.connection, FIRST_CHUNK_BYTES) ?? new Uint8Array(0);
  }

  /**
   * The core writes to the socket from now on; says whether it does. Everything that was read before must have left.
   *
   * @param take - gives the socket to the core; says whether that has it.
   * @param socket - told of the end; undefined where Node has released the socket: then the core also notices the client's end,
   *   and ends the body.
   */
  takeOver(take: (stream: TakenStream) => boolean, socket: TakenSocket | undefined): boolean {
    if (this.hasEnded) return false;
    const isReleased = socket === undefined;
    const { connection } = this;
    const [hub, environmentId, stallMs] = [this.#hub, this.#environment.id, this.#stallMs];
    if (!take({ hub, connection, environmentId, isReleased, stallMs })) return false;
    this.stage = "taken";
    this.bodyWatch = undefined;
    this.onCut = undefined;
    this.#takenSocket = socket;
    if (isReleased) this.#environment.hold();
    return true;
  }

  /** Tells the hub's listeners of the stream, and later of its end. */
  announce(about: AnnouncedStream): void {
    const verdict = this.#hub.verdict(this.connection);
    this.#record = recordStream({ ...about, hubName: this.#hubName, id: this.id, traceId: this.traceId, verdict });
  }

  /** Nobody reads it: it ends at once, and what is left is dropped. */
  abandon(reason: CloseReason): void {
    this.#finish(reason, false);
  }

  /** The client has gone: nothing is sent any more. */
  leave(): void {
    this.#finish("disconnected", false);
  }

  /** The body's reader has got everything. */
  end(): void {
    this.#finish(this.#wantedReason ?? "closed", true);
  }

  /** Somebody else watches for the client's end from now on. */
  forgetSignal(): void {
    this.#forgetSignal?.();
    this.#forgetSignal = undefined;
  }

  /** Puts bytes of the application's own in line with the events. A stream that has no room for them is cut. */
  write(bytes: Uint8Array): void {
    const outcome = this.#hub.write(this.connection, bytes);
    if (outcome === "tooLarge" || outcome === "overloaded") this.leave();
  }

  /** Whether something waits to be read. */
  get hasBacklog(): boolean {
    return !this.hasEnded && this.#hub.hasPending(this.connection);
  }

  /** Gives what there is to a reader that waits for it. */
  onReadable(): void {
    this.#source?.resume();
  }

  onClosing(reason: NativeCloseReason): void {
    if (this.stage === "taken") return; // the reactor closes it
    if (this.isOpening || !CLOSE_REASONS[reason].isIntended) this.#finish(reason, false);
    else if (this.stage === "pulled") {
      this.#wantedReason ??= reason;
      this.#giveRest();
    }
  }

  onSocketClosed(reason: NativeCloseReason, tally: NativeTally): void {
    this.#finish(
      reason === "closed" ? (this.#wantedReason ?? reason) : reason,
      CLOSE_REASONS[reason].isIntended,
      tally,
    );
  }

  onAuthorizer(): void {
    this.access?.onAuthorizer();
  }

  #endNotice(): EndSignal {
    if (this.#end === undefined) {
      this.#end = new EndSignal();
      if (this.#endReason !== undefined) this.#end.tell(this.#endReason);
    }
    return this.#end;
  }

  #bodySource(): BodySource {
    this.#source ??= new BodySource(this, this.#hub);
    return this.#source;
  }

  #giveRest(): void {
    this.stage = "ending";
    this.#bodySource().giveRest();
  }

  #finish(reason: CloseReason, isWhole: boolean, given?: NativeTally): void {
    if (this.hasEnded) return;
    const tally = given ?? (this.#record?.isDetailed ? this.#hub.tally(this.connection) : undefined);
    const wasTaken = this.stage === "taken";
    this.#endReason = reason;
    this.stage = isWhole ? "ended" : "cut";
    this.access?.release();
    this.#forgetSignal?.();
    // A reactor closes its connection itself; a connection that it has closed is not known any more.
    if (wasTaken) this.#hub.end(this.connection, true);
    else this.#hub.close(this.connection, reason);
    this.#environment.remove(this.connection);
    if (wasTaken && this.#takenSocket === undefined) this.#environment.release();
    if (isWhole || (!wasTaken && reason === "disconnected")) this.#source?.close();
    else if (!wasTaken) this.#source?.cut(reason);
    this.beforeEnd?.(this);
    if (!isWhole) this.onCut?.();
    this.#takenSocket?.end(isWhole);
    this.#end?.tell(reason);
    callUser(this.#hubName, "onClose", this.#onClose, reason);
    this.#record?.ended(this.#hubName, this.id, reason, tally);
  }
}
