export type { Health, SessionState } from "../core/contract.js";
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export type { ReceiverOptions } from "../shared/receiver.js";
export type { Transition } from "./connection/recorder.js";
export type {
  BreakerOptions,
  FallbackOptions,
  FetchLike,
  HeadersSource,
  RetryOptions,
  SSEClientOptions,
  Tape,
  TapeEntry,
} from "./options/options.js";
export type { Parse, Schemas, StandardSchema } from "./options/parse.js";
export {
  type ErrorOrMessage,
  type EventOf,
  type SSEClientEvents,
  SSECloseEvent,
  SSEErrorEvent,
  type SSEListener,
  SSEMessageEvent,
  type UntypedEvents,
} from "./stream/events.js";
export { mergePatch } from "./stream/merge-patch.js";
export type { ResumeVerdict } from "./stream/notices.js";
export { SSEClient } from "./target/sse-client.js";
