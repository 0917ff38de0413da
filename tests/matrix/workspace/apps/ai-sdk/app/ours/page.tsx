"use client";

import { useChat } from "@ai-sdk/react";
import { MillraceChatTransport } from "millrace/ai";
import { useState } from "react";
import { Shown } from "../shown";

export default function Page() {
  const [transport] = useState(() => new MillraceChatTransport({ api: "/api/ours" }));
  const { messages, sendMessage, status } = useChat({ id: "ours", resume: true, transport });
  return <Shown messages={messages} status={status} send={() => void sendMessage({ text: "Go" })} />;
}
