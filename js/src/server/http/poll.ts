import type { ServerResponse } from "node:http";
import type { NativePage } from "../../native/binding.js";
import type { CloseReason, RequestLike } from "../stream/options.js";
import type { HubStream } from "../stream/stream.js";
import { NodeReadableStream } from "../stream/web-streams.js";
import { responseNow } from "./requests.js";
import { headersOnTop, keepingVary, nodeHeaders } from "./response.js";

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

/** An answer, however it is sent. */
export interface PollAnswer {
  readonly status: 200 | 204;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  /** It was sent, or nobody takes it any more: until then it counts as a connection. */
  readonly release: () => void;
}

const HEADERS = { "Cache-Control": "no-store", Vary: "Accept" };

/** For a client that has everything up to a `closeAfter` event. */
export const NOTHING_LEFT: PollAnswer = { status: 204, headers: HEADERS, body: null, release: () => {} };

/** The answer made of a page. */
export function pollAnswer(request: RequestLike, stream: HubStream, page: NativePage): PollAnswer {
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    ...HEADERS,
    ...(stream.facts.traceId !== undefined && { "X-Trace-ID": stream.facts.traceId }),
  };
  const body = request.method === "HEAD" ? null : toBody(page);
  return { status: 200, headers, body, release: () => stream.abandon("polled") };
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

/** The answer for who returns it. It counts until it was sent, or where nobody knows that, until its body was taken. */
export function pollResponse(answer: PollAnswer, own: Record<string, string> = {}): Response {
  const { status, headers, body, release } = answer;
  const init = { status, headers: headersOf(answer, headers, own) };
  if (body === null) {
    release();
    return new Response(null, init);
  }
  const node = responseNow();
  node?.once("finish", release).once("close", release);
  const bytes = new TextEncoder().encode(body);
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
      if (node === undefined) release();
    },
    cancel: release,
  };
  return new Response(new NodeReadableStream(source, { highWaterMark: 0 }), init);
}

/** Writes the answer, if the client is still there; gives the reason for which there is no stream. */
export function writePoll(res: ServerResponse, answer: PollAnswer, own: Record<string, string> = {}): CloseReason {
  const { status, headers, body, release } = answer;
  if (res.destroyed || res.writableEnded) {
    release();
    return "disconnected";
  }
  res.once("finish", release).once("close", release);
  try {
    res.writeHead(status, nodeHeaders(headersOnTop(keepingVary(res, headers), own)));
    res.end(body ?? undefined);
  } catch (error) {
    release();
    throw error;
  }
  return status === 204 ? "completed" : "polled";
}

/** What the application adds may be no header at all. */
function headersOf({ release }: PollAnswer, usual: Record<string, string>, own: Record<string, string>): Headers {
  try {
    return headersOnTop(usual, own);
  } catch (error) {
    release();
    throw error;
  }
}
