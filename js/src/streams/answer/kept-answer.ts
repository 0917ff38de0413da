import { type Hub, type HubMessage, reportHubError } from "../../server/hub-api.js";
import { type AnswerContext, type AnswerSource, readSource } from "./answer-source.js";

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
  readonly mostBytes: number;
}

/** The types of an answer's last event. */
export const ENDS = ["complete", "error"] as const;

/**
 * One answer: its source is read once, and all that it gives is kept in a channel, which any number of clients read from its beginning or where they
 * were cut. It ends with `complete` or `error`.
 */
export class KeptAnswer {
  readonly id: string;
  readonly channel: string;
  readonly userId: string | undefined;
  readonly traceId: string;
  readonly beganAt: number;
  readonly #hub: Hub;
  readonly #limits: AnswerLimits;
  readonly #stopping = new AbortController();
  #end: AnswerEnd | undefined;
  #chunks = 0;
  #tokens = 0;
  #bytes = 0;
  #heartbeats = 0;
  #sources: unknown;
  #held = "";
  #sentAt = Number.NEGATIVE_INFINITY;
  #unreadSince: number;
  #flushing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    hub: Hub,
    id: string,
    about: { userId: string | undefined; traceId: string },
    limits: AnswerLimits,
    now: number,
  ) {
    this.id = id;
    this.channel = `answer:${id}`;
    this.userId = about.userId;
    this.traceId = about.traceId;
    this.beganAt = this.#unreadSince = now;
    this.#hub = hub;
    this.#limits = limits;
  }

  /** Undefined while it goes on. */
  get end(): AnswerEnd | undefined {
    return this.#end;
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Reads the source to its end. Never rejects. */
  async run(source: AnswerSource, context: AnswerContext): Promise<void> {
    try {
      await readSource(source, context, ({ text, tokens, sources }) => {
        this.#tokens += tokens;
        if (sources !== undefined) this.#sources = sources;
        this.#take(text);
      });
      this.finish("completed");
    } catch (error) {
      if (this.#end !== undefined) return; // what a source throws that was told to stop
      reportHubError(this.#hub, error, [this.channel]);
      this.finish("failed");
    }
  }

  /** Ends it, and the streams that read it; nothing where it has ended. */
  finish(end: AnswerEnd): void {
    if (this.#end !== undefined) return;
    this.#flush();
    this.#end = end;
    clearTimeout(this.#flushing);
    this.#stopping.abort(new Error(`The answer has ended: ${end}`));
    if (end === "failed" || end === "too_large") {
      const message = end === "failed" ? "The answer could not be completed" : "The answer is too large";
      this.#publish("error", { error: message, reason: end, trace_id: this.traceId });
      return;
    }
    const duration = Math.min(this.#seconds(Date.now()), this.#limits.maxMs / 1000);
    const sources = this.#sources === undefined ? {} : { sources: this.#sources };
    this.#publish("complete", { reason: end, duration, ...sources, trace_id: this.traceId });
  }

  /** Time has passed: beats, and ends what took too long or is read by nobody. */
  tick(now: number): void {
    if (this.#end !== undefined) return;
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    if (this.#hub.connectionCount(this.channel) > 0) this.#unreadSince = now;
    if (now - this.beganAt >= maxMs) this.finish("duration_cap");
    else if (now - this.#unreadSince >= abandonAfterMs) this.finish("abandoned");
    else if (heartbeatMs > 0 && now - this.beganAt >= (this.#heartbeats + 1) * heartbeatMs) this.#beat(now);
  }

  /** When it is due next. */
  nextMs(): number {
    const { maxMs, abandonAfterMs, heartbeatMs } = this.#limits;
    const beat = heartbeatMs > 0 ? this.beganAt + (this.#heartbeats + 1) * heartbeatMs : Number.POSITIVE_INFINITY;
    return Math.min(this.beganAt + maxMs, this.#unreadSince + abandonAfterMs, beat);
  }

  #take(text: string): void {
    if (text === "") return;
    this.#bytes += text.length;
    this.#held += text;
    const waitMs = this.#sentAt + this.#limits.chunkDelayMs - Date.now();
    if (waitMs <= 0) this.#flush();
    else this.#flushing ??= setTimeout(() => this.#flush(), waitMs);
    if (this.#bytes > this.#limits.mostBytes) this.finish("too_large");
  }

  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    if (this.#held === "" || this.#end !== undefined) return;
    this.#sentAt = Date.now();
    this.#chunks++;
    this.#publish("content_chunk", { content: this.#held, chunk_index: this.#chunks, trace_id: this.traceId });
    this.#held = "";
  }

  /** One that is behind needs the newest only. */
  #beat(now: number): void {
    this.#heartbeats++;
    const seconds = this.#seconds(now);
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

  #publish(event: string, data: object, more: Partial<HubMessage<Record<string, unknown>>> = {}): void {
    try {
      this.#hub.publish(this.channel, { event, data, ...more });
    } catch (error) {
      reportHubError(this.#hub, error, [this.channel]);
      if (event === "content_chunk") this.finish("failed"); // an answer with a hole is none
    }
  }

  #seconds(now: number): number {
    return Math.round(now - this.beganAt) / 1000;
  }
}
