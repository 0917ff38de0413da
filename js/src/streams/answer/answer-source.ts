import type { ModelPart } from "../sources/model-part.js";
import type { Chunks } from "./log/read-source.js";

/** A piece of an answer: its text, or with what is known of it; or a part as `fromOpenAI` and its like give it. */
export type AnswerChunk =
  | string
  | { readonly text: string; readonly tokens?: number; readonly sources?: unknown }
  | ModelPart;

/** What gives an answer piece by piece. */
export type AnswerChunks = Chunks<AnswerChunk>;

/** What a source is told. */
export interface AnswerContext {
  readonly query: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly userId: string | undefined;
  readonly traceId: string;
  /** Aborted when nobody wants the answer any more: it was stopped, abandoned, or took too long. */
  readonly signal: AbortSignal;
}

/** Gives an answer; called once for each, however often its client connects. */
export type AnswerSource = (context: AnswerContext) => AnswerChunks | Promise<AnswerChunks>;
