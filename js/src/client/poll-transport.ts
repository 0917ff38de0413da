import { SSEError } from "../shared/errors.js";
import { toCursorText, toEventText } from "./event-text.js";
import { prepare, refusal, type StreamRequest } from "./fetch-transport.js";
import { RESUME_EVENT } from "./resume.js";

/** What a Millrace server answers a poll with; see `hub.response`. */
interface PollAnswer {
  readonly events: readonly { readonly event: string; readonly data: string; readonly id?: string }[];
  readonly lastEventId: string;
  readonly verdict: string | null;
  readonly retryMs?: number;
}

/** What became of a poll. */
export type PollOutcome =
  /** The events after the cursor, as a stream would have brought them, from this origin (after redirects). */
  | { readonly bytes: Uint8Array; readonly count: number; readonly origin: string }
  /** It `isOver` where the server says that nothing will come any more. */
  | { readonly error: SSEError; readonly isOver: boolean };

/** Asks once for the events after the cursor. Never rejects; gives undefined when it is aborted. */
export async function poll(request: StreamRequest): Promise<PollOutcome | undefined> {
  const { options, signal, url } = request;
  try {
    const target = new URL(options.fallback?.poll ?? url, url).href;
    const response = await (options.fetch ?? fetch)(target, await prepare(request, "application/json"));
    if (response.status !== 200 || !/^application\/json\b/i.test(response.headers.get("Content-Type") ?? "")) {
      const error = await refusal(`answers a poll with status ${response.status}`, response);
      return { error, isOver: response.status === 204 };
    }
    const answer = (await response.json()) as PollAnswer;
    const bytes = new TextEncoder().encode(toStream(answer));
    return { bytes, count: answer.events.length, origin: new URL(response.url || target).origin };
  } catch (cause) {
    if (signal.aborted) return undefined;
    return { error: new SSEError("CONNECTION_FAILED", "The poll failed", { cause }), isOver: false };
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
