import { isRecord } from "../is-record.js";
import type { WorkflowEvents } from "./events.js";

/** What a member of an event's data has to be; `?` behind it: it may be left out. */
type Kind = "text" | "number" | "level" | "time" | "record" | "any";
type Fields = Readonly<Record<string, Kind | `${Kind}?`>>;

const LEVELS = ["info", "warn", "error"];

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

const FITS: Readonly<Record<Kind, readonly [rule: string, isFit: (value: unknown) => boolean]>> = {
  text: ["a text", (value) => typeof value === "string"],
  number: ["a number of at least 0", (value) => Number.isFinite(value) && (value as number) >= 0],
  level: [`one of ${LEVELS.join(", ")}`, (value) => LEVELS.includes(value as string)],
  time: ["a time as ISO 8601 has it", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value))],
  record: ["an object", isRecord],
  any: ["anything", () => true],
};

/** A member that is not as it has to be. */
export interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

/** The types of a workflow's events. */
export const WORKFLOW_EVENTS = Object.keys(FIELDS) as readonly (keyof WorkflowEvents)[];

/** What is wrong with an event's data; undefined: nothing. Members that no schema knows may be there. */
export function issueOf(type: keyof WorkflowEvents, data: unknown): Issue | undefined {
  if (!isRecord(data)) return { message: "the data must be an object", path: [] };
  const isPatch = type === "workflow:running";
  for (const [name, kind] of Object.entries(isPatch ? PATCH : FIELDS[type])) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined ? isPatch || kind.endsWith("?") : isPatch && value === null) continue;
    const [rule, isFit] = FITS[kind.replace("?", "") as Kind];
    if (!isFit(value)) return { message: `${name} must be ${rule}, not ${shown(value)}`, path: [name] };
  }
  return undefined;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value === null ? null : typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A validator as libraries understand each other's: https://standardschema.dev */
export interface WorkflowSchema<Data> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "millrace";
    readonly validate: (value: unknown) => { readonly value: Data } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: Data; readonly output: Data };
  };
}

/**
 * Validators of a workflow's events, for the option `schema` of clients and hooks.
 *
 * @example
 * useEventSource(url, { schema: workflowSchemas });
 */
export const workflowSchemas = Object.fromEntries(WORKFLOW_EVENTS.map((type) => [type, schemaOf(type)])) as unknown as {
  readonly [Type in keyof WorkflowEvents]: WorkflowSchema<WorkflowEvents[Type]>;
};

function schemaOf<Type extends keyof WorkflowEvents>(type: Type): WorkflowSchema<WorkflowEvents[Type]> {
  const validate = (value: unknown) => {
    const issue = issueOf(type, value);
    return issue ? { issues: [issue] } : { value: value as WorkflowEvents[Type] };
  };
  return { "~standard": { version: 1, vendor: "millrace", validate } };
}
