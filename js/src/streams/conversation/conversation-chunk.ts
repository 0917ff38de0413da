import type { Chunks } from "../answer/log/read-source.js";
import type { ModelPart } from "../sources/model-part.js";

/** A piece of an answer: a text, how far the work is (any JSON), or a part as `fromOpenAI` and its like give it. */
export type ConversationChunk = string | { readonly text: string } | { readonly progress: unknown } | ModelPart;

/** What gives an answer piece by piece. */
export type ConversationChunks = Chunks<ConversationChunk>;
