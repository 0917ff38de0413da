"use client";

import { useMemo } from "react";
import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { AgentEvents } from "../../shared/agents/events.js";
import { noticeOf } from "../reduced/notice.js";
import { useReduced } from "../reduced/use-reduced.js";
import type { EventSourceCallbacks, EventSourceSnapshot, StoreOptions } from "../types.js";
import { type AgentNetworkView, AgentReduction } from "./agent-reduction.js";

/** Options of {@link useAgentNetwork}: those of the client, and the callbacks. */
export interface UseAgentNetworkOptions
  extends Omit<SSEClientOptions<AgentEvents>, "schema">,
    EventSourceCallbacks<AgentEvents> {
  /** See {@link useEventSource}. */
  readonly throttleMs?: number;
}

/** What {@link useAgentNetwork} gives. */
export interface AgentNetworkStream extends AgentNetworkView {
  readonly isConnected: boolean;
  readonly state: EventSourceSnapshot["state"];
  readonly health: EventSourceSnapshot["health"];
  readonly error: SSEError | null;
  /** The stream has ended: its research is done. */
  readonly completed: boolean;
  /** What to tell the user where events do not come as they should; null where they do. */
  readonly notice: string | null;
  readonly reconnect: () => void;
}

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
