import { documentKeys } from "../../server/hub-api.js";

/** Of a workflow: its state, and the events that change it. */
export function stateChannel(workflowId: string): string {
  return `workflow:${workflowId}`;
}

/** Its log records. */
export function logChannel(workflowId: string): string {
  return `workflow-log:${workflowId}`;
}

/** The workflows of which there is a state, in memory or in the hub's file. */
export function knownWorkflows(hub: { readonly name: string }): string[] {
  const prefix = stateChannel("");
  return documentKeys(hub, prefix).map((channel) => channel.slice(prefix.length));
}
