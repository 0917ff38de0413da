"use client";

import { useMemo } from "react";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { StoreOptions } from "../types.js";
import { AgentReduction } from "./agent-reduction.js";
import type { AgentNetworkStream, UseAgentNetworkOptions } from "./types.js";

/**
 * Follows the agents of a session, and the research that they do, as a `createAgentNetwork` on the server tells of them. Components that follow one share a connection, and
 * what is known.
 *
 * @param url - of the route; null or undefined: none, or none yet.
 * @example
 * const { agents, connections, research } = useAgentNetwork(`/agent_network_sse/${sessionId}`);
 */
export function useAgentNetwork(
  url: string | null | undefined,
  options: UseAgentNetworkOptions = {},
): AgentNetworkStream {
  const store = { parse: "json", ...options } as unknown as StoreOptions;
  const { snapshot, view, reconnect } = useReduced("agents", url ?? null, store, () => new AgentReduction());
  return useMemo(() => {
    const { isConnected, state, health, error, completed } = snapshot;
    return { ...view, isConnected, state, health, error, completed, notice: noticeOf(snapshot), reconnect };
  }, [snapshot, view, reconnect]);
}
