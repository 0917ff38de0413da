import { DEFAULT_LIMIT_BYTES } from "../../core/client-options.js";
import type { PollResult } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { BEGIN_TYPE, RESUME_TYPE } from "../../shared/notices.js";
import { canBeSent } from "../stream/cursor.js";
import { toCursorText, toEventText } from "../stream/event-text.js";
import { isFinal } from "./answer.js";
import { ask, type StreamRequest } from "./fetch-transport.js";
import { type PollAnswer, readPollAnswer } from "./poll-answer.js";
import { refusal } from "./refusal.js";

/** The events after the cursor, as a stream would have brought them. */
export interface PolledEvents {
  readonly bytes: Uint8Array;
  readonly result: PollResult;
  /** Of the answer, after redirects. */
  readonly origin: string;
}

/** What became of a poll. */
export type PollOutcome =
  | PolledEvents
  /** It `isOver` where the server says that nothing will come any more, and `isFinal` where it would only refuse again. */
  | { readonly error: SSEError; readonly isOver?: boolean; readonly isFinal?: boolean };

const ACCEPT = "application/json, application/problem+json";

/** What an answer may have beside twice the data of the largest event: types, ids and what JSON puts around them. */
const ROOM_BYTES = 65536;

/** Asks once for the events after the cursor. Never rejects; gives undefined when it is aborted. */
export async function poll(request: StreamRequest): Promise<PollOutcome | undefined> {
  const { options, signal, url } = request;
  try {
    const target = new URL(options.fallback?.poll ?? url, url).href;
    const response = await ask(request, target, ACCEPT);
    if (response === undefined) return undefined;
    const { status } = response;
    if (status !== 200 || !/^application\/json\b/i.test(response.headers.get("Content-Type") ?? "")) {
      const error = await refusal(`answers a poll with status ${status}`, response);
      return { error, isOver: status === 204, isFinal: status !== 200 && isFinal(response, options) };
    }
    // JSON makes two bytes of a line end or a quote.
    const limit = 2 * (options.maxEventBytes ?? DEFAULT_LIMIT_BYTES) + ROOM_BYTES;
    const text = await readText(response.body, limit, signal);
    if (text === undefined) {
      throw new SSEError("EVENT_TOO_LARGE", `The answer to a poll is larger than ${limit} bytes`, { limit });
    }
    const answer = readPollAnswer(text);
    request.chosen.answer = response.headers;
    request.chosen.answered?.();
    return {
      bytes: new TextEncoder().encode(toStream(answer)),
      result: resultOf(answer, request.lastEventId()),
      origin: new URL(response.url || target).origin,
    };
  } catch (cause) {
    if (signal.aborted) return undefined;
    const isOurs = cause instanceof SSEError;
    const error = isOurs ? cause : new SSEError("CONNECTION_FAILED", "The poll failed", { cause });
    return { error, isFinal: error.status === 401 };
  }
}

/**
 * `hasMore` counts only if the cursor has moved, and not behind a `reset`: else the client would ask without end, in the latter case two
 * servers by turns that do not know each other's cursors.
 */
function resultOf({ events, lastEventId, verdict, hasMore }: PollAnswer, cursor: string): PollResult {
  if (events.length === 0) return "nothing";
  const hasMoved = lastEventId !== "" && lastEventId !== cursor && canBeSent(lastEventId);
  return hasMore && hasMoved && verdict !== "reset" ? "more" : "events";
}

/** A body as text; undefined where it has more bytes than that: the rest is not read. */
async function readText(body: Response["body"], mostBytes: number, signal: AbortSignal): Promise<string | undefined> {
  const reader = body?.getReader();
  const cancel = () => void reader?.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > mostBytes) {
      cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

/** One way for all events: through the receiver, which knows those that came before. */
function toStream({ events, lastEventId, verdict, retryMs }: PollAnswer): string {
  const parts = [toEventText(BEGIN_TYPE, '{"resumes":true}', undefined)];
  if (retryMs !== undefined) parts.push(`retry: ${retryMs}\n\n`);
  if (verdict !== null) parts.push(toEventText(RESUME_TYPE, JSON.stringify({ verdict }), undefined));
  for (const { event, data, id, isRaw } of events) parts.push(toEventText(event, data, id, isRaw));
  return parts.join("") + toCursorText(lastEventId);
}
