import type { WorkflowEvents } from "millrace/react";

/** What a visitor wants to hear of even when he looks elsewhere. */
export function toastOf<Type extends keyof WorkflowEvents>(
  type: Type,
  data: WorkflowEvents[Type],
): { readonly from: string; readonly text: string } | undefined {
  const { duration, error, agentName, percentageUsed, command, reason } = data as Partial<Record<string, unknown>>;
  switch (type) {
    case "workflow:completed":
      return { from: "Build", text: `All steps have passed in ${Number(duration) / 1000} s` };
    case "workflow:failed":
      return { from: "Build", text: `It has ended: ${error}` };
    case "agent:failed":
      return { from: String(agentName), text: `Failed: ${error}` };
    case "budget:warning":
    case "budget:exceeded":
      return { from: "Budget", text: `${percentageUsed} % are used` };
    case "command:accepted":
      return { from: "Somebody", text: `has asked to ${command}` };
    case "command:refused":
      return { from: `${command} was refused`, text: String(reason) };
    default:
      return undefined;
  }
}
