import { SSEError } from "../../shared/errors.js";
import {
  CHANGES,
  type WorkflowEvents,
  type WorkflowLevel,
  type WorkflowLog,
  type WorkflowState,
} from "../../shared/workflow/events.js";
import { issueOf } from "../../shared/workflow/schemas.js";

/** The types that an application emits; the others come by themselves. */
export const EMITTED = [...CHANGES, "workflow:state", "budget:warning", "budget:exceeded", "log:created"] as const;
export type Emitted = (typeof EMITTED)[number];

/** What is emitted: of a log record, the time may be left out, and of an agent's progress the level, which is `info` then. */
export type EmittedData<Type extends Emitted> = Type extends "log:created"
  ? Omit<WorkflowLog, "timestamp"> & { timestamp?: string | Date }
  : Type extends "agent:progress"
    ? Omit<WorkflowEvents[Type], "level"> & { level?: WorkflowLevel }
    : WorkflowEvents[Type];

/** As what the workflow has ended with it; undefined: it has not. */
export function endOf(type: Emitted, data: object): "completed" | "failed" | undefined {
  const status = type === "workflow:state" ? (data as WorkflowState).status : type.slice("workflow:".length);
  const mayEnd = type === "workflow:state" || type === "workflow:completed" || type === "workflow:failed";
  return mayEnd && (status === "completed" || status === "failed") ? status : undefined;
}

function completed(type: Emitted, data: unknown): unknown {
  const { timestamp = new Date(), level = "info" } = Object(data);
  if (type === "agent:progress") return { ...Object(data), level };
  if (type !== "log:created") return data;
  const isDate = timestamp instanceof Date && !Number.isNaN(timestamp.getTime());
  return { ...Object(data), timestamp: isDate ? timestamp.toISOString() : timestamp };
}

/** @throws SSEError `INVALID_DATA` */
export function checkedData(type: Emitted, data: unknown): object {
  const given = completed(type, data);
  const issue = issueOf(type, given);
  if (issue === undefined) return given as object;
  throw new SSEError("INVALID_DATA", `${type}: ${issue.message}`, { cause: [issue] });
}
