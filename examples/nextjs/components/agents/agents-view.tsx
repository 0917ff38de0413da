"use client";

import { useChatStream } from "millrace/react";
import type { ChatSource } from "@/lib/chat";
import { useTab } from "@/lib/client/tab";
import { Message } from "../chat/message";
import { MessageForm } from "../chat/message-form";
import { NetworkButtons } from "../chat/network-buttons";
import { ConnectionBadge } from "../connection-badge";
import { Problem } from "../problem";
import { Code } from "../snippets";
import { NetworkGraph } from "./network-graph";

const CODE = `const { messages, content, status, send, stop, agents } = useChatStream(
  \`/api/chat/conversations/\${id}/stream\`,
  { storage: "local", shareAcrossTabs: true, also: { agents: \`/agent_network_sse/\${id}\` } },
);`;

/** A conversation without a framework, and the agents that work on its answers. */
export function AgentsView(props: { id: string; source: ChatSource }) {
  const tab = useTab();
  return <main className="page-main">{tab !== null && <Conversation {...props} tab={tab} />}</main>;
}

function Conversation({ id, source, tab }: { id: string; source: ChatSource; tab: string }) {
  const chat = useChatStream(`/api/chat/conversations/${id}/stream`, {
    ...{ storage: "local", shareAcrossTabs: true, throttleMs: 50, headers: { "X-Tab": tab } },
    also: { agents: `/agent_network_sse/${id}` },
  });
  const { messages, content, status, error, connection, send, stop, regenerate, agents } = chat;
  const { research } = agents;
  const isBusy = status === "submitted" || status === "streaming";

  return (
    <>
      <section className="panel" aria-labelledby="agents-title">
        <div className="panel-head">
          <h1 id="agents-title">Agents</h1>
          <ConnectionBadge state={connection.state} resume={connection.resume} />
          {!isBusy && messages.length > 0 && (
            <button type="button" onClick={regenerate}>
              Ask again
            </button>
          )}
        </div>
        <p className="source">
          <code>useChatStream</code>, answered by{" "}
          {source.kind === "local"
            ? "five agents that read the Next.js documentation, and are no language models"
            : source.name}
          .
        </p>
        <ol className="messages" aria-live="polite">
          {messages.map(({ id, role, content, isPartial = false }) => (
            <Message key={id} by={role} text={isPartial ? `${content} *(stopped)*` : content} />
          ))}
          {content !== "" && <Message by="assistant" text={content} isWriting={isBusy} />}
        </ol>
        {messages.length === 0 && <p className="empty">Ask something, and see who works on it.</p>}
        <MessageForm first="How do I cache a page?" isBusy={isBusy} send={send} />
        <NetworkButtons tab={tab} isBusy={isBusy} stop={stop} />
        <Problem text={error?.message ?? connection.notice} />
      </section>
      <section className="panel" aria-labelledby="network-title">
        <h2 id="network-title">The network</h2>
        {agents.agents.length === 0 ? (
          <p className="empty">Nobody works yet.</p>
        ) : (
          <NetworkGraph agents={agents.agents} connections={agents.connections} />
        )}
        <ul className="agents" data-testid="agents">
          {agents.agents.map(({ id, status, task, result }) => (
            <li key={id} data-status={status}>
              <strong>{id}</strong> {status}
              {task !== undefined && `: ${task}`}
              {typeof result === "string" && ` (${result})`}
            </li>
          ))}
        </ul>
        <p className="facts" data-testid="research" data-status={research.status}>
          {research.status === "idle"
            ? ""
            : `${research.phase ?? "begins"}, ${Math.round(research.progress * 100)} %, ${research.sources.length} pages`}
          {research.error !== null && `: ${research.error}`}
        </p>
      </section>
      <Code title="What makes it" code={CODE} />
    </>
  );
}
