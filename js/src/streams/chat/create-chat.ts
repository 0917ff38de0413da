import type { AnyHub } from "../../shared/any-hub.js";
import { requireHub } from "../http/require-hub.js";
import { Chat } from "./chat.js";
import { type ChatOptions, checkChatOptions } from "./options.js";

/**
 * Chats whose answers survive reloads, tabs and networks: each is read once from its source, kept, and read by whoever may, from its beginning or where it was
 * cut. It speaks the AI SDK's UI message stream protocol, so that `useChat` works as it is.
 *
 * @throws TypeError that names the option which is wrong.
 * @example
 * // lib/chat.ts
 * export const chat = createChat(hub, {
 *   source: async ({ messages, signal }) =>
 *     streamText({ model, messages: await convertToModelMessages(messages as UIMessage[]), abortSignal: signal }).toUIMessageStream(),
 * });
 * // app/api/chat/route.ts
 * export const POST = chat.POST;
 * // app/api/chat/[id]/stream/route.ts
 * export const { GET, DELETE } = chat;
 */
export function createChat(hub: AnyHub, options: ChatOptions = {}): Chat {
  requireHub(hub);
  return new Chat(hub, checkChatOptions(options));
}
