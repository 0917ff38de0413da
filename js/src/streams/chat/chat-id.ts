import { requireKey } from "../../shared/arguments.js";

const LONGEST = 256;

/** @throws TypeError where it can be none of a chat. */
export function requireChat(chatId: unknown): asserts chatId is string {
  requireKey("chatId", chatId);
  if (chatId.length > LONGEST) throw new TypeError(`chatId must have at most ${LONGEST} characters`);
}

/** Whether it can be one of a chat. */
export function isChat(chatId: unknown): chatId is string {
  try {
    requireChat(chatId);
    return true;
  } catch {
    return false;
  }
}
