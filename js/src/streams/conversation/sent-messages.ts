import { areMessages } from "../../shared/chat/are-messages.js";
import { SSEError } from "../../shared/errors.js";
import { isRecord } from "../../shared/is-record.js";
import { readJson } from "../../shared/read-json.js";
import type { RequestBody } from "../../shared/read-text.js";
import type { ConversationContext } from "./options.js";

type SentMessages = Pick<ConversationContext, "messages" | "message" | "trigger" | "body">;

/**
 * What a client has sent: `{ messages: [{ id, role, content }, …], trigger? }` as JSON, or nothing.
 *
 * @throws SSEError `BAD_REQUEST`
 */
export async function readMessages(given: RequestBody, maxBodyBytes: number): Promise<SentMessages> {
  const body = await readJson(given, maxBodyBytes, {});
  if (!isRecord(body))
    throw new SSEError("BAD_REQUEST", 'The body must be JSON: { "messages": [{ "id", "role", "content" }] }');
  const { messages = [], trigger = "send" } = body;
  if (trigger !== "send" && trigger !== "regenerate")
    throw new SSEError("BAD_REQUEST", "trigger must be send or regenerate");
  if (!areMessages(messages)) {
    throw new SSEError(
      "BAD_REQUEST",
      "messages must have id and content, which are texts, and role: user or assistant",
    );
  }
  const last = messages.at(-1);
  return { messages, message: last?.role === "user" ? last : undefined, trigger, body };
}
