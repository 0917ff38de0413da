// What teams stream, on the server's public API: whoever reads one can write the next.
export type {
  AgentConnection,
  AgentEvent,
  AgentEvents,
  AgentNetworkPatch,
  AgentNetworkState,
  AgentPerformance,
  NetworkAgent,
  ResearchSource,
} from "../shared/agents/events.js";
export { agentSchemas } from "../shared/agents/schemas.js";
export type { ChatDone, ChatEvents, ChatFailure, ChatMessage, ChatToolCall } from "../shared/chat/events.js";
export {
  LOG_LEVELS,
  type LogConnected,
  type LogEvents,
  type LogHeartbeat,
  type LogLevel,
  type LogRecord,
} from "../shared/logs/record.js";
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
export type { AgentNetwork, AgentRoute, AgentRouteParams } from "./agents/agent-network.js";
export { type AgentNetworkOptions, createAgentNetwork } from "./agents/create-agent-network.js";
export type {
  AnswerChunk,
  AnswerChunks,
  AnswerContext,
  AnswerSource,
} from "./answer/answer-source.js";
export { attachAnswerStream, createAnswerStream } from "./answer/create-answer-stream.js";
export type { AnswerEnd } from "./answer/log/answer-format.js";
export type { AnswerStreamOptions } from "./answer/options.js";
export type { Chat, ChatRoute } from "./chat/chat.js";
export { createChat } from "./chat/create-chat.js";
export type { ChatOptions, ChatParts, ChatSourceContext, FinishedAnswer, RespondOptions } from "./chat/options.js";
export type { MessagePart } from "./chat/part-events.js";
export type { ConversationChunk, ConversationChunks } from "./conversation/conversation-chunk.js";
export { attachChatStream, createChatStream } from "./conversation/create-chat-stream.js";
export type {
  ChatStreamOptions,
  ConversationContext,
  ConversationSource,
  FinishedConversationAnswer,
} from "./conversation/options.js";
export type { ModuleResponseOptions } from "./http/module-options.js";
export { createLogEmitter, type DefaultAgentType } from "./logs/create-log-emitter.js";
export type { LogEmitter } from "./logs/log-emitter.js";
export type { OperationMessages, RunningOperation } from "./logs/operation.js";
export type { LogOptions, RoomContext, RoomPolicy } from "./logs/options.js";
export type { LogMetadata } from "./logs/to-record.js";
export { createSSEProxy, type ProxyRoute, type SSEProxy } from "./proxy/create-sse-proxy.js";
export type { SSEProxyOptions } from "./proxy/options.js";
export { fromAnthropic } from "./sources/from-anthropic.js";
export { fromOpenAI } from "./sources/from-openai.js";
export { fromUIMessageStream } from "./sources/from-ui-message-stream.js";
export type { ModelFinishReason, ModelPart, ModelUsage } from "./sources/model-part.js";
export type { ModelStream } from "./sources/model-stream.js";
export { SourceError, type SourceErrorCode, type SourceErrorDetails } from "./sources/source-error.js";
export type { Upstream } from "./sources/upstream.js";
export type { CommandContext, CommandHandler } from "./workflow/commands.js";
export { createWorkflowEmitter } from "./workflow/create-workflow-emitter.js";
export type { EmittedData } from "./workflow/emitted.js";
export type { WorkflowOptions, WorkflowResponseOptions } from "./workflow/options.js";
export type { WorkflowEmitter, WorkflowEvent } from "./workflow/workflow-emitter.js";
