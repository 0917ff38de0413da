import { type FormEvent, useLayoutEffect, useRef, useState } from "react";
import { type ChatSource, MOST_QUESTION_LENGTH } from "@/lib/chat";
import { call } from "@/lib/client/api";
import type { Exchange } from "@/lib/client/chat-view";
import { ChatExchange } from "./chat-exchange";

const examples = ["How do I stream a response?", "What does use cache do?", "When does a route revalidate?"];

interface ChatPanelProps {
  chat: readonly Exchange[];
  tab: string | null;
  source: ChatSource;
}

/** An answer token by token. It is written by the server whether or not this page is connected. */
export function ChatPanel({ chat, tab, source }: ChatPanelProps) {
  const [question, setQuestion] = useState("");
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const isWriting = chat.at(-1)?.status === "writing";

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written moves the end.
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [chat]);

  const ask = (text: string) => {
    setProblem("");
    setQuestion("");
    call("POST", "/api/chat", { tab, question: text }).catch((error: Error) => setProblem(error.message));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim()) ask(question);
  };

  return (
    <section className="panel chat" aria-labelledby="chat-title">
      <div className="panel-head">
        <h2 id="chat-title">Chat</h2>
        <p className="source" data-testid="chat-source">
          Answered by {source.name}
        </p>
      </div>
      <div className="exchanges" ref={box}>
        {chat.length === 0 && (
          <div className="examples">
            <p className="empty">Ask something about Next.js, then drop the connection in the middle of the answer.</p>
            {examples.map((example) => (
              <button key={example} type="button" className="chip" disabled={tab === null} onClick={() => ask(example)}>
                {example}
              </button>
            ))}
          </div>
        )}
        {chat.map((exchange) => (
          <ChatExchange key={exchange.id} exchange={exchange} />
        ))}
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <form className="row" onSubmit={submit}>
        <input
          aria-label="Your question"
          placeholder="Your question"
          value={question}
          maxLength={MOST_QUESTION_LENGTH}
          onChange={(event) => setQuestion(event.target.value)}
        />
        {isWriting ? (
          <button type="button" onClick={() => void call("DELETE", "/api/chat", { tab }).catch(console.error)}>
            Stop
          </button>
        ) : (
          <button type="submit" className="primary" disabled={tab === null || question.trim() === ""}>
            Ask
          </button>
        )}
      </form>
    </section>
  );
}
