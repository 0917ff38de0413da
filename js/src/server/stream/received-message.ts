import { NOTICE_TYPES } from "../../shared/notices.js";
import type { ParsedItem } from "../../shared/receiver.js";
import type { SSEMessage } from "../content/message.js";

/** What a function that listens in the process is given: a message as it was published, with its id. */
export interface ReceivedMessage extends SSEMessage {
  /** The event type; `"message"` where none was given. */
  event: string;
  /** What was published; undefined for an event without data. Text that was sent `raw` comes as it is. */
  data: unknown;
  id: string;
}

/** Undefined for what is no event of the application's. */
export function toReceived(item: ParsedItem): ReceivedMessage | undefined {
  if (item.kind !== "event" || item.type.startsWith(NOTICE_TYPES)) return undefined;
  const { type: event, lastEventId: id } = item;
  return item.isRaw ? { event, data: item.data, id, raw: true } : { event, data: parsed(item.data), id };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
