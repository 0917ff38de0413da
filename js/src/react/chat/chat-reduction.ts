import type { ChatDone, ChatFailure, ChatMessage } from "../../shared/chat/events.js";
import type { Reduction } from "../reduced/reduction.js";

/** An answer of a conversation, as far as it has come. */
export interface ChatAnswerView {
  /** Null before its first event. */
  readonly id: string | null;
  readonly content: string;
  readonly isTyping: boolean;
  /** What the source has told last of its work; null where it has told nothing, and once the answer has ended. */
  readonly progress: unknown;
  /** What the model thinks, as far as it says so. */
  readonly reasoning: string;
  readonly failure: ChatFailure | null;
  /** Once it has ended. */
  readonly done: ChatDone | null;
}

const EMPTY: ChatAnswerView = {
  ...{ id: null, content: "", reasoning: "", isTyping: false },
  ...{ progress: null, failure: null, done: null },
};

/** An answer's message, as its event has it: a long one leaves out its content, which the chunks had. */
type SentMessage = Omit<ChatMessage, "content"> & { readonly content?: string };

/** Puts an answer together. One that takes its place on the same connection begins anew. */
export class ChatReduction implements Reduction<ChatAnswerView> {
  #view = EMPTY;
  #next: Partial<ChatAnswerView> | undefined;
  #parts: string[] = [];
  #hasMessage = false;
  readonly #completed: (message: ChatMessage) => void;

  /** @param completed - is given the answer's message. */
  constructor(completed: (message: ChatMessage) => void) {
    this.#completed = completed;
  }

  take(type: string, data: unknown): void {
    const { isTyping, id, content, code, message } = Object(data);
    if (type === "typing") this.#takeTyping(isTyping === true, String(id));
    else if (type === "chunk") this.#parts.push(String(content ?? ""));
    else if (type === "progress") this.#takeProgress(data);
    else if (type === "message") this.#takeMessage(data as SentMessage);
    // Errors of agents come by the same name where both are on one connection.
    else if (type === "error" && typeof code === "string" && typeof message === "string")
      this.#add({ failure: data as ChatFailure });
    else if (type === "done") this.#add({ done: data as ChatDone, progress: null });
  }

  #takeTyping(isTyping: boolean, id: string): void {
    const isOther = id !== (this.#next?.id ?? this.#view.id);
    if (isOther) {
      this.#view = EMPTY;
      this.#parts = [];
      this.#next = undefined;
      this.#hasMessage = false;
    }
    this.#add({ id, isTyping });
  }

  #takeProgress(progress: unknown): void {
    const { reasoning } = Object(progress);
    const before = this.#next?.reasoning ?? this.#view.reasoning;
    this.#add({ progress, ...(typeof reasoning === "string" && { reasoning: before + reasoning }) });
  }

  /** It takes the place of what was being written. */
  #takeMessage(message: SentMessage): void {
    const { content, id } = this.view();
    // Another server may say no id at the beginning.
    if (typeof message?.id !== "string" || (id ?? message.id) !== message.id || this.#hasMessage) return;
    this.#hasMessage = true;
    this.#view = { ...this.#view, content: "", reasoning: "" };
    this.#completed({ ...message, content: message.content ?? content });
  }

  #add(more: Partial<ChatAnswerView>): void {
    this.#next = { ...this.#next, ...more };
  }

  view(): ChatAnswerView {
    if (this.#next === undefined && this.#parts.length === 0) return this.#view;
    this.#view = { ...this.#view, ...this.#next, content: this.#view.content + this.#parts.join("") };
    this.#parts = [];
    this.#next = undefined;
    return this.#view;
  }
}
