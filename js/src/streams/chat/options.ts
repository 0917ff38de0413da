import type { Authorize, AuthorizeContext, RequestLike } from "../../server/hub-api.js";
import { requireFunction, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import type { Chunks } from "../answer/log/read-source.js";
import { CHAT_LIMITS, type ChatLimitOptions, type ChatLimits, checkChatLimits } from "./chat-limits.js";
import type { MessagePart } from "./part-events.js";

/** What gives an answer: a UI message stream of the AI SDK, or any iterable of its parts. */
export type ChatParts = Chunks<MessagePart> | Chunks<object>;

/** What a chat's `source` is told. */
export interface ChatSourceContext {
  readonly chatId: string;
  /** The messages that `useChat` has sent; `[]` where the body has none. */
  readonly messages: readonly unknown[];
  /** The whole body of the request. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly request: RequestLike;
  readonly userId: string | undefined;
  /** Aborted when the answer is stopped, or takes too long: not when its reader leaves. */
  readonly signal: AbortSignal;
}

/** How an answer has ended, and whose it was. */
export interface FinishedAnswer {
  readonly chatId: string;
  readonly answerId: string;
  readonly userId: string | undefined;
  /** `completed`: the source has come to its end. */
  readonly reason: AnswerEnd;
  readonly durationMs: number;
}

/** Options of {@link createChat}. */
export interface ChatOptions extends ChatLimitOptions {
  /** Chats of one hub and another name are others. Their channels are `<name>:<id>`. Default `"chat"`. */
  name?: string;
  /** Gives the answer to a message: for `chat.POST`. */
  source?: (context: ChatSourceContext) => ChatParts | Promise<ChatParts>;
  /** Whether the request may read and write the chat. Default: as the hub's authorizer says of the channel `chat:<id>`. */
  authorize?: (context: AuthorizeContext & { readonly chatId: string }) => ReturnType<Authorize>;
  /** Called once for each answer. What it throws is told to the hub's listeners. */
  onFinish?: (answer: FinishedAnswer) => unknown;
}

/** With the defaults in. */
export type CheckedChatOptions = ChatOptions & ChatLimits;

/** Options of one answer. */
export interface RespondOptions {
  /** The client's request, by which it is authorised and resumed. Needed wherever somebody is asked who may read. */
  request?: RequestLike;
  /** Whose answer it is. Default: as the authorizer says. */
  userId?: string;
  /** Beside the usual ones. */
  headers?: Record<string, string>;
}

export const RESPOND_OPTIONS: Names<RespondOptions> = { request: true, userId: true, headers: true };

const OPTIONS: Names<ChatOptions> = { ...CHAT_LIMITS, source: true, authorize: true, onFinish: true };

/** @throws TypeError that names the option. */
export function checkChatOptions(options: ChatOptions): CheckedChatOptions {
  requireObject("options", options);
  requireKnown("createChat", options, OPTIONS);
  const { source, authorize, onFinish } = options;
  if (source !== undefined) requireFunction("source", source);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (onFinish !== undefined) requireFunction("onFinish", onFinish);
  return { ...options, ...checkChatLimits(options, "chat") };
}
