import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { type RequestBody, readText } from "../http/read-text.js";
import { isChat } from "./chat-id.js";

/** What `useChat` has sent. */
export interface SentMessage {
  readonly chatId: string;
  readonly messages: readonly unknown[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** @throws SSEError `BAD_REQUEST` */
export async function readMessage(given: RequestBody, maxBodyBytes: number): Promise<SentMessage> {
  const text = await readText(given, maxBodyBytes);
  if (text === undefined) throw new SSEError("BAD_REQUEST", `A message's body has at most ${maxBodyBytes} bytes`);
  const body = parsed(text);
  const { id, messages = [] } = Object(body);
  if (!isRecord(body) || !isChat(id)) {
    throw new SSEError("BAD_REQUEST", 'The body must be JSON with the id of the chat: { "id": "…", "messages": […] }');
  }
  if (!Array.isArray(messages)) throw new SSEError("BAD_REQUEST", "messages must be an array");
  return { chatId: id, messages, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
