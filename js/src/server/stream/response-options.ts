import {
  requireFlag,
  requireFunction,
  requireNames,
  requireNumber,
  requireObject,
  requireStringArray,
  requireUser,
} from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { Authorize } from "../access/authorize.js";
import type { SSEMessage } from "../content/message.js";
import { requireEndRead } from "./close-after.js";
import { checkStreamOptions, STREAM_OPTIONS, type StreamOptions } from "./options.js";
import { requireStartFrom, type StartFrom } from "./start-from.js";

/** Where a client stands that is about to get a snapshot. */
export interface SnapshotContext {
  readonly channels: readonly string[];
  /** What the client came with. */
  readonly lastEventId: string | undefined;
  /** `null` for a client that came without an id. */
  readonly verdict: "gap" | "reset" | null;
}

/** Whom a greeting is for. */
export interface GreetingContext {
  /** The stream's, by which logs name it. */
  readonly streamId: string;
  readonly channels: readonly string[];
  /** What becomes of the client's cursor; `null`: it came without one. */
  readonly verdict: "continued" | "gap" | "reset" | null;
}

/** Options of {@link Hub.response} and {@link Hub.attach}; what is not about a stream that lasts holds for polls, too. */
export interface ResponseOptions extends Omit<StreamOptions, "request" | "greeting"> {
  /**
   * As a stream's, or a function that gives an event with which each stream begins, also that of a client which comes back: it has no id. Polls get no
   * such event. Default: none.
   */
  greeting?: string | ((context: GreetingContext) => SSEMessage | Promise<SSEMessage>);
  /** The channels to read, at least one. */
  channels: readonly string[];
  /**
   * Only these event types, at least one. Default: all. A client that asks for some types (`X-Event-Types`, or the query's `eventTypes`: names
   * with commas between them, percent-encoded) gets those of them that the route sends, and `BAD_REQUEST` where there are none.
   */
  events?: readonly string[];
  /** Of events that were published with a `label`, only those with one of these, and those of `closeAfter`: 1 to 1000. Default: all. */
  labels?: readonly string[];
  /**
   * Where a client begins that comes without a cursor: with what is published from now on (`"now"`), with the oldest event that is kept
   * (`"earliest"`), or with the newest so many that are for it (`{ last: 50 }`); or a function that says it for each channel. Who comes with a
   * cursor continues there. Default `"now"`.
   */
  from?: StartFrom | ((channel: string) => StartFrom);
  /** Counts towards `limits.perUser`. */
  userId?: string;
  /** Asked before anything is opened. Default: the hub's. */
  authorize?: Authorize;
  /**
   * `authorize` is asked anew so often, with the request as it came; who is not let in any more is cut with the reason `expired`, and comes back to be asked with what
   * he has now. At least 1000. Default: the hub's, or else once a connection.
   */
  reauthorizeEveryMs?: number;
  /**
   * Whether the client may choose channels beside these (`client.subscribe`), for which `authorize` is asked each time; {@link Hub.control} answers it. The
   * answer's `X-Stream-Control` lets it. Default false.
   */
  control?: boolean;
  /**
   * Whether there is what the channels stand for, asked when `authorize` has let the client in: any answer but `true` is answered 404
   * (`NO_SUCH_CHANNEL`). It may throw an SSEError with words of its own. Default: there is.
   */
  exists?: (channels: readonly string[]) => boolean | Promise<boolean>;
  /**
   * The state that the channels' events change, for a client that begins or has missed something. It is sent first, and its
   * messages have no id: a client that is cut within it is sent it again. What is published while it is made follows it, so an
   * event may be in it already, and behind a `gap` or `reset` the history follows it: let events say what is, not what changed, or
   * number them.
   */
  snapshot?: (
    context: SnapshotContext,
  ) =>
    | SSEMessage
    | readonly SSEMessage[]
    | null
    | undefined
    | Promise<SSEMessage | readonly SSEMessage[] | null | undefined>;
  /** Headers beside the usual ones. */
  headers?: Record<string, string>;
}

const { request: _, ...OF_STREAMS } = STREAM_OPTIONS;

/** What the options of `response` may be called. */
export const RESPONSE_OPTIONS: Names<ResponseOptions> = {
  ...OF_STREAMS,
  channels: true,
  events: true,
  labels: true,
  from: true,
  userId: true,
  authorize: true,
  control: true,
  reauthorizeEveryMs: true,
  exists: true,
  snapshot: true,
  headers: true,
};

/** Those of the stream itself. */
export function streamOptionsOf({ greeting, ...others }: Omit<ResponseOptions, "channels">): StreamOptions {
  return typeof greeting === "function" || greeting === undefined ? others : { ...others, greeting };
}

const MOST_LABELS = 1000;
const LEAST_REAUTHORIZE_MS = 1000;

/** @throws TypeError */
export function requireReauthorize(ms: unknown): void {
  if (ms === undefined) return;
  requireNumber("reauthorizeEveryMs", ms, { least: LEAST_REAUTHORIZE_MS, most: LONGEST_TIMER_MS });
}

function requireLabels(labels: unknown): void {
  requireNames("labels", labels);
  if (labels.length > MOST_LABELS) throw new TypeError(`labels must be at most ${MOST_LABELS}`);
}

/**
 * Checks what does not depend on the request; what a request decides, such as which channels, is checked when it is answered.
 * Polls are checked in the same way.
 */
export function checkResponseOptions<Options extends ResponseOptions>(
  of: string,
  options: Options,
  names: Names<Options>,
): void {
  requireObject("options", options);
  requireKnown(of, options, names);
  const { channels, events, labels, from, userId, authorize, exists, snapshot, headers } = options;
  requireStringArray("channels", channels);
  if (events !== undefined) requireNames("events", events);
  if (labels !== undefined) requireLabels(labels);
  if (from !== undefined && typeof from !== "function") requireStartFrom("from", from);
  if (userId !== undefined) requireUser(userId);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  requireFlag("control", options.control);
  requireReauthorize(options.reauthorizeEveryMs);
  if (exists !== undefined) requireFunction("exists", exists);
  if (snapshot !== undefined) requireFunction("snapshot", snapshot);
  checkStreamOptions(streamOptionsOf(options));
  requireEndRead(options.closeAfter, channels);
  if (!Array.isArray(headers) && headers !== undefined) requireObject("headers", headers); // pairs are headers, too
}
