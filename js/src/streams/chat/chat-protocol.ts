import type { RequestLike } from "../../server/hub-api.js";
import { NOTICES_HEADER } from "../../shared/chat-headers.js";
import type { AnswerFormat } from "../answer/log/answer-format.js";
import type { Chunks } from "../answer/log/read-source.js";
import { isModelStream } from "../sources/model-stream.js";
import { DONE_EVENT, PartEvents } from "./part-events.js";

/** Gives an answer. */
export type Run = (signal: AbortSignal) => Chunks<unknown> | Promise<Chunks<unknown>>;

/** How the answers of chats look to who reads them. */
export interface ChatProtocol<Format extends AnswerFormat = AnswerFormat> {
  /** Of one answer. */
  readonly formatOf: (answerId: string) => Format;
  /** What a source gives, as the format takes it. */
  readonly read: (run: Run) => Run;
  /** The types of an answer's last event. */
  readonly ends: readonly string[];
  /** Beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client takes Millrace's notices. */
  readonly hasNotices: (request: RequestLike) => boolean;
}

/** The AI SDK's UI message stream. */
export const UI_MESSAGE_STREAM: ChatProtocol = {
  formatOf: (answerId) => new PartEvents(answerId),
  read: (run) => async (signal) => {
    const given = await run(signal);
    return isModelStream(given) ? given.toMessageParts() : given;
  },
  ends: [DONE_EVENT],
  headers: { "x-vercel-ai-ui-message-stream": "v1" },
  hasNotices: ({ headers }) => headers.get(NOTICES_HEADER) === "true",
};
