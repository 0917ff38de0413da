import type { ClientCore } from "../contract.js";
import { receive } from "./receive.js";
import { JavaScriptReceiver } from "./receiver.js";
import { JavaScriptSession } from "./session.js";

/**
 * The client core for pages whose content security policy forbids WebAssembly. It passes the same vectors.
 *
 * @example
 * const receiver = javascriptCore.createReceiver();
 * receiver.feed(new TextEncoder().encode("data: hello\n\n")); // [{ kind: "event", type: "message", data: "hello", … }]
 */
export const javascriptCore: ClientCore = {
  implementation: "javascript",
  createReceiver: (options) => new JavaScriptReceiver(options),
  createSession: (options) => new JavaScriptSession(options),
  receive,
};
