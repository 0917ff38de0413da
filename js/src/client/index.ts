export type { Health, ReceiverOptions, SessionState } from "../core/contract.js";
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export type { Parse, Schemas, StandardSchema } from "./data.js";
export {
  type ErrorOrMessage,
  type EventOf,
  type SSEClientEvents,
  SSECloseEvent,
  SSEErrorEvent,
  type SSEListener,
  SSEMessageEvent,
  type UntypedEvents,
} from "./events.js";
export type { ResumeVerdict } from "./notices.js";
export type {
  BreakerOptions,
  FallbackOptions,
  FetchLike,
  HeadersSource,
  RetryOptions,
  SSEClientOptions,
  Tape,
  TapeEntry,
} from "./options.js";
export type { Transition } from "./recorder.js";
export { SSEClient } from "./sse-client.js";
