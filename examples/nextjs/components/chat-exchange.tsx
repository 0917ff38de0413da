import { memo } from "react";
import type { Exchange } from "@/lib/client/chat-view";

const verdict: Record<Exchange["status"], string> = {
  writing: "writing",
  exact: "complete, identical to what the server wrote",
  repaired: "repaired from the server's copy",
  stopped: "stopped",
};

export const ChatExchange = memo(function ChatExchange({ exchange }: { exchange: Exchange }) {
  const { question, answer, tokens, status, problem } = exchange;
  return (
    <article className="exchange" data-status={status} aria-busy={status === "writing"}>
      <p className="question">{question}</p>
      <div className="answer">
        <span data-testid="answer">{answer}</span>
        {status === "writing" && <span className="caret" aria-hidden="true" />}
      </div>
      <p className="facts">
        <span data-testid="answer-status">{problem || verdict[status]}</span> · {tokens} tokens
      </p>
    </article>
  );
});
