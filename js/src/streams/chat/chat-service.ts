import { randomBytes } from "node:crypto";
import {
  type Authorize,
  type AuthorizeContext,
  authorizeRequest,
  type Hub,
  type RequestLike,
  reportHubError,
} from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { isFromAllowedOrigin } from "../../shared/origin.js";
import type { AnswerEnd, AnswerFormat } from "../answer/log/answer-format.js";
import { AnswerLog } from "../answer/log/answer-log.js";
import { queryOf } from "../http/query-of.js";
import { ChatAnswers } from "./chat-answers.js";
import { isChat } from "./chat-id.js";
import type { ChatLimits } from "./chat-limits.js";
import type { ChatProtocol, Run } from "./chat-protocol.js";
import type { FinishedAnswer } from "./options.js";
import type { Reading } from "./reading.js";

/** What the application's own functions are asked, and told. */
export interface ChatListeners<Format extends AnswerFormat> {
  readonly authorize: ((context: AuthorizeContext & { readonly chatId: string }) => ReturnType<Authorize>) | undefined;
  /** What it throws is reported. */
  readonly finished: ((answer: FinishedAnswer, format: Format) => unknown) | undefined;
}

/** An answer that is to begin. */
export interface NewAnswer {
  readonly chatId: string;
  readonly userId: string | undefined;
  /** Default: a new one. */
  readonly answerId?: string;
  readonly run: Run;
  /** Where one goes on meanwhile, that is read. Where one of this id is there, it is in any case. */
  readonly joins?: boolean;
}

/** The chats of a hub: who may do what with the answers of each, in whatever protocol they are. */
export class ChatService<Format extends AnswerFormat = AnswerFormat> {
  readonly #hub: Hub;
  readonly #limits: ChatLimits;
  readonly #protocol: ChatProtocol<Format>;
  readonly #listeners: ChatListeners<Format>;
  readonly #answers: ChatAnswers;

  constructor(hub: Hub, limits: ChatLimits, protocol: ChatProtocol<Format>, listeners: ChatListeners<Format>) {
    this.#hub = hub;
    this.#limits = limits;
    this.#protocol = protocol;
    this.#listeners = listeners;
    const { name, keepForMs, producerTimeoutMs } = limits;
    const log = AnswerLog.of(hub, { prefix: name, keepForMs, producerTimeoutMs });
    this.#answers = new ChatAnswers(hub, log, limits, protocol);
  }

  /** As authorizers hear of it. */
  channelOf(chatId: string): string {
    return `${this.#limits.name}:${chatId}`;
  }

  /** @throws SSEError `FORBIDDEN` for a request that another site's page makes. */
  requireOwnPage(request: RequestLike): void {
    const { origins, trustProxy } = this.#limits;
    if (isFromAllowedOrigin(request, { origins, trustProxy })) return;
    throw new SSEError("FORBIDDEN", "Messages are taken from pages of this server only");
  }

  /** Who it is. `also`: what he asks for beside. @throws SSEError where he may not. */
  admit(
    chatId: string,
    request: RequestLike,
    userId?: string,
    also: readonly string[] = [],
  ): Promise<string | undefined> {
    const { authorize } = this.#listeners;
    const asked: Authorize | undefined = authorize && ((context) => authorize({ ...context, chatId }));
    return authorizeRequest(this.#hub, request, {
      channels: [this.channelOf(chatId), ...also],
      ...(userId !== undefined && { userId }),
      ...(asked && { authorize: asked }),
    });
  }

  /** Begins an answer of somebody who was let in, and streams it to him; undefined where Node's response has it. */
  async begin(
    { chatId, userId, answerId = randomBytes(12).toString("hex"), run, joins = false }: NewAnswer,
    reading: Reading,
  ): Promise<Response | undefined> {
    const key = this.#keyOf(chatId, userId);
    const beganAt = Date.now();
    const format = this.#protocol.formatOf(answerId);
    const ended = (reason: AnswerEnd) =>
      this.#finished({ chatId, answerId, userId, reason, durationMs: Date.now() - beganAt }, format);
    const before = this.#answers.get(key);
    // Looked at here, where nothing comes between: another request may have been quicker.
    const isThere = before?.end === undefined && (joins || before?.names.traceId === answerId);
    if (before !== undefined && isThere) return this.#answers.resumed(key, reading);
    const answer = this.#answers.make(key, { answerId, userId }, format, ended);
    return this.#answers.begun(answer, before, this.#protocol.read(run), reading);
  }

  async resumed(chatId: string, reading: Reading, userId?: string): Promise<Response | undefined> {
    const owner = await this.admit(chatId, reading.request, userId, reading.also);
    return this.resume(chatId, owner, reading);
  }

  /** For somebody who was let in. */
  resume(chatId: string, userId: string | undefined, reading: Reading): Promise<Response | undefined> {
    return this.#answers.resumed(this.#keyOf(chatId, userId), reading);
  }

  /** Whether an answer goes on, or has the given id. */
  has(chatId: string, userId: string | undefined, answerId?: string): Promise<boolean> {
    return this.#answers.has(this.#keyOf(chatId, userId), answerId);
  }

  /** A request to stop the answer: of the query's `answerId`, or whichever goes on. */
  async stopped(chatId: unknown, request: RequestLike, channels: string[], userId?: string): Promise<Response> {
    this.requireOwnPage(request);
    if (!isChat(chatId)) throw new SSEError("BAD_REQUEST", "There can be no chat of this id");
    channels.push(this.channelOf(chatId));
    const owner = await this.admit(chatId, request, userId);
    const answerId = queryOf(request).get("answerId") ?? undefined;
    const stopped = this.#answers.stop(this.#keyOf(chatId, owner), answerId);
    return Response.json({ stopped }, { headers: { "Cache-Control": "no-store" } });
  }

  /** Whether there was one. `userId` left out: whosever they are. */
  stop(chatId: string, answerId: string | undefined, userId: string | undefined): boolean {
    const keys =
      userId === undefined ? this.#answers.keysOf(encodeURIComponent(chatId)) : [this.#keyOf(chatId, userId)];
    return keys.map((key) => this.#answers.stop(key, answerId)).includes(true);
  }

  #finished(answer: FinishedAnswer, format: Format): void {
    const { finished } = this.#listeners;
    if (finished === undefined) return;
    // Of its own, for the answer is over whatever this does.
    void (async () => finished(answer, format))().catch((error: unknown) =>
      reportHubError(this.#hub, error, [this.channelOf(answer.chatId)]),
    );
  }

  /** Where answers are not shared, everybody's are others: a stranger finds none. */
  #keyOf(chatId: string, userId: string | undefined): string {
    const owner = this.#limits.shared ? "" : (userId ?? "");
    return `${encodeURIComponent(owner)}:${encodeURIComponent(chatId)}`;
  }
}
