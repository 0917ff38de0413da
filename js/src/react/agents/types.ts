import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { AgentEvents } from "../../shared/agents/events.js";
import type { EventSourceCallbacks, EventSourceSnapshot } from "../types.js";
import type { AgentNetworkView } from "./agent-reduction.js";

/** Options of `useAgentNetwork`: those of the client, and the callbacks. */
export interface UseAgentNetworkOptions
  extends Omit<SSEClientOptions<AgentEvents>, "schema">,
    EventSourceCallbacks<AgentEvents> {
  /** See {@link useEventSource}. */
  readonly throttleMs?: number;
}

/** What `useAgentNetwork` gives. */
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
