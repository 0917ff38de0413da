import { DEFAULT_LIMIT_BYTES } from "../core/client-options.js";
import { SSEError } from "../shared/errors.js";
import { toCursorText, toEventText } from "./event-text.js";
import { prepare, readText, refusal, type StreamRequest } from "./fetch-transport.js";
import { type PollAnswer, readPollAnswer } from "./poll-answer.js";
import { RESUME_EVENT } from "./resume.js";

/** The events after the cursor, as a stream would have brought them. */
export interface PolledEvents {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** The cursor behind them. */
  readonly lastEventId: string;
  /** The server has others behind them already. */
  readonly hasMore: boolean;
  /** Whose they are, after redirects. */
  readonly origin: string;
}

/** What became of a poll. */
export type PollOutcome =
  | PolledEvents
  /** It `isOver` where the server says that nothing will come any more. */
  | { readonly error: SSEError; readonly isOver: boolean };

/** What an answer may have beside twice the data of the largest event: types, ids and what JSON puts around them. */
const ROOM_BYTES = 65536;

/** Asks once for the events after the cursor. Never rejects; gives undefined when it is aborted. */
export async function poll(request: StreamRequest): Promise<PollOutcome | undefined> {
  const { options, signal, url } = request;
  try {
    const target = new URL(options.fallback?.poll ?? url, url).href;
    const response = await (options.fetch ?? fetch)(target, await prepare(request, "poll"));
    if (response.status !== 200 || !/^application\/json\b/i.test(response.headers.get("Content-Type") ?? "")) {
      const error = await refusal(`answers a poll with status ${response.status}`, response);
      return { error, isOver: response.status === 204 };
    }
    // JSON makes two bytes of a line end or a quote.
    const limit = 2 * (options.maxEventBytes ?? DEFAULT_LIMIT_BYTES) + ROOM_BYTES;
    const text = await readText(response, limit, signal);
    if (text === undefined) {
      throw new SSEError("EVENT_TOO_LARGE", `The answer to a poll is larger than ${limit} bytes`, { limit });
    }
    const answer = readPollAnswer(text);
    return {
      bytes: new TextEncoder().encode(toStream(answer)),
      count: answer.events.length,
      lastEventId: answer.lastEventId,
      hasMore: answer.hasMore,
      origin: new URL(response.url || target).origin,
    };
  } catch (cause) {
    if (signal.aborted) return undefined;
    const isOurs = cause instanceof SSEError;
    const error = isOurs ? cause : new SSEError("CONNECTION_FAILED", "The poll failed", { cause });
    return { error, isOver: false };
  }
}

/** One way for all events: through the receiver, which knows those that came before. */
function toStream({ events, lastEventId, verdict, retryMs }: PollAnswer): string {
  const parts: string[] = [];
  if (retryMs !== undefined) parts.push(`retry: ${retryMs}\n\n`);
  if (verdict !== null) parts.push(toEventText(RESUME_EVENT, JSON.stringify({ verdict }), undefined));
  for (const { event, data, id } of events) parts.push(toEventText(event, data, id));
  return parts.join("") + toCursorText(lastEventId);
}
