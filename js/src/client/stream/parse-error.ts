import { SSEError } from "../../shared/errors.js";
import type { ParsedItem } from "../../shared/receiver.js";

const messageOf = {
  LINE_TOO_LONG: (limit: number) => `A line of the stream is longer than ${limit} bytes; its event is dropped`,
  EVENT_TOO_LARGE: (limit: number) => `An event of the stream is larger than ${limit} bytes; it is dropped`,
  INVALID_UTF8: () => "An event of the stream is no UTF-8; U+FFFD stands for the bad bytes",
};

/** What a parser reports, as an error. */
export function toSSEError({ code, limit }: Extract<ParsedItem, { kind: "error" }>): SSEError {
  return new SSEError(code, messageOf[code](limit), limit > 0 ? { limit } : {});
}
