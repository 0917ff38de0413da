import { createChat, type MessagePart } from "millrace";
import { writeMarkdown } from "./chat/local";
import { askModel, openAiSettings } from "./chat/openai";
import { hub } from "./hub";

/** The chats of `useChat`: answers are kept here, and go on whoever leaves. */
export const chat = createChat(hub, {
  name: "assistant",
  source: ({ messages, signal }) => {
    const said = messages.map(toSaid);
    if (openAiSettings() !== null) return askModel(said, signal).toMessageParts();
    return toParts(writeMarkdown(said.at(-1)?.content ?? "", signal));
  },
});

/** The texts of one of the AI SDK's messages. */
function toSaid(message: unknown): { role: "user" | "assistant"; content: string } {
  const { role, parts } = Object(message);
  const texts = Array.isArray(parts) ? parts.map((part) => (typeof part?.text === "string" ? part.text : "")) : [];
  return { role: role === "assistant" ? "assistant" : "user", content: texts.join("").slice(0, 10_000) };
}

/** A text as the AI SDK streams it. */
async function* toParts(texts: AsyncIterable<string>): AsyncGenerator<MessagePart> {
  yield { type: "text-start", id: "text" };
  for await (const delta of texts) yield { type: "text-delta", id: "text", delta };
  yield { type: "text-end", id: "text" };
}
