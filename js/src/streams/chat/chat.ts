import type { IncomingMessage, ServerResponse } from "node:http";
import { errorResponse, type Hub, type RequestLike } from "../../server/hub-api.js";
import { requireFunction, requireObject, requireUser } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { requireKnown } from "../../shared/misspelt.js";
import { type RequestBody, unreadBodyOf } from "../../shared/read-text.js";
import { writeAnswer } from "../http/node-answer.js";
import { isChat, requireChat } from "./chat-id.js";
import { UI_MESSAGE_STREAM } from "./chat-protocol.js";
import { ChatService } from "./chat-service.js";
import { readMessage } from "./message-body.js";
import { type ChatParts, type CheckedChatOptions, RESPOND_OPTIONS, type RespondOptions } from "./options.js";
import { nodeReading, type Reading, webReading } from "./reading.js";

/** A route's parameters, as Next.js gives them. */
export interface ChatRoute {
  readonly params: { readonly id: string } | Promise<{ readonly id: string }>;
}

const noRequest = (): RequestLike => ({ url: "http://localhost/", method: "GET", headers: new Headers() });

/** See {@link createChat}. */
export class Chat {
  readonly hub: Hub;
  readonly #options: CheckedChatOptions;
  readonly #service: ChatService;

  /** @internal Use {@link createChat}. */
  constructor(hub: Hub, options: CheckedChatOptions) {
    this.hub = hub;
    this.#options = options;
    const { authorize, onFinish } = options;
    this.#service = new ChatService(hub, options, UI_MESSAGE_STREAM, { authorize, finished: onFinish });
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
    const { request = noRequest(), headers } = options;
    requireObject("request", request);
    if (options.userId !== undefined) requireUser(options.userId);
    try {
      const userId = await this.#service.admit(chatId, request, options.userId);
      const reading = { ...webReading(this.hub, request), headers };
      return asResponse(await this.#service.begin({ chatId, userId, run: (signal) => run(signal) }, reading));
    } catch (error) {
      return errorResponse(this.hub, error, request, [this.#service.channelOf(chatId)]);
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
      return asResponse(await this.#service.resumed(chatId, reading, options.userId));
    } catch (error) {
      return errorResponse(this.hub, error, request, [this.#service.channelOf(chatId)]);
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
    return this.#service.stop(chatId, answerId, userId);
  }

  /** A route handler for `useChat`'s messages: the body is `{ id, messages, … }`. Needs the option `source`. */
  readonly POST = async (request: Request): Promise<Response> => {
    const channels: string[] = [];
    try {
      return asResponse(await this.#message(unreadBodyOf(request), webReading(this.hub, request), channels));
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
      return await this.#service.stopped(chatId, request, channels);
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
        return this.#service.stopped(chatId, reading.request, channels);
      case "GET":
      case "HEAD": {
        if (!isChat(chatId)) return new Response(null, { status: 204 });
        channels.push(this.#service.channelOf(chatId));
        return this.#service.resumed(chatId, reading);
      }
      default:
        throw new SSEError("BAD_REQUEST", "A chat takes GET, POST and DELETE");
    }
  }

  /** @param channels - is told which channel it is about, as soon as that is known. */
  async #message(body: RequestBody, reading: Reading, channels: string[]): Promise<Response | undefined> {
    const { request } = reading;
    this.#service.requireOwnPage(request);
    const { source, maxBodyBytes } = this.#options;
    if (source === undefined) throw new TypeError("Messages need the option source of createChat");
    const sent = await readMessage(body, maxBodyBytes);
    const { chatId } = sent;
    channels.push(this.#service.channelOf(chatId));
    const userId = await this.#service.admit(chatId, request);
    const run = (signal: AbortSignal) => source({ ...sent, request, userId, signal });
    return this.#service.begin({ chatId, userId, run }, reading);
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
