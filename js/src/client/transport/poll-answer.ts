import { SSEError } from "../../shared/errors.js";

/** What a Millrace server answers a poll with; see `hub.response`. */
export interface PollAnswer {
  readonly events: readonly AnsweredEvent[];
  readonly lastEventId: string;
  readonly verdict: string | null;
  readonly retryMs: number | undefined;
  /** The server has events behind these already. */
  readonly hasMore: boolean;
}

interface AnsweredEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
  readonly isRaw: boolean;
}

/**
 * Reads the body of a poll's answer, from whoever sent it.
 *
 * @throws SSEError `BAD_RESPONSE` where it is not what a Millrace server sends.
 */
export function readPollAnswer(text: string): PollAnswer {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw bad("is no JSON", cause);
  }
  const { events, lastEventId, verdict, retryMs, hasMore } = membersOf(said);
  if (!Array.isArray(events)) throw bad("has no list of events");
  if (typeof lastEventId !== "string") throw bad("has no lastEventId that is a text");
  return {
    events: events.map(toEvent),
    lastEventId,
    verdict: typeof verdict === "string" ? verdict : null,
    retryMs: typeof retryMs === "number" ? retryMs : undefined,
    hasMore: hasMore === true,
  };
}

function toEvent(said: unknown): AnsweredEvent {
  const { event = "message", data, id, raw } = membersOf(said);
  if (typeof data !== "string") throw bad("has an event without data that is a text");
  if (typeof event !== "string") throw bad("has an event whose type is no text");
  if (id !== undefined && typeof id !== "string") throw bad("has an event whose id is no text");
  return { event, data, id, isRaw: raw === true };
}

function membersOf(said: unknown): Record<string, unknown> {
  return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
}

function bad(what: string, cause?: unknown): SSEError {
  return new SSEError("BAD_RESPONSE", `The answer to a poll ${what}`, { status: 200, cause });
}
