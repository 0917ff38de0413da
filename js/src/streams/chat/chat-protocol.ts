import type { AnswerFormat } from "../answer/log/answer-format.js";
import { DONE_EVENT, PartEvents } from "./part-events.js";

/** How the answers of chats look to who reads them. */
export interface ChatProtocol<Format extends AnswerFormat = AnswerFormat> {
  /** Of one answer. */
  readonly formatOf: (answerId: string) => Format;
  /** The types of an answer's last event. */
  readonly ends: readonly string[];
  /** Beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The AI SDK's UI message stream. */
export const UI_MESSAGE_STREAM: ChatProtocol = {
  formatOf: (answerId) => new PartEvents(answerId),
  ends: [DONE_EVENT],
  headers: { "x-vercel-ai-ui-message-stream": "v1" },
};
