import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { readJson } from "../../shared/read-json.js";
import type { RequestBody } from "../../shared/read-text.js";
import { isChat } from "./chat-id.js";

/** What `useChat` has sent. */
export interface SentMessage {
  readonly chatId: string;
  readonly messages: readonly unknown[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** @throws SSEError `BAD_REQUEST` */
export async function readMessage(given: RequestBody, maxBodyBytes: number): Promise<SentMessage> {
  const body = await readJson(given, maxBodyBytes);
  const { id, messages = [] } = Object(body);
  if (!isRecord(body) || !isChat(id)) {
    throw new SSEError("BAD_REQUEST", 'The body must be JSON with the id of the chat: { "id": "…", "messages": […] }');
  }
  if (!Array.isArray(messages)) throw new SSEError("BAD_REQUEST", "messages must be an array");
  return { chatId: id, messages, body };
}
