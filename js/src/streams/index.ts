// What teams stream, on the server's public API: whoever reads one can write the next.
export type {
  AgentState,
  BudgetUse,
  WorkflowEvents,
  WorkflowLevel,
  WorkflowLog,
  WorkflowPatch,
  WorkflowState,
} from "../shared/workflow/events.js";
export { type WorkflowSchema, workflowSchemas } from "../shared/workflow/schemas.js";
export type {
  AnswerChunk,
  AnswerChunks,
  AnswerContext,
  AnswerSource,
} from "./answer/answer-source.js";
export { attachAnswerStream, createAnswerStream } from "./answer/create-answer-stream.js";
export type { AnswerStreamOptions } from "./answer/options.js";
export type { CommandContext, CommandHandler } from "./workflow/commands.js";
export { createWorkflowEmitter } from "./workflow/create-workflow-emitter.js";
export type { EmittedData } from "./workflow/emitted.js";
export type { WorkflowOptions, WorkflowResponseOptions } from "./workflow/options.js";
export type { WorkflowEmitter, WorkflowEvent } from "./workflow/workflow-emitter.js";
