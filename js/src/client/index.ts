export type { Health, ReceiverOptions, SessionState } from "../core/contract.js";
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export {
  type ErrorOrMessage,
  type EventOf,
  type SSEClientEvents,
  SSEErrorEvent,
  type SSEListener,
  type UntypedEvents,
} from "./events.js";
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
export type { ResumeVerdict } from "./resume.js";
export type { Schemas, StandardSchema } from "./schema.js";
export { SSEClient } from "./sse-client.js";
