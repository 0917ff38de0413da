import type { AgentEvents, AgentNetworkPatch, NetworkAgent } from "./events.js";

/** What an event means for the network, on the server and in the page; undefined: nothing. */
export function changeOf(type: string, data: object): AgentNetworkPatch | undefined {
  switch (type) {
    case "agent_network_update": {
      const { agents, connections, performance } = data as AgentNetworkPatch;
      return {
        ...(agents !== undefined && { agents }),
        ...(connections !== undefined && { connections }),
        ...(performance !== undefined && { performance }),
      };
    }
    case "agent_start": {
      const { agent, name, role, task } = data as AgentEvents["agent_start"];
      const about = { ...(name !== undefined && { name }), ...(role !== undefined && { role }) };
      const before = { result: null, error: null, progress: null } as object; // of what it did last
      return { agents: { [agent]: { status: "working", ...before, ...about, ...(task !== undefined && { task }) } } };
    }
    case "agent_complete": {
      const { agent, result, error, performance } = data as AgentEvents["agent_complete"];
      const about = { ...(result !== undefined && { result }), ...(performance !== undefined && { performance }) };
      const end = error === undefined ? { status: "done", error: null } : { status: "failed", result: null, error };
      return { agents: { [agent]: { ...({ progress: null, ...end } as object), ...about } as NetworkAgent } };
    }
    default:
      return undefined;
  }
}
