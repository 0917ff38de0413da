import type { WorkflowEvents, WorkflowState } from "./events.js";

/** What an event makes of a workflow's state. */
export interface WorkflowChange {
  /** A JSON Merge Patch (RFC 7396). */
  readonly patch: Readonly<Record<string, unknown>>;
  /** It is the whole state: what was there before is gone. */
  readonly isWhole?: boolean;
}

/**
 * The change of a workflow's state that an event stands for, on the server and in the page alike; undefined: it changes nothing.
 *
 * An agent's progress may leave late, behind the event that ends the agent or starts it anew: no other event touches what it says.
 */
export function changeOf(workflowId: string, type: string, data: object): WorkflowChange | undefined {
  switch (type) {
    case "workflow:started":
      return { patch: started(workflowId, data as WorkflowEvents["workflow:started"]), isWhole: true };
    case "workflow:running":
      return { patch: { ...data, workflowId } };
    case "workflow:completed":
    case "workflow:failed":
      return { patch: { ...data, workflowId, status: type.slice("workflow:".length) } };
    case "agent:started": {
      const { agentName, stepNumber } = data as WorkflowEvents["agent:started"];
      const rest = { duration: null, cost: null, output: null, error: null };
      const { agents } = ofAgent({ ...rest, ...data, agentName, status: "running" });
      return { patch: { currentAgent: agentName, currentStep: stepNumber, agents } };
    }
    case "agent:progress":
      return { patch: ofAgent(data as WorkflowEvents["agent:progress"]) };
    case "agent:completed":
    case "agent:failed": {
      const { agentName } = data as WorkflowEvents["agent:failed"];
      return { patch: ofAgent({ ...data, agentName, status: type.slice("agent:".length) }) };
    }
    default:
      return undefined;
  }
}

function started(
  workflowId: string,
  data: WorkflowEvents["workflow:started"],
): WorkflowState & Record<string, unknown> {
  return { iterations: 0, totalCost: 0, ...data, workflowId, status: "running", agents: {} };
}

function ofAgent(agent: { readonly agentName: string; readonly [member: string]: unknown }): {
  readonly agents: Readonly<Record<string, object>>;
} {
  // A name such as "__proto__" is one like any other.
  return { agents: Object.fromEntries([[agent.agentName, agent]]) };
}
