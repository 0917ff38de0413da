// What the entry gives of the server itself; what stands on it (js/src/streams) uses nothing else of it.

export type { PolicyCounts, Rates } from "../native/native-metrics.js";
export type { AnyHub } from "../shared/any-hub.js";
export { SSEError, type SSEErrorCategory, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export { isFromAllowedOrigin, type OriginRules } from "../shared/origin.js";
export type { AuthMode } from "./access/anonymous.js";
export type { Authorize, AuthorizeAnswer, AuthorizeContext } from "./access/authorize.js";
export { type AuthorizeRequestOptions, authorizeRequest, permitRequest } from "./access/authorize-request.js";
export type { IsBanned } from "./access/ban-list.js";
export type { OriginOptions } from "./access/own-pages.js";
export type { Facts, Permission } from "./access/permission.js";
export type { CanAccess, ChannelAccess } from "./access/policy-access.js";
export type { RequestLike } from "./access/request-like.js";
export type { CanAccessBy } from "./access/require-access.js";
export { type SessionAuthorizerOptions, sessionAuthorizer } from "./access/session-authorizer.js";
export type { ContentStore } from "./content/content-store.js";
export { type FileContentStoreOptions, fileContentStore } from "./content/file-content-store.js";
export { historyContentStore } from "./content/history-content-store.js";
export { type MemoryContentStoreOptions, memoryContentStore } from "./content/memory-content-store.js";
export type { SendReceipt, SSEMessage } from "./content/message.js";
export type { PublishReceipt } from "./content/receipt.js";
export { sanitizeMessage } from "./content/sanitize.js";
export type { AttachOptions } from "./http/attach-options.js";
export { type ContentHandlerOptions, contentHandler } from "./http/content-handler.js";
export type { ControlOptions } from "./http/control.js";
export { type CorsOptions, corsHeaders } from "./http/cors-headers.js";
export { errorResponse, type PlainHandler } from "./http/plain-handler.js";
export type { PollBody, PolledEvent } from "./http/poll.js";
export { type ReadEventStreamOptions, readEventStream, type StreamedEvent } from "./http/read-event-stream.js";
export { refusalResponse } from "./http/refusal.js";
export { sseResponse } from "./http/sse-response.js";
export { addPolicies } from "./hub/add-policies.js";
export { createHub } from "./hub/create-hub.js";
export { declareOptions } from "./hub/declare.js";
export {
  broadcast,
  createSSEStream,
  getConnectionCount,
  getConnectionKeys,
  registerConnection,
  unregisterConnection,
} from "./hub/default-hub.js";
export type { Hub } from "./hub/hub.js";
export type { ChangeMessage, DocumentOptions, HubDocument, MergePatch } from "./hub/hub-document.js";
export type { HubOptions, LimitOptions } from "./hub/hub-options.js";
export type { Distribution, HubStats, MemoryStats, PolicyStats } from "./hub/hub-stats.js";
export type {
  AnyEvents,
  EventMap,
  HubChannel,
  HubMessage,
  PublishOptions,
} from "./hub/hub-types.js";
export type { OpaqueIdOptions } from "./hub/opaque-ids.js";
export type {
  BatchOptions,
  ChannelPolicy,
  ContentOptions,
  FlowOptions,
  HistoryOptions,
  MemberSchema,
  MergeOptions,
  PolicyLimits,
  RateOptions,
  RecordSchema,
  RedactOptions,
  SecretPattern,
  ThrottleOptions,
} from "./hub/policy.js";
export { type PolicyPreset, policies } from "./hub/presets.js";
export type { ContentReference } from "./hub/reference.js";
export type { ChannelUpdate, DisconnectMatch, DisconnectOptions } from "./hub/revoke.js";
export { documentKeys, hasStore, hasStored, lifeOf } from "./hub/stored-hub.js";
export { type Drainable, type DrainOnSignalOptions, type DrainOptions, drainOnSignal } from "./lifecycle/drain.js";
export { type MetricsHandlerOptions, metricsHandler } from "./metrics/metrics-handler.js";
export { type MetricsRegistry, registerMetrics } from "./metrics/register-metrics.js";
export type { AlertEvent, AlertOption, AlertOptions, AlertThreshold } from "./observe/alerts.js";
export type { CloseReason } from "./observe/close-reason.js";
export type { HubEvents } from "./observe/hub-events.js";
export type { Logger } from "./observe/logger.js";
export { reportHubError } from "./observe/report.js";
export { type ChannelReader, readChannel } from "./stream/channel-reader.js";
export type { CloseAfter, CloseAfterOptions } from "./stream/close-after.js";
export type { AdaptiveHeartbeatOptions, HeartbeatOptions, LagOptions, StreamOptions } from "./stream/options.js";
export type { ReceivedMessage } from "./stream/received-message.js";
export type { RegisterOptions, SendFunction } from "./stream/registrations.js";
export type { GreetingContext, ResponseOptions, SnapshotContext } from "./stream/response-options.js";
export type { SSEStream } from "./stream/sse-stream.js";
export type { StartFrom } from "./stream/start-from.js";
