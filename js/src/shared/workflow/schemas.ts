import { type FieldSchema, type Fields, type Issue, issueIn, schemaOf } from "../field-schemas.js";
import type { WorkflowEvents } from "./events.js";

const BUDGET = { currentCost: "number", budgetLimit: "number", percentageUsed: "number" } as const;

const FIELDS: { readonly [Type in keyof WorkflowEvents]: Fields } = {
  "workflow:state": {
    ...{ workflowId: "text", name: "text", status: "text", currentAgent: "text?", currentStep: "number?" },
    ...{ totalSteps: "number", iterations: "number", maxIterations: "number?", totalCost: "number" },
    ...{ budgetLimit: "number?", duration: "number?", error: "text?", agents: "record" },
  },
  "workflow:started": { name: "text", totalSteps: "number", maxIterations: "number?", budgetLimit: "number?" },
  "workflow:running": {},
  "workflow:completed": { duration: "number", totalCost: "number", iterations: "number", currentStep: "number?" },
  "workflow:failed": { error: "text", currentStep: "number?" },
  "workflow:closed": { status: "text" },
  "agent:state": { agents: "record" },
  "agent:started": { agentName: "text", agentRole: "text", stepNumber: "number", prompt: "text" },
  "agent:progress": { agentName: "text", message: "text", level: "level" },
  "agent:completed": { agentName: "text", stepNumber: "number", duration: "number", cost: "number", output: "text?" },
  "agent:failed": { agentName: "text", stepNumber: "number", error: "text" },
  "budget:warning": BUDGET,
  "budget:exceeded": BUDGET,
  "log:created": { level: "level", message: "text", timestamp: "time", metadata: "any?" },
  "command:accepted": { command: "text", commandId: "text" },
  "command:refused": { command: "text", commandId: "text", reason: "text" },
};

/** Of a patch, each may be left out, or be null. */
const PATCH: Fields = FIELDS["workflow:state"];

/** The types of a workflow's events. */
export const WORKFLOW_EVENTS = Object.keys(FIELDS) as readonly (keyof WorkflowEvents)[];

/** What is wrong with an event's data; undefined: nothing. Members that no schema knows may be there. */
export function issueOf(type: keyof WorkflowEvents, data: unknown): Issue | undefined {
  return type === "workflow:running" ? issueIn(PATCH, data, true) : issueIn(FIELDS[type], data);
}

/** A validator as libraries understand each other's: https://standardschema.dev */
export type WorkflowSchema<Data> = FieldSchema<Data>;

/**
 * Validators of a workflow's events, for the option `schema` of clients and hooks.
 *
 * @example
 * useEventSource(url, { schema: workflowSchemas });
 */
export const workflowSchemas = Object.fromEntries(
  WORKFLOW_EVENTS.map((type) => [type, schemaOf((data) => issueOf(type, data))]),
) as unknown as {
  readonly [Type in keyof WorkflowEvents]: WorkflowSchema<WorkflowEvents[Type]>;
};
