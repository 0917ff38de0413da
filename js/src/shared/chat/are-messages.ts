import type { ChatMessage } from "./events.js";

/** What a request, a storage, another tab or the application gives may be anything. */
export function areMessages(value: unknown): value is ChatMessage[] {
  return Array.isArray(value) && value.every(isMessage);
}

function isMessage(value: unknown): value is ChatMessage {
  const { id, role, content } = Object(value);
  return typeof id === "string" && (role === "user" || role === "assistant") && typeof content === "string";
}
