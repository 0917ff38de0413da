import { type Authorize, type CloseReason, createHub, type Hub, type RequestLike } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { requireFunction, requireNumber, requireObject, requireString, requireUser } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { requireHub } from "../http/require-hub.js";
import type { AnswerSource } from "./answer-source.js";

/** Options of {@link createAnswerStream}. */
export interface AnswerStreamOptions {
  request: RequestLike;
  source: AnswerSource;
  /** Default: the hub of the plain functions. */
  hub?: AnyHub;
  /** Names the answer: 8 to 128 letters, digits, `_` and `-`. Default: the query's `stream_id`, as the hook sends it; else a new one. */
  answerId?: string;
  /** What is asked. Default: the query's `query`. */
  query?: string;
  /** Default 1000. */
  maxTokens?: number;
  /** Default 0.2. */
  temperature?: number;
  /** Whose answer it is: nobody else may read it. Default: as the authorizer says. */
  userId?: string;
  /** Asked before the source is. Default: the hub's. */
  authorize?: Authorize;
  /** Stands in every event, and in `X-Trace-ID`. Default: the request's, or a new one. */
  traceId?: string;
  /** Beside the usual ones. */
  headers?: Record<string, string>;
  /** Called once when this client's stream has ended, with the reason. Polls and refusals have none. */
  onClose?: (reason: CloseReason) => void;
  /** No answer takes longer, over all its connections. Default: `STREAM_MAX_SECONDS`, or 60. */
  maxSeconds?: number;
  /** Between two `heartbeat` events. Default: `HEARTBEAT_INTERVAL`, or 5. */
  heartbeatSeconds?: number;
  /** After which the client takes the stream for dead. Default: `SILENCE_THRESHOLD`, or 15. */
  silenceSeconds?: number;
  /** The least time between two chunks; what comes meanwhile is joined. Default: `CHUNK_DELAY_MS`, or 0. */
  chunkDelayMs?: number;
  /** The source is cancelled when nobody has read the answer for so long. Default 30000. */
  abandonAfterMs?: number;
}

/** With the defaults in, but for what the request says. */
export interface CheckedAnswerOptions extends AnswerStreamOptions {
  hub: Hub;
  maxTokens: number;
  temperature: number;
  maxSeconds: number;
  heartbeatSeconds: number;
  silenceSeconds: number;
  chunkDelayMs: number;
  abandonAfterMs: number;
}

const OPTIONS: Names<AnswerStreamOptions> = {
  request: true,
  source: true,
  hub: true,
  answerId: true,
  query: true,
  maxTokens: true,
  temperature: true,
  userId: true,
  authorize: true,
  traceId: true,
  headers: true,
  onClose: true,
  maxSeconds: true,
  heartbeatSeconds: true,
  silenceSeconds: true,
  chunkDelayMs: true,
  abandonAfterMs: true,
};
const LONGEST_SECONDS = 2_147_483;

/** @throws TypeError that names the option, or the variable of the environment. */
export function checkAnswerOptions(options: AnswerStreamOptions): CheckedAnswerOptions {
  requireObject("options", options);
  requireKnown("createAnswerStream", options, OPTIONS);
  const { request, source, hub, answerId, query, maxTokens = 1000, temperature = 0.2, userId, authorize } = options;
  const { onClose } = options;
  requireObject("request", request);
  requireFunction("source", source);
  if (hub !== undefined) requireHub(hub);
  if (answerId !== undefined && !isAnswerId(answerId)) {
    throw new TypeError("answerId must be 8 to 128 letters, digits, _ and -");
  }
  if (query !== undefined) requireString("query", query);
  requireNumber("maxTokens", maxTokens, { least: 1 });
  requireNumber("temperature", temperature);
  if (userId !== undefined) requireUser(userId);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (onClose !== undefined) requireFunction("onClose", onClose);
  const { abandonAfterMs = 30_000, traceId } = options;
  if (traceId !== undefined && !isTraceId(traceId)) {
    throw new TypeError("traceId must be 1 to 128 printable characters without spaces");
  }
  requireNumber("abandonAfterMs", abandonAfterMs, { least: 1, infinity: true });
  const seconds = (name: string, given: number | undefined, variable: string, usual: number) =>
    numberOf(name, given, variable, usual, { least: 0.001, most: LONGEST_SECONDS });
  return {
    ...withoutUndefined(options),
    ...{ hub: hub ?? createHub(), maxTokens, temperature, abandonAfterMs },
    maxSeconds: seconds("maxSeconds", options.maxSeconds, "STREAM_MAX_SECONDS", 60),
    heartbeatSeconds: seconds("heartbeatSeconds", options.heartbeatSeconds, "HEARTBEAT_INTERVAL", 5),
    silenceSeconds: seconds("silenceSeconds", options.silenceSeconds, "SILENCE_THRESHOLD", 15),
    chunkDelayMs: numberOf("chunkDelayMs", options.chunkDelayMs, "CHUNK_DELAY_MS", 0, { least: 0, most: 60_000 }),
  };
}

/** An option, else a variable of the environment, else what is usual. */
function numberOf(
  name: string,
  given: number | undefined,
  variable: string,
  usual: number,
  bounds: { least: number; most: number },
): number {
  const text = process.env[variable]?.trim();
  if (given === undefined && text && Number.isNaN(Number(text))) {
    throw new TypeError(`${variable} must be a number, not ${JSON.stringify(text)}`);
  }
  const [what, value] = given === undefined && text ? [variable, Number(text)] : [name, given ?? usual];
  requireNumber(what, value, bounds);
  return value;
}

export function isAnswerId(text: unknown): text is string {
  return typeof text === "string" && /^[\w-]{8,128}$/.test(text);
}

/** What every event may carry. */
export function isTraceId(text: unknown): text is string {
  return typeof text === "string" && /^[!-~]{1,128}$/.test(text);
}
