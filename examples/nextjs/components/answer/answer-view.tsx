"use client";

import { StreamStatus, useSSEStream } from "millrace/react";
import { type FormEvent, useState } from "react";
import { useTab } from "@/lib/client/tab";
import { DebugPanel } from "../debug-panel";
import { Problem } from "../problem";

const KINDS = { usual: "at a model’s pace", flood: "all at once", failing: "by a model that breaks off" } as const;
/** Why an answer has ended, in words. */
const ENDS: Readonly<Record<string, string>> = {
  completed: "Completed",
  duration_cap: "Ended at its longest duration,",
  stopped: "Stopped",
  abandoned: "Ended, for nobody read it,",
};
type Kind = keyof typeof KINDS;

/** An answer word by word. */
export function AnswerView() {
  const tab = useTab();
  const [question, setQuestion] = useState("How do I stream a response?");
  const [kind, setKind] = useState<Kind>("usual");
  const [sources, setSources] = useState<readonly string[]>([]);
  const stream = useSSEStream({
    query: question,
    url: `/api/answer?tab=${tab}&kind=${kind}`,
    throttleMs: 50,
    onComplete: (completion) => setSources(Array.isArray(completion.sources) ? completion.sources : []),
  });
  const { content, completion, notice, isConnected, start, stop, reconnect } = stream;
  const isWriting = isConnected && completion === null && notice === null;

  const ask = (event: FormEvent) => {
    event.preventDefault();
    setSources([]);
    start();
  };

  return (
    <main className="page-main">
      <section className="panel" aria-labelledby="answer-title">
        <div className="panel-head">
          <h1 id="answer-title">Answer</h1>
          <StreamStatus stream={stream} />
          {isConnected && (
            <button type="button" onClick={stop}>
              Stop
            </button>
          )}
          {notice !== null && (
            <button type="button" onClick={start}>
              Ask again
            </button>
          )}
        </div>
        <form className="row wide" onSubmit={ask}>
          <input
            aria-label="Your question"
            value={question}
            maxLength={2000}
            onChange={(event) => setQuestion(event.target.value)}
          />
          <select
            aria-label="How it is answered"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            {Object.entries(KINDS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
          <button type="submit" className="primary" disabled={tab === null || question.trim() === ""}>
            Ask
          </button>
        </form>
        <Problem text={notice} />
        <div className="output prose" data-testid="answer" data-complete={completion !== null} aria-busy={isWriting}>
          {content === "" ? (
            <p className="empty">
              Ask something, then cut the connection in the middle: the text goes on where it was.
            </p>
          ) : (
            content
          )}
        </div>
        <p className="facts" data-testid="answer-facts">
          {completion === null ? "" : `${ENDS[completion.reason] ?? completion.reason} after ${completion.duration} s`}
          {sources.length > 0 && ` · from ${sources.join(", ")}`}
        </p>
        {stream.state === "error" && (
          <button type="button" onClick={reconnect}>
            Reconnect
          </button>
        )}
      </section>
      <DebugPanel stream={stream} tab={tab} />
    </main>
  );
}
