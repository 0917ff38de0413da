import type { MessagePart } from "../chat/part-events.js";
import type { ModelPart } from "./model-part.js";
import { toMessageParts } from "./to-message-parts.js";

/** What a {@link ModelStream} is made of. */
export interface ModelAnswer {
  readonly parts: AsyncGenerator<ModelPart, void, undefined>;
  /** The same as parts of a UI message stream, where the source has them. */
  readonly messageParts?: AsyncGenerator<MessagePart, void, undefined>;
  /** Ends it at once. */
  readonly cancel: () => void;
}

const BRAND = Symbol.for("millrace.model-stream");

/** A model's answer, to be read once: by `createChatStream`, `createChat` and `createAnswerStream`, or by a loop of one's own. */
export class ModelStream implements AsyncIterable<ModelPart> {
  readonly #make: () => ModelAnswer;
  #isTaken = false;

  /** @internal Use `fromOpenAI` and its like. */
  constructor(make: () => ModelAnswer) {
    this.#make = make;
  }

  get [BRAND](): true {
    return true;
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelPart> {
    const { parts, cancel } = this.#take();
    return ended(parts, cancel);
  }

  /** As the parts of a UI message stream, as `useChat` reads them. */
  toMessageParts(): AsyncIterable<MessagePart> {
    const { parts, messageParts = toMessageParts(parts), cancel } = this.#take();
    return { [Symbol.asyncIterator]: () => ended(messageParts, cancel) };
  }

  #take(): ModelAnswer {
    if (this.#isTaken) throw new TypeError("A model's answer can be read once");
    this.#isTaken = true;
    return this.#make();
  }
}

/** Whichever copy of this module has made it. */
export function isModelStream(given: unknown): given is ModelStream {
  return Object(given)[BRAND] === true;
}

/** Leaving it ends what it comes from at once: the generator itself waits for its next event, which then is nobody's. */
function ended<Part>(parts: AsyncGenerator<Part, void, undefined>, cancel: () => void): AsyncIterator<Part> {
  const over = { done: true, value: undefined } as const;
  let isLeft = false;
  return {
    next: async () => {
      try {
        const step = await parts.next();
        return isLeft ? over : step;
      } catch (error) {
        if (isLeft) return over;
        throw error;
      }
    },
    return: async () => {
      isLeft = true;
      cancel();
      await parts.return(undefined);
      return over;
    },
  };
}
