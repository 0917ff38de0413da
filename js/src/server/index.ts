/// <reference types="node" preserve="true" />
/**
 * Millrace for servers: streams, channels, broadcasts.
 *
 * @packageDocumentation
 */
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export type { Authorize, AuthorizeAnswer, AuthorizeContext } from "./authorize.js";
export type { ResponseOptions, SnapshotContext } from "./connect.js";
export {
  broadcast,
  createSSEStream,
  getConnectionCount,
  getConnectionKeys,
  registerConnection,
  unregisterConnection,
} from "./default-hub.js";
export { type Drainable, type DrainOnSignalOptions, type DrainOptions, drainOnSignal } from "./drain.js";
export { createHub, type Hub, type HubOptions } from "./hub.js";
export type { HubEvents } from "./hub-events.js";
export type {
  AnyEvents,
  AttachOptions,
  EventMap,
  HubChannel,
  HubMessage,
  PublishOptions,
  PublishReceipt,
} from "./hub-types.js";
export type { ReceivedMessage } from "./listener.js";
export type { SendReceipt, SSEMessage } from "./message.js";
export type {
  CloseReason,
  HeartbeatOptions,
  HistoryOptions,
  LagOptions,
  LimitOptions,
  RequestLike,
  StreamOptions,
} from "./options.js";
export type { PollBody, PolledEvent } from "./poll.js";
export { refusalResponse } from "./refusal.js";
export type { RegisterOptions, SendFunction } from "./registrations.js";
export { sseResponse } from "./response.js";
export type { SSEStream } from "./stream.js";
