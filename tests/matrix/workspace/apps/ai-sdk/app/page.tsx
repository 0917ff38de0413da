"use client";

import { Chat as ReactChat, useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useState } from "react";

export default function Page() {
  // The example's options. The chat is made here, so that a resumed stream counts as a replay (`@ai-sdk/react` 3 forgets to hand that on).
  const [chat] = useState(
    () =>
      new ReactChat({
        id: "browser",
        transport: new DefaultChatTransport({
          prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages[messages.length - 1] } }),
        }),
      }),
  );
  const { messages, sendMessage, status } = useChat({ chat, resume: true });
  return (
    <main>
      <button type="button" onClick={() => void sendMessage({ text: "Go" })}>
        Send
      </button>
      <p id="status">{status}</p>
      {messages.map((message) => (
        <p key={message.id} className={message.role}>
          {message.parts.map((part) => (part.type === "text" ? part.text : "")).join("")}
        </p>
      ))}
    </main>
  );
}
