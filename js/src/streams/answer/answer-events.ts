import { isModelPart, type ModelPart } from "../sources/model-part.js";
import { shownError } from "../sources/source-error.js";
import type { AnswerEnd, AnswerEvent, AnswerFormat, AnswerProgress } from "./log/answer-format.js";
import { splitText } from "./log/split-text.js";

/** What a chunk says. */
interface AnswerPiece {
  readonly text: string;
}

/** How they are kept. */
export const ANSWERS = { prefix: "answer", keepForMs: 5 * 60_000 };

/** The types of an answer's last event. */
export const ENDS: readonly string[] = ["complete", "error"];

/** The events of `createAnswerStream`: `content_chunk`, `heartbeat`, and `complete` or `error`. */
export class AnswerEvents implements AnswerFormat<AnswerPiece> {
  readonly #id: string;
  readonly #traceId: string;
  readonly #maxMs: number;
  #chunks = 0;
  #tokens = 0;
  #heartbeats = 0;
  #sources: unknown;

  constructor({ id, traceId, maxMs }: { readonly id: string; readonly traceId: string; readonly maxMs: number }) {
    this.#id = id;
    this.#traceId = traceId;
    this.#maxMs = maxMs;
  }

  toPiece(chunk: unknown): AnswerPiece | undefined {
    if (isModelPart(chunk)) return this.#toPieceOfModel(chunk);
    const {
      text,
      tokens = 1,
      sources,
    }: Record<string, unknown> = typeof chunk === "string" ? { text: chunk } : Object(chunk);
    if (typeof text !== "string") throw new TypeError("source must give texts, or objects with a text");
    this.#tokens = Math.min(this.#tokens + (Number.isFinite(tokens) ? (tokens as number) : 1), Number.MAX_SAFE_INTEGER);
    if (sources !== undefined) this.#sources = sources;
    return text === "" ? undefined : { text };
  }

  /** Its texts; what it thinks, and which tools it wants, stays here. */
  #toPieceOfModel(part: ModelPart): AnswerPiece | undefined {
    if (part.type === "finish") this.#tokens = part.usage?.outputTokens ?? this.#tokens;
    if (part.type !== "text" && part.type !== "refusal") return undefined;
    this.#tokens++;
    return part.text === "" ? undefined : { text: part.text };
  }

  lengthOf({ text }: AnswerPiece): number {
    return text.length;
  }

  joined(first: AnswerPiece, second: AnswerPiece): AnswerPiece {
    return { text: first.text + second.text };
  }

  eventsOf({ text }: AnswerPiece): AnswerEvent[] {
    return splitText(text).map((content) => {
      const data = { content, chunk_index: ++this.#chunks, trace_id: this.#traceId };
      return { event: "content_chunk", data };
    });
  }

  endOf(end: AnswerEnd, { elapsedMs, error }: AnswerProgress): AnswerEvent[] {
    const trace = { trace_id: this.#traceId };
    if (end === "failed" || end === "too_large") {
      const usual = end === "failed" ? "The answer could not be completed" : "The answer is too large";
      const { message, code, retryAfterMs }: Partial<ReturnType<typeof shownError> & object> = shownError(error) ?? {};
      const retry = retryAfterMs === undefined ? {} : { retry_after: Math.ceil(retryAfterMs / 1000) };
      return [
        { event: "error", data: { error: message ?? usual, reason: end, ...(code && { code }), ...retry, ...trace } },
      ];
    }
    const duration = Math.min(elapsedMs, this.#maxMs) / 1000;
    const sources = this.#sources === undefined ? {} : { sources: this.#sources };
    return [{ event: "complete", data: { reason: end, duration, ...sources, ...trace } }];
  }

  /** One that is behind needs the newest only. */
  heartbeatOf({ now, elapsedMs }: AnswerProgress): AnswerEvent {
    const seconds = Math.round(elapsedMs) / 1000;
    const data = {
      stream_id: this.#id,
      timestamp: new Date(now).toISOString(),
      uptime_seconds: seconds,
      total_chunks: this.#chunks,
      total_tokens: this.#tokens,
      heartbeat_count: ++this.#heartbeats,
      remaining_seconds: Math.max(0, this.#maxMs / 1000 - seconds),
      max_duration: this.#maxMs / 1000,
      trace_id: this.#traceId,
    };
    return { event: "heartbeat", data, conflateKey: "heartbeat" };
  }
}
