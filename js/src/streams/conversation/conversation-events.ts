import type { ChatDone, ChatFailure, ChatMessage, ChatToolCall } from "../../shared/chat/events.js";
import type { AnswerEnd, AnswerEvent, AnswerFormat, AnswerProgress } from "../answer/log/answer-format.js";
import { splitText } from "../answer/log/split-text.js";
import { isModelPart, type ModelPart } from "../sources/model-part.js";
import { shownError } from "../sources/source-error.js";

/** Text that goes as chunks, or an event of its own. */
type ConversationPiece = { readonly text: string } | { readonly progress: unknown };

/** Of a message's content, in characters: JSON makes six bytes of the worst of them, and an event has 1 MiB. */
const LONGEST_CONTENT = 100_000;
const LONGEST_MODEL = 200;
const MOST_COUNTS = 20;

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
  #error: unknown;

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

  /** What the source has thrown. */
  get error(): unknown {
    return this.#error;
  }

  startOf(): AnswerEvent[] {
    return [this.#typing(true)];
  }

  toPiece(chunk: unknown): ConversationPiece | undefined {
    if (isModelPart(chunk)) return this.#toPieceOfModel(chunk);
    if (typeof chunk === "string") return this.#toText(chunk);
    const { text, progress } = Object(chunk);
    if (typeof text === "string") return this.#toText(text);
    if (text === undefined && progress !== undefined) return { progress };
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
        this.#done = toDone(part);
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
    if ("progress" in piece) return progressOf(piece.progress).map((data) => ({ event: "progress", data }));
    return splitText(piece.text).map((content) => ({ event: "chunk", data: { content } }));
  }

  endOf(end: AnswerEnd, { error }: AnswerProgress): AnswerEvent[] {
    this.#message ??= this.#toMessage(end !== "completed");
    this.#error = error;
    if (end === "completed" || end === "stopped") {
      const message = this.#message === undefined ? [] : [{ event: "message", data: shortened(this.#message) }];
      if (end === "stopped") this.#done = { ...this.#done, reason: "stopped" };
      return [this.#typing(false), ...message, { event: "done", data: this.#done }];
    }
    this.#done = { ...this.#done, reason: "failed" };
    return [this.#typing(false), { event: "error", data: failureOf(end, error) }, { event: "done", data: this.#done }];
  }

  #toMessage(isPartial: boolean): ChatMessage | undefined {
    const content = this.#texts.join("");
    this.#texts = [];
    const hasSaid = content !== "" || this.#toolCalls.length > 0;
    if (!hasSaid && isPartial) return undefined;
    return {
      ...{ id: this.#id, role: "assistant", content },
      ...(this.#reasoning !== "" && { reasoning: this.#reasoning }),
      ...(this.#toolCalls.length > 0 && { toolCalls: this.#toolCalls }),
      ...(this.#isRefusal && { isRefusal: true }),
      ...(isPartial && { isPartial: true }),
    };
  }

  #typing(isTyping: boolean): AnswerEvent {
    return { event: "typing", data: { isTyping, id: this.#id } };
  }
}

/** In words that the reader may see. */
function failureOf(end: AnswerEnd, error: unknown): ChatFailure {
  return (
    shownError(error) ?? FAILURES[end] ?? { code: "PROCESSING_ERROR", message: "The answer could not be completed" }
  );
}

/** As it can be sent, whoever has made it. */
function toDone({ reason, usage, model }: Extract<ModelPart, { type: "finish" }>): ChatDone {
  const counts = Object.entries(Object(usage)).filter(([, count]) => Number.isFinite(count));
  return {
    ...(typeof reason === "string" && { finishReason: reason }),
    ...(counts.length > 0 && { usage: Object.fromEntries(counts.slice(0, MOST_COUNTS)) as Record<string, number> }),
    ...(typeof model === "string" && model !== "" && { model: model.slice(0, LONGEST_MODEL) }),
  };
}

/** What is too long for an event was in those before it. */
function shortened({ content, reasoning, toolCalls, ...message }: ChatMessage): object {
  const isLong = (value: unknown) => (JSON.stringify(value)?.length ?? 0) > LONGEST_CONTENT;
  return {
    ...message,
    ...(!isLong(content) && { content }),
    ...(reasoning !== undefined && !isLong(reasoning) && { reasoning }),
    ...(toolCalls !== undefined && !isLong(toolCalls) && { toolCalls }),
  };
}

/** Thoughts may be long. */
function progressOf(progress: unknown): unknown[] {
  const { reasoning } = Object(progress);
  return typeof reasoning === "string" ? splitText(reasoning).map((part) => ({ reasoning: part })) : [progress];
}
