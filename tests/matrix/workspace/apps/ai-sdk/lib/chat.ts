import { convertToModelMessages, streamText, type UIMessage } from "ai";
import { createChat, createHub } from "millrace";

// The guide's own, but for the routes' names.
export const chat = createChat(createHub(), {
  source: async ({ messages, signal }) =>
    streamText({
      model: "openai/gpt-5-mini",
      messages: await convertToModelMessages(messages as UIMessage[]),
      abortSignal: signal,
    }).toUIMessageStream(),
});
