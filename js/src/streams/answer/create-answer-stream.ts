import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AttachOptions,
  authorizeRequest,
  errorResponse,
  hasStore,
  type RequestLike,
  type ResponseOptions,
  type SSEStream,
} from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";
import { nodeRequest } from "../../shared/node-request.js";
import { isForeignElement } from "../../shared/origin.js";
import { writeError } from "../http/node-answer.js";
import { queryOf } from "../http/query-of.js";
import { ANSWERS, AnswerEvents, ENDS } from "./answer-events.js";
import { AnswerLog } from "./log/answer-log.js";
import type { KeptAnswer } from "./log/kept-answer.js";
import {
  type AnswerStreamOptions,
  type CheckedAnswerOptions,
  checkAnswerOptions,
  isAnswerId,
  isTraceId,
} from "./options.js";

const LONGEST_QUERY = 100_000;
/** Where the hub has a file, answers are found after a restart. A process that says nothing of one for so long has died. */
const PRODUCER_TIMEOUT_MS = 15_000;

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
  const { request, hub } = checked;
  const channels: string[] = [];
  try {
    const reading = await readingOf(checked, channels);
    const response = await hub.response(request, reading.options);
    reading.admitted(response.status === 200);
    return response;
  } catch (error) {
    return errorResponse(hub, error, request, channels);
  }
}

/**
 * The same with Node's request and response, of `node:http`, Express and what is built upon it. Gives the stream, which has ended already where the answer is none. The client
 * is answered whatever happens, and the promise need not be waited for.
 *
 * @example
 * createServer((req, res) => attachAnswerStream(req, res, { source })).listen(3000);
 */
export function attachAnswerStream(
  req: IncomingMessage,
  res: ServerResponse,
  options: Omit<AnswerStreamOptions, "request"> & Pick<AttachOptions, "handOver">,
): Promise<SSEStream | undefined> {
  const attaching = attach(req, res, options);
  attaching.catch(() => {}); // the client was answered
  return attaching;
}

async function attach(
  req: IncomingMessage,
  res: ServerResponse,
  { handOver, ...options }: Parameters<typeof attachAnswerStream>[2],
): Promise<SSEStream | undefined> {
  const channels: string[] = [];
  let hub: { readonly name: string } = { name: "default" };
  try {
    const checked = checkAnswerOptions({ ...options, request: nodeRequest(req) });
    hub = checked.hub;
    const reading = await readingOf(checked, channels);
    const stream = await checked.hub.attach(req, res, {
      ...reading.options,
      ...(handOver !== undefined && { handOver }),
    });
    const end = stream.signal.aborted ? await stream.closed : undefined;
    reading.admitted(end === undefined || end === "polled");
    return stream;
  } catch (error) {
    writeError(hub, error, req, res);
    if (error instanceof TypeError) throw error; // the caller's own mistake
    return undefined;
  }
}

/** How an answer is read. */
interface Reading {
  readonly options: ResponseOptions;
  /** The client was let in, or was not. The first that is begins the answer. */
  readonly admitted: (isIn: boolean) => void;
}

async function readingOf(checked: CheckedAnswerOptions, channels: string[]): Promise<Reading> {
  const { request, hub, userId: given, authorize, source, maxTokens, temperature } = checked;
  if (isForeignElement(request))
    throw new SSEError("FORBIDDEN", "Answers are given to scripts, and to pages of this server");
  const { id, hasCursor } = idOf(checked);
  channels.push(`answer:${id}`);
  const query = checked.query ?? queryOf(request).get("query") ?? "";
  if (query.length > LONGEST_QUERY) throw new SSEError("BAD_REQUEST", "The query is too long");
  const userId = await authorizeRequest(hub, request, {
    channels,
    ...(given !== undefined && { userId: given }),
    ...(authorize !== undefined && { authorize }),
  });
  const log = AnswerLog.of(hub, hasStore(hub) ? { ...ANSWERS, producerTimeoutMs: PRODUCER_TIMEOUT_MS } : ANSWERS);
  const reading = (channel: string, traceId: string): ResponseOptions => ({
    ...{ channels: [channel], from: "earliest", closeAfter: ENDS, heartbeat: false, traceId },
    authorize: () => (userId === undefined ? true : { userId }), // it was asked
    headers: { ...checked.headers, ...headersOf(checked) },
    ...(checked.onClose && { onClose: checked.onClose }),
  });
  const earlier = log.get(id) === undefined ? await log.find(id) : undefined;
  if (earlier !== undefined) {
    requireOwner(earlier, userId);
    const { channel, traceId } = earlier;
    const unwatch = log.watch(id, earlier, new AnswerEvents({ id, traceId, maxMs: checked.maxSeconds * 1000 }));
    const options = reading(channel, traceId);
    const onClose: ResponseOptions["onClose"] = (...args) => {
      unwatch();
      options.onClose?.(...args);
    };
    return { options: { ...options, onClose }, admitted: (isIn) => (isIn ? undefined : unwatch()) };
  }
  const answer = answerOf(log, id, userId, hasCursor, checked);
  answer.touch();
  const { channel, traceId } = answer.names;
  return {
    options: reading(channel, traceId),
    admitted: (isIn) => {
      if (!isIn || request.method === "HEAD") log.drop(answer);
      else void log.begin(answer, (signal) => source({ query, maxTokens, temperature, userId, traceId, signal }));
    },
  };
}

function requireOwner(answer: { readonly userId: string | undefined }, userId: string | undefined): void {
  if (answer.userId !== userId) throw new SSEError("FORBIDDEN", "The answer is somebody else's");
}

/** The answer of this id, made where there is none. */
function answerOf(
  log: AnswerLog,
  id: string,
  userId: string | undefined,
  hasCursor: boolean,
  options: CheckedAnswerOptions,
): KeptAnswer {
  const known = log.get(id);
  if (known !== undefined) requireOwner(known.names, userId);
  if (known?.isIntact === false) throw new SSEError("NO_SUCH_CHANNEL", "The answer is not kept any more");
  if (known !== undefined) return known;
  // It is over, or was another process's, which has gone: to read the source again would be another answer.
  if (hasCursor) {
    throw new SSEError("NO_SUCH_CHANNEL", "There is no such answer any more: a stream_id in the URL names one");
  }
  const { maxSeconds, heartbeatSeconds, chunkDelayMs, abandonAfterMs, request } = options;
  const traceId = options.traceId || traceIdOf(request) || randomBytes(16).toString("hex");
  const maxMs = maxSeconds * 1000;
  const limits = { maxMs, heartbeatMs: heartbeatSeconds * 1000, chunkDelayMs, abandonAfterMs };
  const made = log.make({ id, userId, traceId }, new AnswerEvents({ id, traceId, maxMs }), limits);
  if (made === undefined) throw new SSEError("SERVER_FULL", "There are too many answers under way");
  return made as KeptAnswer;
}

/** A cursor says where its client was, and not in which answer: anybody could count such cursors up, and the name of an answer is hard to guess. */
function idOf({ request, answerId }: CheckedAnswerOptions): { id: string; hasCursor: boolean } {
  const query = queryOf(request);
  const hasCursor = (request.headers.get("last-event-id") ?? query.get("lastEventId") ?? "") !== "";
  const asked = answerId ?? query.get("stream_id");
  if (asked !== null && !isAnswerId(asked))
    throw new SSEError("BAD_REQUEST", "stream_id must be 8 to 128 letters, digits, _ and -");
  return { id: asked ?? randomBytes(16).toString("hex"), hasCursor };
}

/** As `hub.response` has it: the trace of `traceparent`, or an `X-Trace-ID` that is short and printable. */
function traceIdOf({ headers }: RequestLike): string | undefined {
  const trace = /^[\da-f]{2}-([\da-f]{32})-/.exec(headers.get("traceparent") ?? "")?.[1];
  const own = headers.get("x-trace-id") ?? "";
  return trace ?? (isTraceId(own) ? own : undefined);
}

function headersOf({ maxSeconds, heartbeatSeconds, silenceSeconds }: CheckedAnswerOptions): Record<string, string> {
  return {
    "X-Stream-Max-Seconds": String(maxSeconds),
    "X-Heartbeat-Interval": String(heartbeatSeconds),
    "X-Silence-Threshold": String(silenceSeconds),
  };
}
