import type { NativePage } from "../../native/binding.js";
import { CHANNELS_HEADER } from "../../shared/stream-control.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { environment } from "../lifecycle/environment.js";
import { streamDefaults } from "../stream/defaults.js";
import { openStream } from "../stream/opener.js";
import type { ResponseOptions } from "../stream/response-options.js";
import { traceIdFor } from "./answer-trace.js";
import type { Exchange, PlainAnswer } from "./exchange.js";
import { headersOnTop, keepingVary } from "./headers.js";

/** One event of a {@link PollBody}. */
export interface PolledEvent {
  /** The event type; `"message"` where the event has none. */
  readonly event: string;
  /** The text of the event's data, as a stream has it: mostly JSON. */
  readonly data: string;
  /** Left out of a snapshot's messages, which have none of their own. */
  readonly id?: string;
  /** The data was sent `raw`: it is a text, and no JSON. */
  readonly raw?: true;
}

/**
 * What a poll is answered with, as JSON. Sent back as `Last-Event-ID` (or query `lastEventId`), by a poll or a stream,
 * `lastEventId` continues after these events.
 *
 * @example
 * const headers = { Accept: "application/json", "Last-Event-ID": cursor };
 * const { events, lastEventId, verdict }: PollBody = await (await fetch("/api/events", { headers })).json();
 * cursor = lastEventId;
 */
export interface PollBody {
  /** In the order of publishing, over all channels; a snapshot's messages first. */
  readonly events: readonly PolledEvent[];
  /** The cursor after all of them; also when there are none. */
  readonly lastEventId: string;
  /**
   * What became of the client's cursor: nothing is missing (`continued`), events between it and these are (`gap`), or it is
   * unknown here, and these are all that the histories hold (`reset`). `null`: it came without one, and begins now.
   */
  readonly verdict: "continued" | "gap" | "reset" | null;
  /** The page was full, and more events wait: ask again at once. */
  readonly hasMore?: boolean;
  /** When to come again, in milliseconds, if the route or the hub says so: `retryMs`, a message's `retry`, a drain. */
  readonly retryMs?: number;
}

/** Bytes of events that a poll is answered with, unless one event is larger. */
const PAGE_BYTES = 32 * 1024;
/** An answer that is not sent counts as a connection for so long. */
const LONGEST_POLL_MS = 60_000;

const HEADERS = { "Cache-Control": "no-store", Vary: "Accept" };

/** Answers with a page of events, from a stream that is opened for it and not announced. */
export async function answerPoll<Answer>(
  hubName: string,
  exchange: Exchange<Answer>,
  options: ResponseOptions,
): Promise<Answer> {
  // Without the wait, each of several pipelined polls would count as a connection.
  const isTurn = await exchange.untilTurn();
  const page = isTurn ? await pageFor(hubName, exchange, options) : nothingLeft(exchange, options);
  try {
    return await exchange.answer(page);
  } catch (error) {
    page.onSent?.();
    throw error;
  }
}

async function pageFor(hubName: string, exchange: Exchange<unknown>, options: ResponseOptions): Promise<PlainAnswer> {
  const { request, vary } = exchange;
  // Without the options of a stream that lasts.
  const { onClose, compress, ...others } = { ...streamDefaults(hubName), ...withoutUndefined(options) };
  const how = { ...others, heartbeat: false, maxDurationMs: LONGEST_POLL_MS } as const;
  const opened = await openStream(hubName, request, options, how, false, "poll");
  if (typeof opened === "string") return nothingLeft(exchange, options);
  const { stream, chosen } = opened;
  const isHead = request.method === "HEAD";
  if (stream.hasEnded && !isHead) return nothingLeft(exchange, options); // its client has gone
  try {
    const page = environment().hub(hubName).readPage(stream.connection, PAGE_BYTES);
    const usual = {
      "Content-Type": "application/json; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      ...HEADERS,
      "X-Trace-ID": stream.traceId,
      ...(chosen && { [CHANNELS_HEADER]: chosen.map(encodeURIComponent).join() }),
    };
    const headers = headersOnTop(keepingVary(usual, vary), options.headers);
    const body = isHead ? null : toBody(page);
    return { status: 200, headers, body, reason: "polled", onSent: () => stream.abandon("polled") };
  } catch (error) {
    stream.abandon("refused");
    throw error;
  }
}

/** For a client that has everything up to a `closeAfter` event, or has gone. */
function nothingLeft({ request, vary }: Exchange<unknown>, options: ResponseOptions): PlainAnswer {
  const usual = { ...HEADERS, "X-Trace-ID": traceIdFor(request, options) };
  const headers = headersOnTop(keepingVary(usual, vary), options.headers);
  return { status: 204, headers, body: null, reason: "completed" };
}

/** A {@link PollBody} as text: its events are JSON already. */
function toBody({ events, position, hasMore, verdict, retryMs }: NativePage): string {
  const about = {
    lastEventId: position,
    verdict,
    ...(hasMore && { hasMore }),
    ...(retryMs !== undefined && { retryMs }),
  };
  return `{"events":${events},${JSON.stringify(about).slice(1)}`;
}
