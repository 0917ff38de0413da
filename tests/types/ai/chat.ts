// With the types of the AI SDK, which do not all compile under this strictness.
import { useChat } from "@ai-sdk/react";
import { type ChatTransport, createUIMessageStream, type UIMessage } from "ai";
import { createChat, createHub } from "millrace";
import { MillraceChatTransport } from "millrace/ai";
import { createResumableStreamContext } from "millrace/resumable";

const hub = createHub<{ price: { amount: number } }>();

// A chat takes what the AI SDK gives, and its transport is one of the AI SDK's.
const chat = createChat(hub, {
  source: ({ messages, signal, chatId }) => {
    void [messages.length, signal.aborted, chatId.length];
    return createUIMessageStream({ execute: () => {} });
  },
  authorize: ({ request, chatId }) => request.headers.get("x-user") === chatId,
  onFinish: ({ reason }) => {
    // @ts-expect-error there is no such end
    void (reason === "finished");
  },
});
const handlers: {
  POST: (request: Request) => Promise<Response>;
  GET: (request: Request, route: { params: Promise<{ id: string }> }) => Promise<Response>;
} = chat;
interface Mine extends UIMessage<{ cost: number }> {}
const transport: ChatTransport<Mine> = new MillraceChatTransport<Mine>({ api: "/api/chat", retry: { attempts: 3 } });
export const useMyChat = () => useChat<Mine>({ id: "c", resume: true, transport });
const streams = createResumableStreamContext({ waitUntil: (promise) => void promise });
export const resumed: Promise<ReadableStream<string> | null | undefined> = streams.resumeExistingStream("a", 3);
// @ts-expect-error it gives strings
void streams.resumableStream("a", () => new ReadableStream<Uint8Array>());
void handlers;
