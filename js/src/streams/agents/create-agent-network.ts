import { addPolicies } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { requirePrefix } from "../http/module-options.js";
import { requireHub } from "../http/require-hub.js";
import { AgentNetwork } from "./agent-network.js";

/** Options of {@link createAgentNetwork}. */
export interface AgentNetworkOptions {
  /** The channels of a session `<id>` are `<name>:<id>` and `<name>.research:<id>`. Default `"agents"`. */
  name?: string;
  /** A session is kept so many milliseconds after its last use. Default 1,800,000 (30 minutes). */
  sessionTtlMs?: number;
  /** Events that do not change the network are kept so many milliseconds at most, for who comes late. Default 300,000 (five minutes). */
  eventTtlMs?: number;
  /** How many of a session's research events are kept. Default 500. */
  historyEvents?: number;
}

const OPTIONS: Names<AgentNetworkOptions> = { name: true, sessionTtlMs: true, eventTtlMs: true, historyEvents: true };

/**
 * Tells of the agents that work for a session, and of the research that they do: `emit` on the server, `useAgentNetwork` or the option `also` of `useChatStream`
 * in the page, and a route of one line between them.
 *
 * @example
 * // lib/agents.ts
 * export const agents = createAgentNetwork(createHub());
 * // app/agent_network_sse/[session_id]/route.ts
 * export const { GET } = agents.network;
 * // app/api/run_sse/[session_id]/route.ts
 * export const { GET } = agents.research;
 */
export function createAgentNetwork(hub: AnyHub, options: AgentNetworkOptions = {}): AgentNetwork {
  requireHub(hub);
  requireObject("options", options);
  requireKnown("createAgentNetwork", options, OPTIONS);
  const { name = "agents", sessionTtlMs = 1_800_000, eventTtlMs = 300_000, historyEvents = 500 } = options;
  requirePrefix(name);
  requireNumber("sessionTtlMs", sessionTtlMs, { least: 1, infinity: true });
  requireNumber("eventTtlMs", eventTtlMs, { least: 1, infinity: true });
  requireNumber("historyEvents", historyEvents, { least: 1 });
  const rules = { channelTtlMs: sessionTtlMs, history: { events: historyEvents, ttlMs: eventTtlMs } };
  addPolicies(hub, [
    { match: `${name}:**`, ...rules },
    { match: `${name}.research:**`, ...rules },
  ]);
  return new AgentNetwork(hub, name);
}
