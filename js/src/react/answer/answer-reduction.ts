import type { Reduction } from "../reduced/reduction.js";

/** What a heartbeat of an answer says. */
export interface AnswerHeartbeat {
  readonly stream_id: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly uptime_seconds: number;
  readonly total_chunks: number;
  readonly total_tokens: number;
  readonly heartbeat_count: number;
  readonly remaining_seconds: number;
  readonly max_duration: number;
  readonly trace_id: string;
}

/** What the end of an answer says. */
export interface AnswerCompletion {
  /** `"completed"`; `"duration_cap"`, `"stopped"` or `"abandoned"`: it is cut there. */
  readonly reason: "completed" | "duration_cap" | "stopped" | "abandoned" | (string & {});
  /** Seconds. */
  readonly duration: number;
  readonly sources?: unknown;
  readonly trace_id: string;
}

/** An answer, as far as it has come. */
export interface AnswerView {
  readonly content: string;
  readonly heartbeat: AnswerHeartbeat | null;
  readonly completion: AnswerCompletion | null;
  /** What the server says has gone wrong. */
  readonly failure: string | null;
  readonly traceId: string | null;
  /** Unix time in milliseconds; null before the first event. */
  readonly lastMessageTime: number | null;
}

const EMPTY: AnswerView = {
  ...{ content: "", heartbeat: null, completion: null, failure: null },
  ...{ traceId: null, lastMessageTime: null },
};

/** Puts an answer together. */
export class AnswerReduction implements Reduction<AnswerView> {
  #view = EMPTY;
  #parts: string[] = [];
  #chunks = 0;
  #next: Partial<AnswerView> | undefined;

  take(type: string, data: unknown): void {
    const { content, error, trace_id: traceId, chunk_index: chunk } = Object(data);
    this.#next = { ...this.#next, lastMessageTime: Date.now(), ...(typeof traceId === "string" && { traceId }) };
    if (type === "content_chunk") this.#takeChunk(String(content ?? ""), chunk);
    if (type === "heartbeat") this.#next = { ...this.#next, heartbeat: data as AnswerHeartbeat };
    if (type === "complete") this.#next = { ...this.#next, completion: data as AnswerCompletion };
    if (type === "error") this.#next = { ...this.#next, failure: String(error ?? "The answer failed") };
  }

  #takeChunk(content: string, chunk: unknown): void {
    // The server's rules may keep less than an answer has.
    const isNext = typeof chunk !== "number" || chunk === this.#chunks + 1;
    if (!isNext) this.#next = { ...this.#next, failure: "A part of the answer is missing" };
    this.#chunks = typeof chunk === "number" ? chunk : this.#chunks + 1;
    this.#parts.push(content);
  }

  view(): AnswerView {
    if (this.#next === undefined) return this.#view;
    this.#view = { ...this.#view, ...this.#next, content: this.#view.content + this.#parts.join("") };
    this.#parts = [];
    this.#next = undefined;
    return this.#view;
  }
}
