import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuthorizeContext, errorResponse, type Hub } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { SSEError } from "../../shared/errors.js";
import { type RequestBody, unreadBodyOf } from "../../shared/read-text.js";
import { isChat } from "../chat/chat-id.js";
import type { ChatProtocol } from "../chat/chat-protocol.js";
import { ChatService } from "../chat/chat-service.js";
import { nodeReading, type Reading, webReading } from "../chat/reading.js";
import { writeAnswer } from "../http/node-answer.js";
import { queryOf } from "../http/query-of.js";
import { requireHub } from "../http/require-hub.js";
import { ConversationEvents } from "./conversation-events.js";
import {
  type ChatStreamOptions,
  type CheckedChatStreamOptions,
  checkChatStreamOptions,
  type FinishedConversationAnswer,
} from "./options.js";
import { readMessages } from "./sent-messages.js";

const CONVERSATION: ChatProtocol<ConversationEvents> = {
  formatOf: (answerId) => new ConversationEvents(answerId),
  read: (run) => run,
  ends: ["done"],
  headers: {},
  hasNotices: () => true,
};

/**
 * A route of a conversation: a POST sends a message and streams its answer, a GET goes on with the answer that there is, a DELETE stops it. Each answer is read once from its
 * source, kept, and read from its beginning or where its client was cut. Its events are `typing`, `chunk`, `progress`, and at the end `message` or `error`, and `done`.
 *
 * A GET where no answer goes on begins one, as `EventSource` asks; with `resume` in its query it is answered 204.
 *
 * @throws TypeError for options that it cannot have. Everything else is answered.
 * @example
 * // app/api/chat/conversations/[id]/stream/route.ts
 * const handler = async (request: Request, { params }: { params: Promise<{ id: string }> }) =>
 *   createChatStream(hub, { request, conversationId: (await params).id, source: ({ messages, signal }) => fromOpenAI(ask(messages, signal)) });
 * export { handler as GET, handler as POST, handler as DELETE };
 */
export async function createChatStream(hub: AnyHub, options: ChatStreamOptions): Promise<Response> {
  requireHub(hub);
  const checked = checkChatStreamOptions(options);
  const { request } = checked;
  const channels: string[] = [];
  try {
    const response = await answer(hub, checked, unreadBodyOf(request), webReading(hub, request), channels);
    return response ?? new Response(null, { status: 204 });
  } catch (error) {
    return errorResponse(hub, error, request, channels);
  }
}

/**
 * The same with Node's request and response, of `node:http`, Express and what is built upon it. The client is answered whatever happens, and the promise need not
 * be waited for.
 *
 * @throws TypeError for options that it cannot have.
 * @example
 * createServer((req, res) => void attachChatStream(req, res, hub, { conversationId: idOf(req), source })).listen(3000);
 */
export function attachChatStream(
  req: IncomingMessage,
  res: ServerResponse,
  hub: AnyHub,
  options: Omit<ChatStreamOptions, "request">,
): Promise<void> {
  requireHub(hub);
  const attaching = attach(req, res, hub, options);
  attaching.catch(() => {}); // the client was answered
  return attaching;
}

async function attach(
  req: IncomingMessage,
  res: ServerResponse,
  hub: Hub,
  options: Omit<ChatStreamOptions, "request">,
): Promise<void> {
  const reading = nodeReading(hub, req, res);
  const channels: string[] = [];
  try {
    const checked = checkChatStreamOptions({ ...options, request: reading.request as Request });
    const response = await answer(hub, checked, req, reading, channels);
    if (response !== undefined) await writeAnswer(response, res);
  } catch (error) {
    await writeAnswer(errorResponse(hub, error, reading.request, channels), res).catch(() => {});
    if (error instanceof TypeError) throw error; // the caller's own mistake
  }
}

async function answer(
  hub: Hub,
  options: CheckedChatStreamOptions,
  body: RequestBody,
  outlet: Reading,
  channels: string[],
): Promise<Response | undefined> {
  const { conversationId, also = [], headers, userId: given, limits } = options;
  const reading = { ...outlet, headers, also };
  const { request } = reading;
  // Of the route, so it may be anything that somebody has written into an address.
  if (!isChat(conversationId)) throw new SSEError("NO_SUCH_CHANNEL", "There is no such conversation");
  const service = serviceOf(hub, options);
  channels.push(service.channelOf(conversationId));
  const query = queryOf(request);
  const asked = answerIdOf(query);
  switch (request.method) {
    case "POST": {
      service.requireOwnPage(request);
      const sent = await readMessages(body, limits.maxBodyBytes);
      const userId = await service.admit(conversationId, request, given, also);
      // The same order once more: its answer was cut before it said anything.
      const isAgain = asked !== undefined && (await service.has(conversationId, userId, asked));
      if (isAgain) return service.resume(conversationId, userId, reading);
      return begin(service, options, { ...sent, userId, answerId: asked }, reading);
    }
    case "GET":
    case "HEAD": {
      const userId = await service.admit(conversationId, request, given, also);
      const hasCursor = (request.headers.get("last-event-id") ?? query.get("lastEventId") ?? "") !== "";
      const onlyResumes = hasCursor || asked !== undefined || query.has("resume") || request.method === "HEAD";
      if (onlyResumes || (await service.has(conversationId, userId))) {
        return service.resume(conversationId, userId, reading);
      }
      // A page of another site could have it made by an image.
      service.requireOwnPage(request);
      const nothing = { messages: [], message: undefined, trigger: "send", body: {} } as const;
      return begin(service, options, { ...nothing, userId, answerId: undefined, joins: true }, reading);
    }
    case "DELETE":
      return service.stopped(conversationId, request, channels, given);
    default:
      throw new SSEError("BAD_REQUEST", "A conversation takes GET, POST and DELETE");
  }
}

type Sent = Awaited<ReturnType<typeof readMessages>> & {
  readonly userId: string | undefined;
  readonly answerId: string | undefined;
  readonly joins?: boolean;
};

function begin(
  service: ChatService<ConversationEvents>,
  { conversationId, source }: CheckedChatStreamOptions,
  { answerId = randomBytes(12).toString("hex"), userId, joins = false, ...sent }: Sent,
  reading: Reading,
): Promise<Response | undefined> {
  const { request } = reading;
  const run = (signal: AbortSignal) => source({ conversationId, ...sent, request, userId, answerId, signal });
  return service.begin({ chatId: conversationId, userId, answerId, run, joins }, reading);
}

function serviceOf(hub: Hub, options: CheckedChatStreamOptions): ChatService<ConversationEvents> {
  const { authorize, onFinish, limits } = options;
  return new ChatService(hub, limits, CONVERSATION, {
    authorize:
      authorize &&
      (({ chatId: conversationId, ...context }: AuthorizeContext & { readonly chatId: string }) =>
        authorize({ ...context, conversationId })),
    finished:
      onFinish &&
      (({ chatId: conversationId, reason: end, ...about }, { message, error, done: { reason: _, ...done } }) =>
        onFinish({
          conversationId,
          ...about,
          end,
          message,
          ...(error !== undefined && { error }),
          ...done,
        } satisfies FinishedConversationAnswer)),
  });
}

/** Of the query: the client names its answer, so that it finds that and no other. */
function answerIdOf(query: URLSearchParams): string | undefined {
  const id = query.get("answerId");
  if (id === null) return undefined;
  if (/^[\w-]{8,128}$/.test(id)) return id;
  throw new SSEError("BAD_REQUEST", "answerId must be 8 to 128 letters, digits, _ and -");
}
