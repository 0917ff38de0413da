import type { AnswerEnd, AnswerEvent, AnswerFormat } from "../answer/log/answer-format.js";
import { splitText } from "../answer/log/split-text.js";

/** The data of a `text` event: where in the stream the text begins, and the text. */
export type TextPart = readonly [at: number, text: string];

/** The types of the last event of a text: the whole of it was there, or it was not. */
export const TEXT_ENDS: readonly string[] = ["end", "error"];

/** A stream of strings in a log. Each entry knows how many characters are before it, so that a reader who has some of them finds the next without joining any. */
export class TextEvents implements AnswerFormat<string> {
  #characters = 0;

  toPiece(chunk: unknown): string | undefined {
    if (typeof chunk !== "string")
      throw new TypeError("A resumable stream must give strings: pipe it through a TextDecoderStream");
    return chunk === "" ? undefined : chunk;
  }

  lengthOf(piece: string): number {
    return piece.length;
  }

  joined(first: string, second: string): string {
    return first + second;
  }

  eventsOf(piece: string): AnswerEvent[] {
    return splitText(piece).map((text) => {
      const at = this.#characters;
      this.#characters += text.length;
      return { event: "text", data: [at, text] satisfies TextPart };
    });
  }

  endOf(end: AnswerEnd): AnswerEvent[] {
    return [{ event: end === "completed" ? "end" : "error", data: { reason: end } }];
  }
}
