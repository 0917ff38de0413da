"use client";

export { type Health, type ResumeVerdict, type SessionState, SSEError, type SSEErrorCode } from "../client/index.js";
export type {
  AgentConnection,
  AgentEvents,
  AgentNetworkState,
  AgentPerformance,
  NetworkAgent,
  ResearchSource,
} from "../shared/agents/events.js";
export { agentSchemas } from "../shared/agents/schemas.js";
export type { ChatDone, ChatEvents, ChatFailure, ChatMessage, ChatToolCall } from "../shared/chat/events.js";
export type { LogConnected, LogEvents, LogHeartbeat, LogLevel, LogRecord } from "../shared/logs/record.js";
export type {
  AgentState,
  BudgetUse,
  WorkflowEvents,
  WorkflowLevel,
  WorkflowLog,
  WorkflowState,
} from "../shared/workflow/events.js";
export { type WorkflowSchema, workflowSchemas } from "../shared/workflow/schemas.js";
export type { AgentNetworkView, ResearchView, ShownAgent } from "./agents/agent-reduction.js";
export type { AgentNetworkStream, UseAgentNetworkOptions } from "./agents/types.js";
export { useAgentNetwork } from "./agents/use-agent-network.js";
export type { AnswerCompletion, AnswerHeartbeat, AnswerView } from "./answer/answer-reduction.js";
export { type DebuggedStream, StreamDebugPanel, type StreamDebugPanelProps } from "./answer/stream-debug-panel.js";
export { StreamStatus, type StreamStatusName, type StreamStatusProps } from "./answer/stream-status.js";
export { type SSEStreamResult, type UseSSEStreamOptions, useSSEStream } from "./answer/use-sse-stream.js";
export type { ChatStorage } from "./chat/conversation.js";
export type {
  ChatStream,
  ChatStreamConnection,
  ChatStreamError,
  SentChatMessage,
  UseChatStreamOptions,
} from "./chat/types.js";
export { useChatStream } from "./chat/use-chat-stream.js";
export { ConnectionBadge, type ConnectionBadgeProps } from "./connection-badge.js";
export type { ShownLog } from "./logs/log-reduction.js";
export { type LogStream, type UseLogStreamOptions, useLogStream } from "./logs/use-log-stream.js";
export type {
  EventSourceCallbacks,
  EventSourceResult,
  EventSourceSnapshot,
  SSEMessage,
  SSEMessageEventOf,
  UseEventSourceOptions,
} from "./types.js";
export { useEventSource } from "./use-event-source.js";
export type { CommandAnswer } from "./workflow/send-command.js";
export {
  type UseWorkflowStreamOptions,
  useWorkflowStream,
  type WorkflowStream,
} from "./workflow/use-workflow-stream.js";
