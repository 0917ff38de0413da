import type { Authorize, AuthorizeContext, RequestLike } from "../../server/hub-api.js";
import { requireFlag, requireFunction, requireKey, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import type { Chunks } from "../answer/log/read-source.js";
import { requireOrigins } from "../http/origin.js";
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
export interface ChatOptions {
  /** Chats of one hub and another name are others. Their channels are `<name>:<id>`. Default `"chat"`. */
  name?: string;
  /** Gives the answer to a message: for `chat.POST`. */
  source?: (context: ChatSourceContext) => ChatParts | Promise<ChatParts>;
  /** Whether the request may read and write the chat. Default: as the hub's authorizer says of the channel `chat:<id>`. */
  authorize?: (context: AuthorizeContext & { readonly chatId: string }) => ReturnType<Authorize>;
  /** Called once for each answer. What it throws is told to the hub's listeners. */
  onFinish?: (answer: FinishedAnswer) => unknown;
  /** All whom `authorize` lets in share the answers of a chat. Default false: everybody reads answers of his own `userId` only, where it is known. */
  shared?: boolean;
  /** No answer takes longer. Default 900,000: 15 minutes. */
  maxAnswerMs?: number;
  /** The source is ended when nobody has read the answer for so long. Default `Infinity`: it is wanted even if the tab was closed. */
  abandonAfterMs?: number;
  /** Readers in other threads are told that the answer has failed when the one that reads the source says nothing for so long. Default 30,000. */
  producerTimeoutMs?: number;
  /** How long an answer is kept that has ended, for clients that missed its end. Default 300,000: five minutes. */
  keepForMs?: number;
  /**
   * How long after its end an answer is given again to clients that do not say where they were, as `useChat` with its own transport does not. After that only
   * once for each client that was cut. Default 10,000.
   */
  replayForMs?: number;
  /** The least time between two events; parts of one text that come meanwhile are joined. Default 0: as they come. */
  flushMs?: number;
  /** Messages are taken from pages of these origins, too. Default: of the server's own only. */
  origins?: readonly string[];
  /** `X-Forwarded-Host` says which the own one is. Default false. */
  trustProxy?: boolean;
  /** Of a message's body. Default 4 MiB. */
  maxBodyBytes?: number;
}

/** With the defaults in. */
export type CheckedChatOptions = ChatOptions & Required<Omit<ChatOptions, "source" | "authorize" | "onFinish">>;

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

const OPTIONS: Names<ChatOptions> = {
  name: true,
  source: true,
  authorize: true,
  onFinish: true,
  shared: true,
  maxAnswerMs: true,
  abandonAfterMs: true,
  producerTimeoutMs: true,
  keepForMs: true,
  replayForMs: true,
  flushMs: true,
  origins: true,
  trustProxy: true,
  maxBodyBytes: true,
};

/** @throws TypeError that names the option. */
export function checkChatOptions(options: ChatOptions): CheckedChatOptions {
  requireObject("options", options);
  requireKnown("createChat", options, OPTIONS);
  const { name = "chat", source, authorize, onFinish, shared = false, origins = [], trustProxy = false } = options;
  const { maxAnswerMs = 900_000, abandonAfterMs = Infinity, producerTimeoutMs = 30_000, keepForMs = 300_000 } = options;
  const { replayForMs = 10_000, flushMs = 0, maxBodyBytes = 4 * 1024 * 1024 } = options;
  requireKey("name", name);
  if (!/^[\w-]+$/.test(name)) throw new TypeError("name must be letters, digits, _ and -");
  if (source !== undefined) requireFunction("source", source);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (onFinish !== undefined) requireFunction("onFinish", onFinish);
  requireFlag("shared", shared);
  requireFlag("trustProxy", trustProxy);
  requireOrigins(origins);
  requireNumber("maxAnswerMs", maxAnswerMs, { least: 1, infinity: true });
  requireNumber("abandonAfterMs", abandonAfterMs, { least: 1, infinity: true });
  requireNumber("producerTimeoutMs", producerTimeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("keepForMs", keepForMs, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("replayForMs", replayForMs);
  requireNumber("flushMs", flushMs, { most: 60_000 });
  requireNumber("maxBodyBytes", maxBodyBytes, { least: 1 });
  const times = { maxAnswerMs, abandonAfterMs, producerTimeoutMs, keepForMs, replayForMs, flushMs };
  return { ...options, ...times, name, shared, origins: [...origins], trustProxy, maxBodyBytes };
}
