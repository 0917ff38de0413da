import { SSEError } from "../../shared/errors.js";
import { CHANGES, type WorkflowEvents, type WorkflowLog, type WorkflowState } from "../../shared/workflow/events.js";
import { issueOf } from "../../shared/workflow/schemas.js";

/** The types that an application emits; the others come by themselves. */
export const EMITTED = [...CHANGES, "workflow:state", "budget:warning", "budget:exceeded", "log:created"] as const;
export type Emitted = (typeof EMITTED)[number];

/** What is emitted: of a log record, the time may be left out. */
export type EmittedData<Type extends Emitted> = Type extends "log:created"
  ? Omit<WorkflowLog, "timestamp"> & { timestamp?: string | Date }
  : WorkflowEvents[Type];

/** As what the workflow has ended with it; undefined: it has not. */
export function endOf(type: Emitted, data: object): "completed" | "failed" | undefined {
  const status = type === "workflow:state" ? (data as WorkflowState).status : type.slice("workflow:".length);
  const mayEnd = type === "workflow:state" || type === "workflow:completed" || type === "workflow:failed";
  return mayEnd && (status === "completed" || status === "failed") ? status : undefined;
}

/** @throws SSEError `INVALID_DATA` */
export function checkedData(type: Emitted, data: unknown): object {
  const { timestamp = new Date() } = Object(data);
  const isDate = timestamp instanceof Date && !Number.isNaN(timestamp.getTime());
  const given: unknown =
    type === "log:created" ? { ...Object(data), timestamp: isDate ? timestamp.toISOString() : timestamp } : data;
  const issue = issueOf(type, given);
  if (issue === undefined) return given as object;
  throw new SSEError("INVALID_DATA", `${type}: ${issue.message}`, { cause: [issue] });
}
