import { type Hub, type HubMessage, reportHubError } from "../../server/hub-api.js";
import { type AnswerContext, type AnswerPiece, type AnswerSource, readSource } from "./answer-source.js";

/** Why an answer has ended. */
export type AnswerEnd = "completed" | "duration_cap" | "stopped" | "abandoned" | "too_large" | "failed";

/** Of one answer. */
export interface AnswerLimits {
  /** From its beginning, over all connections. */
  readonly maxMs: number;
  /** Without a reader. */
  readonly abandonAfterMs: number;
  /** Between two chunks; what comes meanwhile is joined. */
  readonly chunkDelayMs: number;
  readonly heartbeatMs: number;
  /** Characters, and events: what its channel keeps, whatever the characters are. */
  readonly mostCharacters: number;
  readonly mostEvents: number;
}

/** The types of an answer's last event. */
export const ENDS = ["complete", "error"] as const;

/** Characters of one chunk: JSON makes six bytes of the worst of them, and an event has 1 MiB. */
const LONGEST_CHUNK = 100_000;
/** Of so many chunks, those that follow are joined where they come faster than that. */
const MANY_CHUNKS = 5000;
const MANY_DELAY_MS = 50;

/**
 * One answer: its source is read once, and all that it gives is kept in a channel, which any number of clients read from its beginning or where they
 * were cut. It ends with `complete` or `error`.
 */
export class KeptAnswer {
  readonly id: string;
  /** Of this answer alone: one that has the same name later has another. */
  readonly channel: string;
  readonly userId: string | undefined;
  readonly traceId: string;
  /** Called once. */
  onEnded = () => {};
  readonly #hub: Hub;
  readonly #limits: AnswerLimits;
  readonly #stopping = new AbortController();
  #beganAt: number | undefined;
  #end: AnswerEnd | undefined;
  #chunks = 0;
  #tokens = 0;
  #characters = 0;
  #heartbeats = 0;
  #sources: unknown;
  #held = "";
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Undefined while somebody reads it. */
  #unreadSince: number | undefined;
  #flushing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    hub: Hub,
    names: { id: string; channel: string; userId: string | undefined; traceId: string },
    limits: AnswerLimits,
  ) {
    this.id = names.id;
    this.channel = names.channel;
    this.userId = names.userId;
    this.traceId = names.traceId;
    this.#hub = hub;
    this.#limits = limits;
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

  /** Reads the source to its end. Never rejects. */
  async run(source: AnswerSource, context: AnswerContext, now: number): Promise<void> {
    this.#beganAt = now;
    try {
      await readSource(source, context, (piece) => this.#take(piece));
      this.finish("completed");
    } catch (error) {
      if (this.#end !== undefined) return; // what a source throws that was told to stop
      reportHubError(this.#hub, error, [this.channel]);
      this.finish("failed");
    }
  }

  /** Somebody asks for it, if only by a poll. */
  touch(): void {
    this.#unreadSince = undefined;
  }

  /** Ends it, and the streams that read it; nothing where it has ended. */
  finish(end: AnswerEnd): void {
    if (this.#end !== undefined) return;
    if (end !== "failed") this.#flush();
    if (this.#end !== undefined) return; // what was left could not be sent
    this.#end = end;
    clearTimeout(this.#flushing);
    this.#tellEnd(end);
    this.onEnded();
    // Last, for who listens to it may throw.
    if (end !== "completed") this.#stopping.abort(new Error(`The answer has ended: ${end}`));
  }

  /** Time has passed: beats, and ends what took too long or is read by nobody. */
  tick(now: number): void {
    if (this.#end !== undefined || this.#beganAt === undefined) return;
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    const isRead = this.#hub.connectionCount(this.channel) > 0;
    this.#unreadSince = isRead ? undefined : (this.#unreadSince ?? now);
    if (now - this.#beganAt >= maxMs) this.finish("duration_cap");
    else if (now - (this.#unreadSince ?? now) >= abandonAfterMs) this.finish("abandoned");
    else if (now - this.#beganAt >= (this.#heartbeats + 1) * heartbeatMs) this.#beat(now, this.#beganAt);
  }

  /** When it is due next. */
  nextMs(): number {
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    const began = this.#beganAt ?? Number.POSITIVE_INFINITY;
    const abandoned = (this.#unreadSince ?? Number.POSITIVE_INFINITY) + abandonAfterMs;
    return Math.min(began + maxMs, abandoned, began + (this.#heartbeats + 1) * heartbeatMs);
  }

  #take({ text, tokens, sources }: AnswerPiece): void {
    if (this.#end !== undefined) return;
    this.#tokens = Math.min(this.#tokens + tokens, Number.MAX_SAFE_INTEGER);
    if (sources !== undefined) this.#sources = sources;
    if (text === "") return;
    this.#characters += text.length;
    this.#held += text;
    if (this.#characters > this.#limits.mostCharacters) {
      this.finish("too_large");
      return;
    }
    const { chunkDelayMs } = this.#limits;
    const delayMs = this.#chunks < MANY_CHUNKS ? chunkDelayMs : Math.max(chunkDelayMs, MANY_DELAY_MS);
    const waitMs = this.#sentAt + delayMs - Date.now();
    if (waitMs <= 0 || this.#held.length >= LONGEST_CHUNK) this.#flush();
    else if (this.#flushing === undefined) {
      this.#flushing = setTimeout(() => this.#flush(), waitMs);
      this.#flushing.unref?.();
    }
  }

  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const text = this.#held;
    this.#held = "";
    this.#sentAt = Date.now();
    for (let from = 0; from < text.length; ) {
      const to = from + lengthOfChunk(text, from);
      this.#chunks++;
      const data = { content: text.slice(from, to), chunk_index: this.#chunks, trace_id: this.traceId };
      const isFull = this.#chunks + this.#heartbeats >= this.#limits.mostEvents;
      if (isFull || !this.#publish("content_chunk", data)) {
        this.finish(isFull ? "too_large" : "failed"); // one with a hole is none
        return;
      }
      from = to;
    }
  }

  #tellEnd(end: AnswerEnd): void {
    const trace = { trace_id: this.traceId };
    if (end === "failed" || end === "too_large") {
      const error = end === "failed" ? "The answer could not be completed" : "The answer is too large";
      this.#publish("error", { error, reason: end, ...trace });
      return;
    }
    const duration = Math.min((Date.now() - (this.#beganAt ?? 0)) / 1000, this.#limits.maxMs / 1000);
    const sources = this.#sources === undefined ? {} : { sources: this.#sources };
    const isSent = this.#publish("complete", { reason: end, duration, ...sources, ...trace });
    // Sources that no event can hold: the readers must not wait for ever.
    if (!isSent) this.#publish("error", { error: "The answer could not be completed", reason: "failed", ...trace });
  }

  /** One that is behind needs the newest only. */
  #beat(now: number, beganAt: number): void {
    this.#heartbeats++;
    const seconds = Math.round(now - beganAt) / 1000;
    const { maxMs } = this.#limits;
    const data = {
      stream_id: this.id,
      timestamp: new Date(now).toISOString(),
      uptime_seconds: seconds,
      total_chunks: this.#chunks,
      total_tokens: this.#tokens,
      heartbeat_count: this.#heartbeats,
      remaining_seconds: Math.max(0, maxMs / 1000 - seconds),
      max_duration: maxMs / 1000,
      trace_id: this.traceId,
    };
    this.#publish("heartbeat", data, { conflateKey: "heartbeat" });
  }

  /** Whether it was. */
  #publish(event: string, data: object, more: Partial<HubMessage<Record<string, unknown>>> = {}): boolean {
    try {
      this.#hub.publish(this.channel, { event, data, ...more });
      return true;
    } catch (error) {
      reportHubError(this.#hub, error, [this.channel]);
      return false;
    }
  }
}

/** No surrogate pair is cut. */
function lengthOfChunk(text: string, from: number): number {
  const rest = text.length - from;
  if (rest <= LONGEST_CHUNK) return rest;
  const last = text.charCodeAt(from + LONGEST_CHUNK - 1);
  return last >= 0xd800 && last < 0xdc00 ? LONGEST_CHUNK - 1 : LONGEST_CHUNK;
}
