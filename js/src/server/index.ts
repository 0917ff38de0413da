/// <reference types="node" preserve="true" />
/**
 * Millrace for servers: streams, channels, broadcasts.
 *
 * @packageDocumentation
 */
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export type { Authorize, AuthorizeAnswer, AuthorizeContext } from "./access/authorize.js";
export type { SendReceipt, SSEMessage } from "./content/message.js";
export type { PollBody, PolledEvent } from "./http/poll.js";
export { refusalResponse } from "./http/refusal.js";
export { sseResponse } from "./http/response.js";
export {
  broadcast,
  createSSEStream,
  getConnectionCount,
  getConnectionKeys,
  registerConnection,
  unregisterConnection,
} from "./hub/default-hub.js";
export { createHub, type Hub, type HubOptions } from "./hub/hub.js";
export type {
  AnyEvents,
  AttachOptions,
  EventMap,
  HubChannel,
  HubMessage,
  PublishOptions,
  PublishReceipt,
} from "./hub/hub-types.js";
export { type Drainable, type DrainOnSignalOptions, type DrainOptions, drainOnSignal } from "./lifecycle/drain.js";
export type { HubEvents } from "./observe/hub-events.js";
export type { ReceivedMessage } from "./stream/listener.js";
export type { ResponseOptions, SnapshotContext } from "./stream/opener.js";
export type {
  CloseReason,
  HeartbeatOptions,
  HistoryOptions,
  LagOptions,
  LimitOptions,
  RequestLike,
  StreamOptions,
} from "./stream/options.js";
export type { RegisterOptions, SendFunction } from "./stream/registrations.js";
export type { SSEStream } from "./stream/stream.js";
