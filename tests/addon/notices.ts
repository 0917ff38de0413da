import { BEGIN_TYPE, END_TYPE } from "../../js/src/shared/notices.js";
import type { ParsedItem } from "../../js/src/shared/receiver.js";

/** A stream's text without the notices that stand at its beginning and its end: tests/addon/notices.test.ts is about those. */
export function withoutNotices(text: string): string {
  return text.replace(/event: millrace\.(begin|end)\ndata: .*\n\n/g, "");
}

/** What a stream that reads a channel begins with. */
export const BEGIN = 'event: millrace.begin\ndata: {"resumes":true}\n\n';

/** What a stream ends with. */
export const endOf = (reason: string, reconnect = false): string =>
  `event: ${END_TYPE}\ndata: ${JSON.stringify({ reason, reconnect })}\n\n`;

/** Whether it is one of these. */
export function isNotice(item: ParsedItem): boolean {
  return item.kind === "event" && (item.type === BEGIN_TYPE || item.type === END_TYPE);
}
