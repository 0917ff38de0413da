/** A message of a conversation. It may have more members; those that the server and the hook know are these. */
export interface ChatMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
  /** What the model thought, where it says so. */
  readonly reasoning?: string;
  /** The tools that it wants called. */
  readonly toolCalls?: readonly ChatToolCall[];
  /** The model would not answer: the content says why. */
  readonly isRefusal?: boolean;
  /** The answer is not whole: it was stopped there, or has failed. */
  readonly isPartial?: boolean;
}

export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly input: unknown;
}

/** Why an answer has failed. */
export interface ChatFailure {
  /** `PROCESSING_ERROR` where the source has thrown; its own code where that was a `SourceError`. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** What is at the end of an answer: all of it left out where there is nothing to say. */
export interface ChatDone {
  /** Left out of answers that are whole. */
  readonly reason?: "stopped" | "failed";
  /** Of the model: `stop`, `length`, `tool-calls`, `refusal`, `other`. */
  readonly finishReason?: string;
  readonly usage?: Readonly<Record<string, number>>;
  readonly model?: string;
}

/** The events of a `createChatStream`, by their types. */
export interface ChatEvents {
  /** The first event, and the last but one or two: `id` is the answer's, and its message's. */
  typing: { readonly isTyping: boolean; readonly id: string };
  chunk: { readonly content: string };
  /** Whatever the source tells of its work; of a model `{ reasoning }` or `{ tool: { id, name, input } }`. */
  progress: unknown;
  /** The whole answer. A content above 100,000 characters is left out: it is that of the chunks. */
  message: Omit<ChatMessage, "content"> & { readonly content?: string };
  error: ChatFailure;
  /** The last event. */
  done: ChatDone;
}
