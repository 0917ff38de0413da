import type { UIMessage } from "ai";

export function Shown({ messages, status, send }: { messages: UIMessage[]; status: string; send: () => void }) {
  return (
    <main>
      <button type="button" onClick={send}>
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
