import type { AnswerEnd, AnswerEvent, AnswerFormat, AnswerProgress } from "../answer/log/answer-format.js";
import { splitText } from "../answer/log/split-text.js";
import { shownError } from "../sources/source-error.js";

/**
 * A part of a UI message stream, as the AI SDK has it: `{ type: "text-delta", id, delta }` and many others, which pass through as they are.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export type MessagePart = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The type of the event whose data is `[DONE]`: the last one. */
export const DONE_EVENT = "done";

/** Of a part, beside its delta. */
const USUAL_LENGTH = 60;
/** By the part's type: what it is a part of, and the text that grows. */
const DELTAS: ReadonlyMap<string, readonly [of: string, text: string]> = new Map([
  ["text-delta", ["id", "delta"]],
  ["reasoning-delta", ["id", "delta"]],
  ["tool-input-delta", ["toolCallId", "inputTextDelta"]],
]);

/** What the reader is told of an answer that is not whole. */
const ERRORS: Partial<Record<AnswerEnd, string>> = {
  duration_cap: "The answer took too long",
  abandoned: "The answer was ended, for nobody read it",
  too_large: "The answer is too large",
  failed: "The answer could not be completed",
};

/** A UI message stream in a log: an event for each part, and `[DONE]`. */
export class PartEvents implements AnswerFormat<MessagePart> {
  readonly #messageId: string;
  /** The `start` part was sent. */
  #hasBegun = false;

  /** @param messageId - of the message, where the source gives it none: so that whoever reads it twice knows it again. */
  constructor(messageId: string) {
    this.#messageId = messageId;
  }

  toPiece(chunk: unknown): MessagePart {
    if (typeof chunk === "string" || typeof Object(chunk).type !== "string") {
      throw new TypeError("The source must give the parts of a UI message stream: result.toUIMessageStream()");
    }
    return { ...(chunk as MessagePart) }; // it may be held, and the source's own be used again
  }

  /** The source was stopped by somebody else than us: what there is is not the whole. */
  endedBy(chunk: unknown): AnswerEnd | undefined {
    return Object(chunk).type === "abort" ? "stopped" : undefined;
  }

  lengthOf(part: MessagePart): number {
    const text = part.providerMetadata === undefined ? deltaOf(part) : undefined;
    return text === undefined ? (JSON.stringify(part)?.length ?? 0) : text.length + USUAL_LENGTH;
  }

  /** Deltas of the same text, with nothing else in them. */
  joined(first: MessagePart, second: MessagePart): MessagePart | undefined {
    const [of, text] = DELTAS.get(first.type) ?? [];
    if (of === undefined || text === undefined || first.type !== second.type || first[of] !== second[of])
      return undefined;
    const [before, after] = [deltaOf(first), deltaOf(second)];
    const isPlain = Object.keys(first).length === 3 && Object.keys(second).length === 3;
    return isPlain && before !== undefined && after !== undefined ? { ...first, [text]: before + after } : undefined;
  }

  eventsOf(part: MessagePart): AnswerEvent[] {
    if (this.#hasBegun) return eventsOf(part);
    this.#hasBegun = true;
    const start = { type: "start", messageId: this.#messageId };
    return part.type === "start" ? eventsOf({ ...start, ...part }) : [{ data: start }, ...eventsOf(part)];
  }

  endOf(end: AnswerEnd, { error }: Pick<AnswerProgress, "error"> = {}): AnswerEvent[] {
    const errorText = shownError(error)?.message ?? ERRORS[end];
    const last: MessagePart[] = errorText === undefined ? [] : [{ type: "error", errorText }];
    if (end === "stopped") last.push({ type: "abort" });
    return [...last.map((data) => ({ data })), { event: DONE_EVENT, data: "[DONE]", raw: true as const }];
  }
}

/** One, or several of a delta that is too long for one. */
function eventsOf(part: MessagePart): AnswerEvent[] {
  const delta = deltaOf(part);
  const texts = splitText(delta ?? "");
  if (texts.length <= 1) return [{ data: part }];
  const [, name = ""] = DELTAS.get(part.type) ?? [];
  return texts.map((text) => ({ data: { ...part, [name]: text } }));
}

/** The text of a part that has one. */
function deltaOf(part: MessagePart): string | undefined {
  const [, name] = DELTAS.get(part.type) ?? [];
  const delta = name === undefined ? undefined : part[name];
  return typeof delta === "string" ? delta : undefined;
}
