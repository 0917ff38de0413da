import { type FieldSchema, type Fields, type Issue, issueIn, schemaOf } from "../field-schemas.js";
import { isRecord } from "../is-record.js";
import type { AgentEvents } from "./events.js";

const AGENT: Fields = {
  ...{ status: "text?", name: "text?", role: "text?", task: "text?", progress: "share?" },
  ...{ result: "any?", error: "text?", performance: "record?" },
};
const PERFORMANCE: Fields = { tasks: "number?", duration_ms: "number?", tokens: "number?", success_rate: "share?" };
const CONNECTION: Fields = { from: "text", to: "text", kind: "text?", messages: "number?" };

const FIELDS: { readonly [Type in keyof AgentEvents]: Fields } = {
  // The server's own may be of a network that nobody has told of as a whole.
  agent_network_snapshot: { agents: "record?", connections: "list?", performance: "record?" },
  agent_network_update: { agents: "record", connections: "list", performance: "record?" },
  agent_network_connection: { status: "text", session_id: "text?" },
  agent_start: { agent: "text", name: "text?", role: "text?", task: "text?" },
  agent_complete: { agent: "text", result: "any?", error: "text?", performance: "record?" },
  research_started: { query: "text?", phases: "list?" },
  research_progress: {
    ...{ phase: "text", progress: "share", message: "text?", partial_results: "list?", sources: "list?" },
  },
  research_complete: { result: "any?", sources: "list?", duration_ms: "number?" },
  error: { error: "text", phase: "text?" },
};

/** The types of its events. */
export const AGENT_EVENTS = Object.keys(FIELDS) as readonly (keyof AgentEvents)[];

/** What is wrong with an event's data; undefined: nothing. Members that no schema knows may be there. */
export function issueOf(type: keyof AgentEvents, data: unknown): Issue | undefined {
  const isPatch = type === "agent_network_update";
  return issueIn(FIELDS[type], data, isPatch) ?? (isRecord(data) ? issueInside(data, isPatch) : undefined);
}

function issueInside(data: Record<string, unknown>, isPatch: boolean): Issue | undefined {
  const { agents, connections, performance } = data;
  for (const [id, agent] of Object.entries(isRecord(agents) ? agents : {})) {
    if (isPatch && agent === null) continue;
    const issue = below(`agents.${id}`, issueIn(AGENT, agent, isPatch) ?? performanceOf(Object(agent).performance));
    if (issue !== undefined) return issue;
  }
  for (const [at, connection] of (Array.isArray(connections) ? connections : []).entries()) {
    const issue = below(`connections.${at}`, issueIn(CONNECTION, connection));
    if (issue !== undefined) return issue;
  }
  return performanceOf(performance);
}

function performanceOf(performance: unknown): Issue | undefined {
  return isRecord(performance) ? below("performance", issueIn(PERFORMANCE, performance, true)) : undefined;
}

function below(where: string, issue: Issue | undefined): Issue | undefined {
  return issue && { message: `${where}: ${issue.message}`, path: [...where.split("."), ...issue.path] };
}

/**
 * Validators of an agent network's events, for the option `schema` of clients and hooks.
 *
 * @example
 * useEventSource(url, { schema: agentSchemas });
 */
export const agentSchemas = Object.fromEntries(
  AGENT_EVENTS.map((type) => [type, schemaOf((data) => issueOf(type, data))]),
) as unknown as { readonly [Type in keyof AgentEvents]: FieldSchema<AgentEvents[Type]> };
