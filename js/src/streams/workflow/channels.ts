/** Of a workflow: its state, and the events that change it. */
export function stateChannel(workflowId: string): string {
  return `workflow:${workflowId}`;
}

/** Its log records. */
export function logChannel(workflowId: string): string {
  return `workflow-log:${workflowId}`;
}
