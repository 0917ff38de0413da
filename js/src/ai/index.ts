/**
 * Millrace and the AI SDK: what `useChat` is given in place of its own transport.
 *
 * @packageDocumentation
 */
export { type ChatConnection, MillraceChatTransport, type MillraceChatTransportOptions } from "./chat-transport.js";
