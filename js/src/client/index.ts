export type { ReceiverOptions, SessionOptions, SessionState } from "../core/contract.js";
export { SSEError, type SSEErrorCode, type SSEErrorDetails } from "../shared/errors.js";
export {
  type ErrorOrMessage,
  type EventOf,
  type SSEClientEvents,
  SSEErrorEvent,
  type SSEListener,
  type UntypedEvents,
} from "./events.js";
export type { FetchLike, HeadersSource, RetryOptions, SSEClientOptions } from "./options.js";
export type { ResumeVerdict } from "./resume.js";
export { SSEClient } from "./sse-client.js";
