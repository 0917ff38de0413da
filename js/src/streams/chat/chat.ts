import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Authorize,
  authorizeRequest,
  errorResponse,
  type Hub,
  type RequestLike,
  reportHubError,
} from "../../server/hub-api.js";
import { requireFunction, requireObject, requireUser } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { requireKnown } from "../../shared/misspelt.js";
import type { AnswerEnd } from "../answer/log/answer-format.js";
import { AnswerLog } from "../answer/log/answer-log.js";
import { writeAnswer } from "../http/node-answer.js";
import { isFromAllowedOrigin } from "../http/origin.js";
import { ChatAnswers } from "./chat-answers.js";
import { isChat, requireChat } from "./chat-id.js";
import { type MessageBody, readMessage } from "./message-body.js";
import { type ChatParts, type CheckedChatOptions, RESPOND_OPTIONS, type RespondOptions } from "./options.js";
import { PartEvents } from "./part-events.js";
import { nodeReading, type Reading, webReading } from "./reading.js";

/** A route's parameters, as Next.js gives them. */
export interface ChatRoute {
  readonly params: { readonly id: string } | Promise<{ readonly id: string }>;
}

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
    const { name, keepForMs, producerTimeoutMs } = options;
    this.#answers = new ChatAnswers(hub, AnswerLog.of(hub, { prefix: name, keepForMs, producerTimeoutMs }), options);
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
    const { request = NO_REQUEST, headers } = options;
    requireObject("request", request);
    if (options.userId !== undefined) requireUser(options.userId);
    try {
      const userId = await this.#admit(chatId, request, options.userId);
      return asResponse(
        await this.#begin(chatId, userId, (signal) => run(signal), { ...webReading(this.hub, request), headers }),
      );
    } catch (error) {
      return errorResponse(this.hub, error, request, [this.#channelOf(chatId)]);
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
      const reading = { ...webReading(this.hub, request), headers: options.headers };
      return asResponse(await this.#resumed(chatId, reading, options.userId));
    } catch (error) {
      return errorResponse(this.hub, error, request, [this.#channelOf(chatId)]);
    }
  }

  /**
   * Ends the answer that goes on in this chat, for all its readers, and its source. Whether there was one.
   *
   * @param answerId - only this one: `X-Answer-ID` of its response. Default: whichever goes on.
   * @param userId - only this user's. Default: whosever they are.
   */
  async stop(chatId: string, { answerId, userId }: { answerId?: string; userId?: string } = {}): Promise<boolean> {
    requireChat(chatId);
    const keys =
      userId === undefined ? this.#answers.keysOf(encodeURIComponent(chatId)) : [this.#keyOf(chatId, userId)];
    return keys.map((key) => this.#answers.stop(key, answerId)).includes(true);
  }

  /** A route handler for `useChat`'s messages: the body is `{ id, messages, … }`. Needs the option `source`. */
  readonly POST = async (request: Request): Promise<Response> => {
    const channels: string[] = [];
    try {
      return asResponse(await this.#message(request.body, webReading(this.hub, request), channels));
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
    const channels: string[] = [];
    try {
      return await this.#stopped(chatId, request, channels);
    } catch (error) {
      return errorResponse(this.hub, error, request, channels);
    }
  };

  /**
   * All three with Node's request and response: a POST is a message, a GET resumes, a DELETE stops. The client is answered whatever happens, and the promise need not be
   * waited for. The core writes to the socket where that is safe.
   *
   * @param chatId - of GET and DELETE, from the path; a POST says it in its body.
   * @example
   * createServer((req, res) => void chat.attach(req, res, req.url?.split("/")[3])).listen(3000); // /api/chat/<id>/stream
   */
  async attach(req: IncomingMessage, res: ServerResponse, chatId?: string): Promise<void> {
    const reading = nodeReading(this.hub, req, res);
    const channels: string[] = [];
    try {
      const answer = await this.#answerNode(req, chatId, reading, channels);
      if (answer !== undefined) await writeAnswer(answer, res);
    } catch (error) {
      await writeAnswer(errorResponse(this.hub, error, reading.request, channels), res).catch(() => {});
    }
  }

  async #answerNode(
    req: IncomingMessage,
    chatId: unknown,
    reading: Reading,
    channels: string[],
  ): Promise<Response | undefined> {
    switch (req.method) {
      case "POST":
        return this.#message(req, reading, channels);
      case "DELETE":
        return this.#stopped(chatId, reading.request, channels);
      case "GET":
      case "HEAD": {
        if (!isChat(chatId)) return new Response(null, { status: 204 });
        channels.push(this.#channelOf(chatId));
        return this.#resumed(chatId, reading);
      }
      default:
        throw new SSEError("BAD_REQUEST", "A chat takes GET, POST and DELETE");
    }
  }

  /** @param channels - is told which channel it is about, as soon as that is known. */
  async #message(body: MessageBody, reading: Reading, channels: string[]): Promise<Response | undefined> {
    const { request } = reading;
    this.#requireOwnPage(request);
    const { source, maxBodyBytes } = this.#options;
    if (source === undefined) throw new TypeError("Messages need the option source of createChat");
    const sent = await readMessage(body, maxBodyBytes);
    const { chatId } = sent;
    channels.push(this.#channelOf(chatId));
    const userId = await this.#admit(chatId, request);
    return this.#begin(chatId, userId, (signal) => source({ ...sent, request, userId, signal }), reading);
  }

  async #resumed(chatId: string, reading: Reading, userId?: string): Promise<Response | undefined> {
    const owner = await this.#admit(chatId, reading.request, userId);
    return this.#answers.resumed(this.#keyOf(chatId, owner), reading);
  }

  async #stopped(chatId: unknown, request: RequestLike, channels: string[]): Promise<Response> {
    this.#requireOwnPage(request);
    if (!isChat(chatId)) throw new SSEError("BAD_REQUEST", "There can be no chat of this id");
    channels.push(this.#channelOf(chatId));
    const userId = await this.#admit(chatId, request);
    const answerId = new URL(request.url, "http://localhost").searchParams.get("answerId") ?? undefined;
    const stopped = this.#answers.stop(this.#keyOf(chatId, userId), answerId);
    return Response.json({ stopped }, { headers: { "Cache-Control": "no-store" } });
  }

  /** Who it is. @throws SSEError where he may not. */
  #admit(chatId: string, request: RequestLike, userId?: string): Promise<string | undefined> {
    const { authorize } = this.#options;
    const asked: Authorize | undefined = authorize && ((context) => authorize({ ...context, chatId }));
    return authorizeRequest(this.hub, request, {
      channels: [this.#channelOf(chatId)],
      ...(userId !== undefined && { userId }),
      ...(asked && { authorize: asked }),
    });
  }

  async #begin(
    chatId: string,
    userId: string | undefined,
    run: (signal: AbortSignal) => ChatParts | Promise<ChatParts>,
    reading: Reading,
  ): Promise<Response | undefined> {
    const key = this.#keyOf(chatId, userId);
    const answerId = randomBytes(12).toString("hex");
    const beganAt = Date.now();
    const ended = (reason: AnswerEnd) =>
      this.#finished({ chatId, answerId, userId, reason, durationMs: Date.now() - beganAt });
    const before = this.#answers.get(key);
    const answer = this.#answers.make(key, { answerId, userId }, new PartEvents(answerId), ended);
    return this.#answers.begun(answer, before, run, reading);
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
      reportHubError(this.hub, error, [this.#channelOf(answer.chatId)]),
    );
  }

  #requireOwnPage(request: RequestLike): void {
    const { origins, trustProxy } = this.#options;
    if (isFromAllowedOrigin(request, { origins, trustProxy })) return;
    throw new SSEError("FORBIDDEN", "Messages are taken from pages of this server only");
  }

  /** As authorizers hear of it. */
  #channelOf(chatId: string): string {
    return `${this.#options.name}:${chatId}`;
  }

  /** Where answers are not shared, everybody's are others: a stranger finds none. */
  #keyOf(chatId: string, userId: string | undefined): string {
    const owner = this.#options.shared ? "" : (userId ?? "");
    return `${encodeURIComponent(owner)}:${encodeURIComponent(chatId)}`;
  }
}

/** A web response is always there. */
function asResponse(response: Response | undefined): Response {
  return response ?? new Response(null, { status: 204 });
}

/** Next.js decodes it. */
async function idOf({ params }: ChatRoute): Promise<unknown> {
  return Object(await params).id;
}
