import type { ChatDone, ChatFailure, ChatMessage, ChatToolCall } from "../../shared/chat/events.js";
import type { AnswerEnd, AnswerEvent, AnswerFormat, AnswerProgress } from "../answer/log/answer-format.js";
import { splitText } from "../answer/log/split-text.js";
import { isModelPart, type ModelPart } from "../sources/model-part.js";
import { isSourceError } from "../sources/source-error.js";

/** Text that goes as chunks, or an event of its own. */
type ConversationPiece = { readonly text: string } | { readonly progress: unknown };

/** Of a message's content, in characters: JSON makes six bytes of the worst of them, and an event has 1 MiB. */
const LONGEST_CONTENT = 100_000;

/** What the reader is told of an answer that is not whole. */
const FAILURES: Partial<Record<AnswerEnd, ChatFailure>> = {
  duration_cap: { code: "TIMED_OUT", message: "The answer took too long" },
  abandoned: { code: "ABANDONED", message: "The answer was ended, for nobody read it" },
  too_large: { code: "TOO_LARGE", message: "The answer is too large" },
  failed: { code: "PROCESSING_ERROR", message: "The answer could not be completed" },
};

/** The events of `createChatStream`: `typing`, `chunk`, `progress`, and at the end `message` or `error`, and `done`. */
export class ConversationEvents implements AnswerFormat<ConversationPiece> {
  readonly #id: string;
  #texts: string[] = [];
  #reasoning = "";
  readonly #toolCalls: ChatToolCall[] = [];
  #isRefusal = false;
  #done: ChatDone = {};
  #message: ChatMessage | undefined;

  constructor(answerId: string) {
    this.#id = answerId;
  }

  /** The answer as a message, once it has ended and has said anything. */
  get message(): ChatMessage | undefined {
    return this.#message;
  }

  get done(): ChatDone {
    return this.#done;
  }

  startOf(): AnswerEvent[] {
    return [this.#typing(true)];
  }

  toPiece(chunk: unknown): ConversationPiece | undefined {
    if (isModelPart(chunk)) return this.#toPieceOfModel(chunk);
    if (typeof chunk === "string") return this.#toText(chunk);
    const { text, progress } = Object(chunk);
    if (typeof text === "string") return this.#toText(text);
    if (progress !== undefined) return { progress };
    throw new TypeError("source must give texts, or objects with a text or with progress");
  }

  #toPieceOfModel(part: ModelPart): ConversationPiece | undefined {
    switch (part.type) {
      case "refusal":
        this.#isRefusal = true;
        return this.#toText(part.text);
      case "text":
        return this.#toText(part.text);
      case "reasoning":
        this.#reasoning += part.text;
        return { progress: { reasoning: part.text } };
      case "tool-call": {
        const { id, name, input } = part;
        this.#toolCalls.push({ id, name, input });
        return { progress: { tool: { id, name, input } } };
      }
      case "tool-input":
        return undefined; // the whole of it follows
      case "finish": {
        const { reason: finishReason, usage, model } = part;
        this.#done = { finishReason, ...(usage && { usage: { ...usage } }), ...(model && { model }) };
        return undefined;
      }
    }
  }

  #toText(text: string): ConversationPiece | undefined {
    if (text === "") return undefined;
    this.#texts.push(text);
    return { text };
  }

  lengthOf(piece: ConversationPiece): number {
    return "text" in piece ? piece.text.length : (JSON.stringify(piece.progress)?.length ?? 0);
  }

  joined(first: ConversationPiece, second: ConversationPiece): ConversationPiece | undefined {
    return "text" in first && "text" in second ? { text: first.text + second.text } : undefined;
  }

  eventsOf(piece: ConversationPiece): AnswerEvent[] {
    if ("progress" in piece) return [{ event: "progress", data: piece.progress }];
    return splitText(piece.text).map((content) => ({ event: "chunk", data: { content } }));
  }

  endOf(end: AnswerEnd, { error }: AnswerProgress): AnswerEvent[] {
    if (end === "completed" || end === "stopped") {
      this.#message ??= this.#toMessage(end === "stopped");
      const { content = "", ...about } = this.#message ?? {};
      const shown = content.length > LONGEST_CONTENT ? about : this.#message;
      const message = shown === undefined ? [] : [{ event: "message", data: shown }];
      if (end === "stopped") this.#done = { ...this.#done, reason: "stopped" };
      return [this.#typing(false), ...message, { event: "done", data: this.#done }];
    }
    this.#done = { ...this.#done, reason: "failed" };
    return [this.#typing(false), { event: "error", data: failureOf(end, error) }, { event: "done", data: this.#done }];
  }

  #toMessage(isStopped: boolean): ChatMessage | undefined {
    const content = this.#texts.join("");
    this.#texts = [];
    const hasSaid = content !== "" || this.#toolCalls.length > 0;
    if (!hasSaid && isStopped) return undefined;
    return {
      ...{ id: this.#id, role: "assistant", content },
      ...(this.#reasoning !== "" && { reasoning: this.#reasoning }),
      ...(this.#toolCalls.length > 0 && { toolCalls: this.#toolCalls }),
      ...(this.#isRefusal && { isRefusal: true }),
      ...(isStopped && { isStopped: true }),
    };
  }

  #typing(isTyping: boolean): AnswerEvent {
    return { event: "typing", data: { isTyping, id: this.#id } };
  }
}

/** In words that the reader may see. */
function failureOf(end: AnswerEnd, error: unknown): ChatFailure {
  if (isSourceError(error)) {
    const { code, message, retryAfterMs } = error;
    return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  return FAILURES[end] ?? { code: "PROCESSING_ERROR", message: "The answer could not be completed" };
}
