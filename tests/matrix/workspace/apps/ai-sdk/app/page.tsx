"use client";

import { Chat as ReactChat, useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useState } from "react";
import { Shown } from "./shown";

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
  return <Shown messages={messages} status={status} send={() => void sendMessage({ text: "Go" })} />;
}
