import { requireString } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { requireOneOf } from "../../shared/misspelt.js";

/** What the core fills in: native/core/hub/heartbeat_template.hpp. */
const HEARTBEAT_FIELDS = [
  ...["n", "streamId", "uptimeMs", "uptimeSeconds", "events", "bytes", "channels", "everyMs"],
  ...["remainingMs", "remainingSeconds"],
];
const LONGEST_COMMENT = 1000;

/** Of heartbeats. */
export function checkComment(comment: unknown, event: unknown): void {
  requireString("heartbeat.comment", comment);
  if (event !== undefined) throw new TypeError("heartbeat.comment is not sent beside heartbeat.event: leave one out");
  if (!/^heartbeat( |$)/.test(comment) || /[\r\n\0]/.test(comment) || comment.length > LONGEST_COMMENT) {
    throw new TypeError(
      `heartbeat.comment must be one line of at most ${LONGEST_COMMENT} characters that begins with the word heartbeat: clients know it by that`,
    );
  }
  for (const [, field = ""] of comment.matchAll(/\{(\w*)\}/g))
    requireOneOf("heartbeat.comment's field", field, HEARTBEAT_FIELDS);
}

/** @throws SSEError `INVALID_FIELD` for a type that no event can have. */
export function requireEventType(name: string, type: string): void {
  if (!/[\r\n\0]/.test(type)) return;
  throw new SSEError("INVALID_FIELD", `${name} must not hold CR, LF or NUL: they would end the line`);
}

/** Of the beginning. */
export function checkGreeting(greeting: unknown): void {
  requireString("greeting", greeting);
  if (/^heartbeat|[\r\n\0]/.test(greeting) || greeting.length > LONGEST_COMMENT) {
    throw new TypeError(
      `greeting must be one line of at most ${LONGEST_COMMENT} characters that does not begin with the word heartbeat`,
    );
  }
}
