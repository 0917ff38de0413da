"use client";

import { Streamdown } from "streamdown";

/** What one of the two has said, as Markdown, however much of it is there. */
export function Message({ by, text, isWriting = false }: { by: string; text: string; isWriting?: boolean }) {
  return (
    <li className="message" data-role={by} data-writing={isWriting} data-testid={`message-${by}`}>
      <strong>{by === "user" ? "You" : "The answer"}</strong>
      {by === "user" ? <p>{text}</p> : <Streamdown className="markdown">{text}</Streamdown>}
    </li>
  );
}
