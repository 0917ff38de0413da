"use client";

import { useChat } from "@ai-sdk/react";
import type { UIMessage } from "ai";
import { type ChatConnection, MillraceChatTransport } from "millrace/ai";
import { useEffect, useMemo, useState } from "react";
import type { ChatSource } from "@/lib/chat";
import { readStored, writeStored } from "@/lib/client/stored";
import { useTab } from "@/lib/client/tab";
import { ConnectionBadge } from "../connection-badge";
import { Problem } from "../problem";
import { Code } from "../snippets";
import { Message } from "./message";
import { MessageForm } from "./message-form";
import { NetworkButtons } from "./network-buttons";

const CODE = `// app/api/chat/route.ts
export const POST = chat.POST;
// app/api/chat/[id]/stream/route.ts
export const { GET, DELETE } = chat;
// the page
useChat({ id, resume: true, transport: new MillraceChatTransport() })`;

/** A chat by the AI SDK's own hook. What it needs of the browser is there once the page is. */
export function ChatView(props: { id: string; source: ChatSource }) {
  const tab = useTab();
  return <main className="page-main">{tab !== null && <Chat {...props} tab={tab} />}</main>;
}

function Chat({ id, source, tab }: { id: string; source: ChatSource; tab: string }) {
  const [connection, setConnection] = useState<ChatConnection["state"]>("disconnected");
  const transport = useMemo(
    () =>
      new MillraceChatTransport({
        api: "/api/assistant",
        headers: { "X-Tab": tab },
        onConnectionChange: (_, { state }) => setConnection(state),
      }),
    [tab],
  );
  const key = `millrace demo chat ${id}`;
  const [stored] = useState(() => readStored<UIMessage[]>(key, []));
  const { messages, sendMessage, regenerate, status, error } = useChat({
    ...{ id, messages: stored, resume: true, transport },
    experimental_throttle: 50,
  });
  useEffect(() => {
    if (messages.length > 0) writeStored(key, messages);
  }, [key, messages]);
  const isBusy = status === "submitted" || status === "streaming";

  return (
    <>
      <section className="panel" aria-labelledby="chat-title">
        <div className="panel-head">
          <h1 id="chat-title">Chat</h1>
          <ConnectionBadge state={isBusy ? connection : "disconnected"} resume={null} />
          {!isBusy && messages.length > 0 && (
            <button type="button" onClick={() => void regenerate()}>
              Ask again
            </button>
          )}
        </div>
        <p className="source">
          <code>useChat</code> of the AI SDK, answered by {source.name}
          {source.kind === "local" && ", which is no language model: set OPENAI_BASE_URL and OPENAI_API_KEY for one"}.
        </p>
        <ol className="messages" aria-live="polite">
          {messages.map(({ id, role, parts }, at) => (
            <Message
              key={id}
              by={role}
              text={parts.map((part) => (part.type === "text" ? part.text : "")).join("")}
              isWriting={isBusy && at === messages.length - 1}
            />
          ))}
        </ol>
        {messages.length === 0 && (
          <p className="empty">
            Ask something, then cut, reload, or open it twice: the answer is written once, and goes on.
          </p>
        )}
        <MessageForm first="How do I stream a response?" isBusy={isBusy} send={(text) => void sendMessage({ text })} />
        <NetworkButtons tab={tab} isBusy={isBusy} stop={() => transport.stop({ chatId: id })} />
        <Problem text={error ? error.message : null} />
      </section>
      <Code title="What makes it" code={CODE} />
    </>
  );
}
