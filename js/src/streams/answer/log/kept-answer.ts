import { type ChannelReader, type Hub, readChannel, reportHubError } from "../../../server/hub-api.js";
import { isSSEError } from "../../../shared/errors.js";
import type { AnswerEnd, AnswerEvent, AnswerFormat, AnswerProgress } from "./answer-format.js";
import { type Chunks, readSource } from "./read-source.js";

/** Of one answer. */
export interface AnswerLimits {
  /** From its beginning, over all connections. */
  readonly maxMs: number;
  /** Without a reader. `Infinity`: it goes on. */
  readonly abandonAfterMs: number;
  /** Between two events; what comes meanwhile is joined. */
  readonly chunkDelayMs: number;
  /** `Infinity`: none. */
  readonly heartbeatMs: number;
  readonly mostCharacters: number;
  /** How many its channel keeps, whatever the characters are. */
  readonly mostEvents: number;
}

/** Whose it is, and what it is called. */
export interface AnswerNames {
  readonly id: string;
  /** Of this answer alone: one that has the same name later has another. */
  readonly channel: string;
  readonly userId: string | undefined;
  readonly traceId: string;
}

/** Characters after which what is held is sent, whatever the delay. */
const LONGEST_HELD = 100_000;
/** Of so many events, those that follow are joined where they come faster than that. */
const MANY_EVENTS = 5000;
const MANY_DELAY_MS = 50;

/**
 * One answer: its source is read once, and all that it gives is kept in a channel, which any number of clients read from its beginning or where they
 * were cut. How it looks there, and which events are the last, is its format's.
 */
export class KeptAnswer<Piece = unknown> {
  readonly names: AnswerNames;
  /** When it has ended, of the clock. */
  endedAt: number | undefined;
  /** Clients that were cut, and have not come back. */
  cutReaders = 0;
  /** Settled once the client that has asked for it was let in, or was not. */
  opening: Promise<unknown> = Promise.resolve();
  /** Called once. */
  onEnded: (end: AnswerEnd) => void = () => {};
  readonly #hub: Hub;
  readonly #limits: AnswerLimits;
  readonly #format: AnswerFormat<Piece>;
  readonly #stopping = new AbortController();
  #beganAt: number | undefined;
  #end: AnswerEnd | undefined;
  #events = 0;
  #characters = 0;
  #beats = 0;
  /** Before the first event, so that the channel stays, and to see whether the log still has that. */
  readonly #beginning: ChannelReader;
  #held: Piece | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Undefined while somebody reads it. */
  #unreadSince: number | undefined;
  #flushing: ReturnType<typeof setTimeout> | undefined;

  /** @throws SSEError `DRAINING`, `SERVER_FULL` */
  constructor(hub: Hub, names: AnswerNames, format: AnswerFormat<Piece>, limits: AnswerLimits) {
    this.names = names;
    this.#hub = hub;
    this.#format = format;
    this.#limits = limits;
    this.#beginning = readChannel(hub, names.channel, "now");
  }

  /** The channel has everything: its history has lost nothing, whatever its policies say. */
  get isIntact(): boolean {
    return this.#events === 0 || this.#beginning.hasNext();
  }

  /** The channel may go. */
  release(): void {
    this.#beginning.close();
  }

  /** Undefined while it goes on. */
  get end(): AnswerEnd | undefined {
    return this.#end;
  }

  get hasBegun(): boolean {
    return this.#beganAt !== undefined;
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** So far. */
  get characters(): number {
    return this.#characters;
  }

  /** Reads the source to its end. Never rejects. */
  async run(source: (signal: AbortSignal) => Chunks<unknown> | Promise<Chunks<unknown>>, now: number): Promise<void> {
    this.#beganAt = now;
    for (const event of this.#format.startOf?.() ?? []) this.#publish(event);
    try {
      await readSource(
        () => source(this.signal),
        this.signal,
        (chunk) => this.#take(chunk),
      );
      this.finish("completed");
    } catch (error) {
      if (this.#end !== undefined) return; // what a source throws that was told to stop
      reportHubError(this.#hub, error, [this.names.channel]);
      this.#flush(); // what came before it
      this.finish("failed", error);
    }
  }

  /** Somebody asks for it, if only by a poll. */
  touch(): void {
    this.#unreadSince = undefined;
  }

  /** Ends it, and the streams that read it; nothing where it has ended. */
  finish(end: AnswerEnd, error?: unknown): void {
    if (this.#end !== undefined) return;
    if (end !== "failed") this.#flush();
    if (this.#end !== undefined) return; // what was left could not be sent
    if (end === "completed" && !this.isIntact) end = "too_large"; // who comes late would take a part of it for the whole
    this.#end = end;
    clearTimeout(this.#flushing);
    const progress = this.#progress(Date.now());
    // The readers must not wait for ever: what cannot be sent is told in fewer words.
    if (!this.#sendEnd(end, { ...progress, error })) {
      this.#end = "failed";
      this.#sendEnd("failed", progress);
    }
    this.endedAt = progress.now;
    this.onEnded(this.#end);
    // Last, for who listens to it may throw.
    if (this.#end !== "completed") this.#stopping.abort(new Error(`The answer has ended: ${this.#end}`));
  }

  /** Whether all of it was. */
  #sendEnd(end: AnswerEnd, progress: AnswerProgress): boolean {
    try {
      return this.#format.endOf(end, progress).every((event) => this.#publish(event) === "sent");
    } catch (error) {
      reportHubError(this.#hub, error, [this.names.channel]);
      return false;
    }
  }

  /** Time has passed: beats, and ends what took too long or is read by nobody. */
  tick(now: number): void {
    if (this.#end !== undefined || this.#beganAt === undefined) return;
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    const isRead = this.#hub.connectionCount(this.names.channel) > 0;
    this.#unreadSince = isRead ? undefined : (this.#unreadSince ?? now);
    if (!isRead && this.#hasHubEnded()) this.finish("stopped");
    else if (now - this.#beganAt >= maxMs) this.finish("duration_cap");
    else if (now - (this.#unreadSince ?? now) >= abandonAfterMs) this.finish("abandoned");
    else if (now - this.#beganAt >= (this.#beats + 1) * heartbeatMs) this.#beat(now);
  }

  /** Nobody can come back to it in this process. */
  #hasHubEnded(): boolean {
    try {
      readChannel(this.#hub, this.names.channel, "now").close();
      return false;
    } catch (error) {
      return isSSEError(error) && error.code === "DRAINING";
    }
  }

  /** When it is due next. */
  nextMs(): number {
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    const began = this.#beganAt ?? Number.POSITIVE_INFINITY;
    const abandoned = (this.#unreadSince ?? Number.POSITIVE_INFINITY) + abandonAfterMs;
    return Math.min(began + maxMs, abandoned, began + (this.#beats + 1) * heartbeatMs);
  }

  #take(chunk: unknown): void {
    if (this.#end !== undefined) return;
    const end = this.#format.endedBy?.(chunk);
    if (end !== undefined) {
      this.finish(end);
      return;
    }
    const piece = this.#format.toPiece(chunk);
    // What readers are not given counts, too: somebody holds it.
    this.#characters += piece === undefined ? hiddenLengthOf(chunk) : this.#format.lengthOf(piece);
    if (piece !== undefined) this.#hold(piece);
    if (this.#characters > this.#limits.mostCharacters) {
      this.finish("too_large");
      return;
    }
    if (piece === undefined) return;
    const { chunkDelayMs } = this.#limits;
    const delayMs = this.#events < MANY_EVENTS ? chunkDelayMs : Math.max(chunkDelayMs, MANY_DELAY_MS);
    const waitMs = this.#sentAt + delayMs - Date.now();
    if (waitMs <= 0 || this.#heldLength() >= LONGEST_HELD) this.#flush();
    else if (this.#flushing === undefined) {
      this.#flushing = setTimeout(() => this.#flush(), waitMs);
      this.#flushing.unref?.();
    }
  }

  #hold(piece: Piece): void {
    const joined = this.#held === undefined ? piece : this.#format.joined(this.#held, piece);
    if (joined === undefined) this.#flush();
    if (this.#end === undefined) this.#held = joined ?? piece;
  }

  #heldLength(): number {
    return this.#held === undefined ? 0 : this.#format.lengthOf(this.#held);
  }

  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const piece = this.#held;
    this.#held = undefined;
    this.#sentAt = Date.now();
    if (piece === undefined) return;
    for (const event of this.#format.eventsOf(piece)) {
      const isFull = this.#events >= this.#limits.mostEvents;
      const outcome = isFull ? "too_large" : this.#publish(event);
      if (outcome === "sent") continue;
      this.finish(outcome); // one with a hole is none
      return;
    }
  }

  #beat(now: number): void {
    this.#beats++;
    const event = this.#format.heartbeatOf?.(this.#progress(now));
    if (event !== undefined) this.#publish(event);
  }

  #progress(now: number): AnswerProgress {
    return { now, elapsedMs: now - (this.#beganAt ?? now) };
  }

  #publish(event: AnswerEvent): "sent" | Extract<AnswerEnd, "too_large" | "failed"> {
    try {
      this.#hub.publish(this.names.channel, event as AnswerEvent & { readonly event: string });
      this.#events++;
      return "sent";
    } catch (error) {
      reportHubError(this.#hub, error, [this.names.channel]);
      return isSSEError(error) && error.code === "EVENT_TOO_LARGE" ? "too_large" : "failed";
    }
  }
}

/** Of a model's part, its text or its piece of a tool's input. */
function hiddenLengthOf(chunk: unknown): number {
  const { text, delta } = Object(chunk);
  return [text, delta].reduce((sum, one) => sum + (typeof one === "string" ? one.length : 0), 0);
}
