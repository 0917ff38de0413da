import { SSEError } from "../shared/errors.js";
import { prepare, refusal, type StreamRequest } from "./fetch-transport.js";

/** What a Millrace server answers a poll with; see `hub.response`. */
interface PollAnswer {
  readonly events: readonly { readonly event: string; readonly data: string; readonly id?: string }[];
  readonly lastEventId: string;
  readonly verdict: string | null;
  readonly retryMs?: number;
}

/** What became of a poll. */
export type PollOutcome =
  /** The events after the cursor, as a stream would have brought them. */
  | { readonly bytes: Uint8Array; readonly count: number }
  /** It `isOver` where the server says that nothing will come any more. */
  | { readonly error: SSEError; readonly isOver: boolean };

/** Asks once for the events after the cursor. Rejects only when it is aborted. */
export async function poll(request: Omit<StreamRequest, "ready">): Promise<PollOutcome> {
  const { options, signal, url } = request;
  try {
    const target = new URL(options.fallback?.poll ?? url, url).href;
    const response = await (options.fetch ?? fetch)(target, await prepare(request, "application/json"));
    if (response.status !== 200 || !/^application\/json\b/i.test(response.headers.get("Content-Type") ?? "")) {
      const error = await refusal(`answers a poll with status ${response.status}`, response);
      return { error, isOver: response.status === 204 };
    }
    const answer = (await response.json()) as PollAnswer;
    return { bytes: new TextEncoder().encode(toStream(answer)), count: answer.events.length };
  } catch (cause) {
    if (signal.aborted) throw cause;
    return { error: new SSEError("CONNECTION_FAILED", "The poll failed", { cause }), isOver: false };
  }
}

/** One way for all events: through the receiver, which knows those that came before. */
function toStream({ events, lastEventId, verdict, retryMs }: PollAnswer): string {
  const parts: string[] = [];
  if (retryMs !== undefined) parts.push(`retry: ${retryMs}\n\n`);
  if (verdict !== null) parts.push(`event: millrace.resume\ndata: ${JSON.stringify({ verdict })}\n\n`);
  for (const { event, data, id } of events) parts.push(toEventText(event, data, id));
  return `${parts.join("")}id: ${line(lastEventId)}\n\n`;
}

/** One event of a stream (WHATWG HTML 9.2.5). */
export function toEventText(type: string, data: string, id: string | undefined): string {
  const idLine = id === undefined ? "" : `id: ${line(id)}\n`;
  const dataLines = data.split("\n").map((text) => `data: ${text}\n`);
  return `event: ${line(type)}\n${idLine}${dataLines.join("")}\n`;
}

function line(text: string): string {
  return text.replace(/[\r\n]/g, "");
}
