import type { AgentEvent, ConversationContext } from "millrace";
import { agents } from "./agents";
import { atAPace, findParagraphs } from "./chat/local";

const READERS = ["reader-1", "reader-2", "reader-3"] as const;
const PARAGRAPHS = 9;

/**
 * Looks a question up in the Next.js documentation, by agents: one plans, three read, one writes. They are no models, but what they do is really done, and each step is
 * told of.
 */
export async function* research({ conversationId, message, signal }: ConversationContext): AsyncGenerator<string> {
  const question = message?.content ?? "Streaming";
  const began = Date.now();
  const tell = (event: AgentEvent) => agents.emit(conversationId, event);
  tell({
    type: "agent_network_snapshot",
    data: {
      agents: Object.fromEntries(["planner", ...READERS, "writer"].map((id) => [id, { status: "idle" }])),
      connections: READERS.flatMap((to) => [
        { from: "planner", to },
        { from: to, to: "writer" },
      ]),
    },
  });
  tell({ type: "research_started", data: { query: question, phases: ["plan", "read", "write"] } });
  try {
    tell({ type: "agent_start", data: { agent: "planner", task: "Find what the question is about" } });
    yield* atAPace("I look it up. ", signal);
    const found = await findParagraphs(question, PARAGRAPHS);
    tell({ type: "agent_complete", data: { agent: "planner", result: `${found.length} paragraphs` } });
    tell({ type: "research_progress", data: { phase: "read", progress: 0.2 } });
    for (const [at, agent] of READERS.entries()) {
      const mine = found.slice(at * 3, at * 3 + 3);
      const task = `Read ${[...new Set(mine.map(({ page }) => page))].join(", ")}`;
      tell({ type: "agent_start", data: { agent, task } });
      yield* atAPace(`\n\n**${task}.** `, signal);
      const sources = mine.map(({ page }) => ({ title: page, url: `#${encodeURIComponent(page)}` }));
      tell({ type: "research_progress", data: { phase: "read", progress: 0.2 + 0.2 * (at + 1), sources } });
      const words = mine.reduce((sum, { text }) => sum + text.split(" ").length, 0);
      tell({ type: "agent_complete", data: { agent, result: `${words} words`, performance: { tokens: words } } });
    }
    tell({ type: "agent_start", data: { agent: "writer", task: "Write the answer" } });
    tell({ type: "research_progress", data: { phase: "write", progress: 0.8 } });
    yield* atAPace(`\n\n${found[0]?.text}\n\n${found[1]?.text ?? ""}`, signal);
    tell({ type: "agent_complete", data: { agent: "writer", result: "done" } });
    tell({ type: "research_complete", data: { duration_ms: Date.now() - began } });
  } catch (error) {
    tell({ type: "error", data: { error: signal.aborted ? "Stopped" : "The research has failed" } });
    throw error;
  }
}
