import type { ChatMessage } from "../../shared/chat/events.js";
import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { type RequestBody, readText } from "../http/read-text.js";
import type { ConversationContext } from "./options.js";

type SentMessages = Pick<ConversationContext, "messages" | "message" | "trigger" | "body">;

const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant"]);

/**
 * What a client has sent: `{ messages: [{ id, role, content }, …], trigger? }` as JSON, or nothing.
 *
 * @throws SSEError `BAD_REQUEST`
 */
export async function readMessages(given: RequestBody, maxBodyBytes: number): Promise<SentMessages> {
  const text = await readText(given, maxBodyBytes);
  if (text === undefined) throw new SSEError("BAD_REQUEST", `A message's body has at most ${maxBodyBytes} bytes`);
  const body = parsed(text);
  if (!isRecord(body))
    throw new SSEError("BAD_REQUEST", 'The body must be JSON: { "messages": [{ "id", "role", "content" }] }');
  const { messages = [], trigger = "send" } = body;
  if (trigger !== "send" && trigger !== "regenerate")
    throw new SSEError("BAD_REQUEST", "trigger must be send or regenerate");
  if (!Array.isArray(messages) || !messages.every(isMessage)) {
    throw new SSEError(
      "BAD_REQUEST",
      "messages must have id and content, which are texts, and role: user or assistant",
    );
  }
  const last = messages.at(-1);
  return { messages, message: last?.role === "user" ? last : undefined, trigger, body };
}

function isMessage(value: unknown): value is ChatMessage {
  const { id, role, content } = Object(value);
  return typeof id === "string" && ROLES.has(role) && typeof content === "string";
}

function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
