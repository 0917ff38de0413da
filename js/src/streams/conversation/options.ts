import type { Authorize, AuthorizeContext, RequestLike } from "../../server/hub-api.js";
import {
  requireFunction,
  requireKey,
  requireObject,
  requireString,
  requireStringArray,
  requireUser,
} from "../../shared/arguments.js";
import type { ChatDone, ChatMessage } from "../../shared/chat/events.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import { CHAT_LIMITS, type ChatLimitOptions, type ChatLimits, checkChatLimits } from "../chat/chat-limits.js";
import type { ConversationChunks } from "./conversation-chunk.js";

/** What the source of a conversation's answers is told. */
export interface ConversationContext {
  readonly conversationId: string;
  /** What the client has sent, the oldest first: of anybody who may write here, so it is not to be trusted. `[]` where it sends none. */
  readonly messages: readonly ChatMessage[];
  /** The last one, where that is the user's. */
  readonly message: ChatMessage | undefined;
  /** `regenerate`: the answer to the last message is asked for once more. */
  readonly trigger: "send" | "regenerate";
  /** The whole body of the request; `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly request: RequestLike;
  readonly userId: string | undefined;
  /** Of the answer, and of the message that it becomes. */
  readonly answerId: string;
  /** Aborted when the answer is stopped, or takes too long: not when its reader leaves. */
  readonly signal: AbortSignal;
}

/** Gives an answer; called once for each, however often its client connects. */
export type ConversationSource = (context: ConversationContext) => ConversationChunks | Promise<ConversationChunks>;

/** How an answer has ended. */
export interface FinishedConversationAnswer extends ChatDoneDetails {
  readonly conversationId: string;
  readonly answerId: string;
  readonly userId: string | undefined;
  /** What was said, to be kept; with `isPartial` where that is not all. Undefined where nothing was. */
  readonly message: ChatMessage | undefined;
  /** What the source has thrown. */
  readonly error?: unknown;
  /** `completed`: the source has come to its end. */
  readonly end: AnswerEnd;
  readonly durationMs: number;
}
type ChatDoneDetails = Pick<ChatDone, "finishReason" | "usage" | "model">;

/** Options of {@link createChatStream}. */
export interface ChatStreamOptions extends ChatLimitOptions {
  /** Default `"conversation"`. Channels are `<name>:<conversationId>`. */
  name?: string;
  /** A POST sends a message and begins its answer; a GET goes on with the answer there is, or begins one; a DELETE stops it. */
  request: Request;
  /** From the route: 1 to 256 characters. Others are answered 404. */
  conversationId: string;
  source: ConversationSource;
  /** Whose the conversation is: answers are his alone. Default: as the authorizer says. */
  userId?: string;
  /** Whether the request may read and write it. Default: as the hub's authorizer says of the channel `conversation:<id>`. */
  authorize?: (context: AuthorizeContext & { readonly conversationId: string }) => ReturnType<Authorize>;
  /** Called once for each answer: the place to save its message. What it throws is told to the hub's listeners. */
  onFinish?: (answer: FinishedConversationAnswer) => unknown;
  /**
   * Other channels that this connection reads beside, from now on: the agents that work on the answer. The hook tells their events from the answer's by their types, so none
   * of a conversation's own may be among them.
   */
  also?: readonly string[];
  /** Beside the usual ones. */
  headers?: Record<string, string>;
}

/** With the defaults in. */
export type CheckedChatStreamOptions = ChatStreamOptions & { readonly limits: ChatLimits };

const OPTIONS: Names<ChatStreamOptions> = {
  ...CHAT_LIMITS,
  request: true,
  conversationId: true,
  source: true,
  userId: true,
  authorize: true,
  onFinish: true,
  also: true,
  headers: true,
};

/** @throws TypeError that names the option. */
export function checkChatStreamOptions(options: ChatStreamOptions): CheckedChatStreamOptions {
  requireObject("options", options);
  requireKnown("createChatStream", options, OPTIONS);
  const { request, conversationId, source, userId, authorize, onFinish, also } = options;
  requireObject("request", request);
  requireString("conversationId", conversationId);
  requireFunction("source", source);
  if (userId !== undefined) requireUser(userId);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (onFinish !== undefined) requireFunction("onFinish", onFinish);
  if (also !== undefined) requireStringArray("also", also);
  for (const channel of also ?? []) requireKey("also", channel);
  if (options.headers !== undefined) requireObject("headers", options.headers);
  return { ...withoutUndefined(options), limits: checkChatLimits(options, "conversation") };
}
