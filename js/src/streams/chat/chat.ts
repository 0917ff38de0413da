import { randomBytes } from "node:crypto";
import {
  type Authorize,
  authorizeRequest,
  errorResponse,
  type Hub,
  type RequestLike,
  reportHubError,
} from "../../server/hub-api.js";
import { requireFunction, requireKey, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { requireKnown } from "../../shared/misspelt.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import { AnswerLog } from "../answer/log/answer-log.js";
import { isFromAllowedOrigin } from "../http/origin.js";
import { ChatAnswers } from "./chat-answers.js";
import { readMessage } from "./message-body.js";
import { type ChatParts, type CheckedChatOptions, RESPOND_OPTIONS, type RespondOptions } from "./options.js";
import { PartEvents } from "./part-events.js";

/** A route's parameters, as Next.js gives them. */
export interface ChatRoute {
  readonly params: { readonly id: string } | Promise<{ readonly id: string }>;
}

const LONGEST_ID = 256;
const NO_REQUEST: RequestLike = { url: "http://localhost/", method: "GET", headers: new Headers() };

/** See {@link createChat}. */
export class Chat {
  readonly hub: Hub;
  readonly #options: CheckedChatOptions;
  readonly #answers: ChatAnswers;

  /** @internal Use {@link createChat}. */
  constructor(hub: Hub, options: CheckedChatOptions) {
    this.hub = hub;
    this.#options = options;
    const { keepForMs, producerTimeoutMs } = options;
    this.#answers = new ChatAnswers(hub, AnswerLog.of(hub, { prefix: "chat", keepForMs, producerTimeoutMs }), options);
  }

  /**
   * Begins an answer, streams it to this client, and keeps it. One that goes on in this chat is stopped. The source goes on whoever leaves.
   *
   * @param run - gives the answer: the AI SDK's `result.toUIMessageStream()`, or any iterable of parts. Called once the client is let in.
   * @throws TypeError for arguments that it cannot have. Everything else is answered.
   * @example
   * return chat.respond(id, (signal) => streamText({ model, messages, abortSignal: signal }).toUIMessageStream(), { request });
   */
  async respond(
    chatId: string,
    run: (signal: AbortSignal) => ChatParts | Promise<ChatParts>,
    options: RespondOptions = {},
  ): Promise<Response> {
    requireChat(chatId);
    requireFunction("run", run);
    requireObject("options", options);
    requireKnown("respond", options, RESPOND_OPTIONS);
    const { request = NO_REQUEST } = options;
    try {
      const userId = await this.#admit(chatId, request, options.userId);
      return await this.#begin(chatId, userId, (signal) => run(signal), request, options.headers);
    } catch (error) {
      return errorResponse(this.hub, error, request, [channelOf(chatId)]);
    }
  }

  /**
   * The answer that goes on in this chat, from its beginning or where the client was cut; 204 where there is none. One that has ended lately is given to
   * clients that may have missed its end.
   *
   * @example
   * export const GET = async (request: Request, { params }) => chat.resume((await params).id, request);
   */
  async resume(chatId: string, request: RequestLike, options: Omit<RespondOptions, "request"> = {}): Promise<Response> {
    requireChat(chatId);
    requireObject("request", request);
    requireObject("options", options);
    requireKnown<Omit<RespondOptions, "request">>("resume", options, { userId: true, headers: true });
    try {
      const userId = await this.#admit(chatId, request, options.userId);
      return await this.#answers.resumed(this.#keyOf(chatId, userId), request, options.headers);
    } catch (error) {
      return errorResponse(this.hub, error, request, [channelOf(chatId)]);
    }
  }

  /**
   * Ends the answer that goes on in this chat, for all its readers, and its source. Whether there was one.
   *
   * @param answerId - only this one: `X-Answer-ID` of its response. Default: whichever goes on.
   * @param userId - whose it is, where answers are not shared.
   */
  async stop(chatId: string, { answerId, userId }: { answerId?: string; userId?: string } = {}): Promise<boolean> {
    requireChat(chatId);
    return this.#answers.stop(this.#keyOf(chatId, userId), answerId);
  }

  /** A route handler for `useChat`'s messages: the body is `{ id, messages, … }`. Needs the option `source`. */
  readonly POST = async (request: Request): Promise<Response> => {
    const channels: string[] = [];
    try {
      this.#requireOwnPage(request);
      const { source, maxBodyBytes } = this.#options;
      if (source === undefined) throw new TypeError("chat.POST needs the option source of createChat");
      const { chatId, messages, body } = await readMessage(request, maxBodyBytes);
      channels.push(channelOf(chatId));
      const userId = await this.#admit(chatId, request);
      const run = (signal: AbortSignal) => source({ chatId, messages, body, request, userId, signal });
      return await this.#begin(chatId, userId, run, request);
    } catch (error) {
      return errorResponse(this.hub, error, request, channels);
    }
  };

  /** A route handler of `/api/chat/[id]/stream`: {@link Chat.resume}. */
  readonly GET = async (request: Request, route: ChatRoute): Promise<Response> => {
    const chatId = await idOf(route);
    return isChat(chatId) ? this.resume(chatId, request) : new Response(null, { status: 204 });
  };

  /** A route handler that stops the answer: of the query's `answerId`, or whichever goes on. Answers `{ "stopped": true }`. */
  readonly DELETE = async (request: Request, route: ChatRoute): Promise<Response> => {
    const chatId = await idOf(route);
    try {
      this.#requireOwnPage(request);
      if (!isChat(chatId)) throw new SSEError("BAD_REQUEST", "There can be no chat of this id");
      const userId = await this.#admit(chatId, request);
      const answerId = new URL(request.url, "http://localhost").searchParams.get("answerId") ?? undefined;
      const stopped = await this.#answers.stop(this.#keyOf(chatId, userId), answerId);
      return Response.json({ stopped }, { headers: { "Cache-Control": "no-store" } });
    } catch (error) {
      return errorResponse(this.hub, error, request, isChat(chatId) ? [channelOf(chatId)] : []);
    }
  };

  /** Who it is. @throws SSEError where he may not. */
  #admit(chatId: string, request: RequestLike, userId?: string): Promise<string | undefined> {
    const { authorize } = this.#options;
    const asked: Authorize | undefined = authorize && ((context) => authorize({ ...context, chatId }));
    return authorizeRequest(this.hub, request, {
      channels: [channelOf(chatId)],
      ...(userId !== undefined && { userId }),
      ...(asked && { authorize: asked }),
    });
  }

  async #begin(
    chatId: string,
    userId: string | undefined,
    run: (signal: AbortSignal) => ChatParts | Promise<ChatParts>,
    request: RequestLike,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const key = this.#keyOf(chatId, userId);
    const answerId = randomBytes(12).toString("hex");
    const beganAt = Date.now();
    const ended = (reason: AnswerEnd) =>
      this.#finished({ chatId, answerId, userId, reason, durationMs: Date.now() - beganAt });
    const answer = this.#answers.make(key, { answerId, userId }, new PartEvents(answerId), ended);
    return this.#answers.begun(answer, run, request, headers);
  }

  #finished(answer: {
    chatId: string;
    answerId: string;
    userId: string | undefined;
    reason: AnswerEnd;
    durationMs: number;
  }): void {
    const { onFinish } = this.#options;
    if (onFinish === undefined) return;
    // Of its own, for the answer is over whatever this does.
    void (async () => onFinish(answer))().catch((error: unknown) =>
      reportHubError(this.hub, error, [channelOf(answer.chatId)]),
    );
  }

  #requireOwnPage(request: RequestLike): void {
    const { origins, trustProxy } = this.#options;
    if (isFromAllowedOrigin(request, { origins, trustProxy })) return;
    throw new SSEError("FORBIDDEN", "Messages are taken from pages of this server only");
  }

  /** Where answers are not shared, everybody's are others: a stranger finds none. */
  #keyOf(chatId: string, userId: string | undefined): string {
    const owner = this.#options.shared ? "" : (userId ?? "");
    return `${encodeURIComponent(owner)}:${encodeURIComponent(chatId)}`;
  }
}

function channelOf(chatId: string): string {
  return `chat:${chatId}`;
}

function isChat(chatId: unknown): chatId is string {
  try {
    requireChat(chatId);
    return true;
  } catch {
    return false;
  }
}

function requireChat(chatId: unknown): asserts chatId is string {
  requireKey("chatId", chatId);
  if (chatId.length > LONGEST_ID) throw new TypeError(`chatId must have at most ${LONGEST_ID} characters`);
}

/** Next.js decodes it. */
async function idOf({ params }: ChatRoute): Promise<unknown> {
  return Object(await params).id;
}
