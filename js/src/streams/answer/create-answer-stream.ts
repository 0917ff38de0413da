import { randomBytes } from "node:crypto";
import { authorizeRequest, createHub, errorResponse, type Hub } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { AnswerLog } from "./answer-log.js";
import { ENDS, type KeptAnswer } from "./kept-answer.js";
import { type AnswerStreamOptions, type CheckedAnswerOptions, checkAnswerOptions, isAnswerId } from "./options.js";

/** Characters of one answer. */
const MOST_BYTES = 4 * 1024 * 1024;
const LONGEST_QUERY = 100_000;

/**
 * A route handler's answer, piece by piece: events `content_chunk`, `heartbeat`, and at the end `complete` or `error`. The source is read once, and what it gives is
 * kept: a client that is cut continues where it was, and so does a second one. Nobody waits longer than `maxSeconds`, and what nobody reads is cancelled.
 *
 * @throws TypeError for options, or variables of the environment, that it cannot have. Everything else is answered.
 * @example
 * export const GET = (request: Request) =>
 *   createAnswerStream({ request, source: ({ query, signal }) => model.stream(query, { signal }) });
 */
export async function createAnswerStream(options: AnswerStreamOptions): Promise<Response> {
  const checked = checkAnswerOptions(options);
  const { request, hub = createHub() } = checked;
  const channels: string[] = [];
  try {
    const { id, hasCursor } = idOf(checked);
    channels.push(`answer:${id}`);
    const { userId: given, authorize } = checked;
    const userId = await authorizeRequest(hub, request, {
      channels,
      ...(given !== undefined && { userId: given }),
      ...(authorize !== undefined && { authorize }),
    });
    const answer = answerOf(hub, id, userId, hasCursor, checked);
    return await hub.response(request, {
      ...{ channels, from: "earliest", closeAfter: ENDS, heartbeat: false, traceId: answer.traceId },
      authorize: () => (userId === undefined ? true : { userId }), // it was asked
      headers: { ...checked.headers, ...headersOf(checked) },
    });
  } catch (error) {
    return errorResponse(hub, error, request, channels);
  }
}

/** The answer of this id, begun where there is none. */
function answerOf(
  hub: Hub,
  id: string,
  userId: string | undefined,
  hasCursor: boolean,
  options: CheckedAnswerOptions,
): KeptAnswer {
  const log = AnswerLog.of(hub);
  const known = log.get(id);
  if (known !== undefined && known.userId !== userId) {
    throw new SSEError("FORBIDDEN", "The answer is somebody else's");
  }
  if (known !== undefined) return known;
  // It is over, or was another process's, which has gone: to read the source again would be another answer.
  if (hasCursor)
    throw new SSEError("NO_SUCH_CHANNEL", "There is no such answer any more: a stream_id in the URL names one");
  const { request, source, maxTokens, temperature, maxSeconds, heartbeatSeconds, chunkDelayMs, abandonAfterMs } =
    options;
  const query = options.query ?? new URL(request.url, "http://localhost").searchParams.get("query") ?? "";
  if (query.length > LONGEST_QUERY) throw new SSEError("BAD_REQUEST", "The query is too long");
  const traceId = options.traceId || traceIdOf(request) || randomBytes(16).toString("hex");
  const limits = {
    ...{ maxMs: maxSeconds * 1000, heartbeatMs: heartbeatSeconds * 1000, chunkDelayMs, abandonAfterMs },
    mostBytes: MOST_BYTES,
  };
  const begun = log.begin(id, source, { query, maxTokens, temperature, userId, traceId }, limits);
  if (begun === undefined) throw new SSEError("SERVER_FULL", "There are too many answers under way");
  return begun;
}

/** A cursor says where its client was, and not in which answer: anybody could count such cursors up, and the name of an answer is hard to guess. */
function idOf({ request, answerId }: CheckedAnswerOptions): { id: string; hasCursor: boolean } {
  const query = new URL(request.url, "http://localhost").searchParams;
  const hasCursor = (request.headers.get("last-event-id") ?? query.get("lastEventId") ?? "") !== "";
  const asked = answerId ?? query.get("stream_id");
  if (asked !== null && !isAnswerId(asked)) throw new SSEError("BAD_REQUEST", "stream_id is none");
  return { id: asked ?? randomBytes(16).toString("hex"), hasCursor };
}

function traceIdOf({ headers }: Request): string | undefined {
  return (
    /^[\da-f]{2}-([\da-f]{32})-/.exec(headers.get("traceparent") ?? "")?.[1] ?? headers.get("x-trace-id") ?? undefined
  );
}

function headersOf({ maxSeconds, heartbeatSeconds, silenceSeconds }: CheckedAnswerOptions): Record<string, string> {
  return {
    "X-Stream-Max-Seconds": String(maxSeconds),
    "X-Heartbeat-Interval": String(heartbeatSeconds),
    "X-Silence-Threshold": String(silenceSeconds),
  };
}
