import type { NativeHub } from "../../native/binding.js";
import {
  requireFunction,
  requireName,
  requireNames,
  requireObject,
  requireStringArray,
  requireUser,
} from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type Authorize, ask, authorizerOf } from "../access/authorize.js";
import { accepted, type SSEMessage, toNativeEvent } from "../content/message.js";
import { acceptsEventStream, prefersJson } from "../http/accept.js";
import { NOTHING_LEFT, type PollAnswer, pollAnswer } from "../http/poll.js";
import { isRefusal } from "../http/refusal.js";
import type { HubRecord } from "../lifecycle/environment.js";
import { reportError, type UserCode } from "../observe/report.js";
import {
  checkStreamOptions,
  lastEventIdOf,
  type RequestLike,
  STREAM_OPTIONS,
  type StreamOptions,
  typesOf,
} from "./options.js";
import { endingBy, type Registrations } from "./registrations.js";
import { HubStream } from "./stream.js";

/** Where a client stands that is about to get a snapshot. */
export interface SnapshotContext {
  readonly channels: readonly string[];
  /** What the client came with. */
  readonly lastEventId: string | undefined;
  /** `null` for a client that came without an id. */
  readonly verdict: "gap" | "reset" | null;
}

/** Options of {@link Hub.response} and {@link Hub.attach}; what is not about a stream that lasts holds for polls, too. */
export interface ResponseOptions extends Omit<StreamOptions, "request"> {
  /** The channels to read, at least one. */
  channels: readonly string[];
  /** Only these event types, at least one. Default: all. */
  events?: readonly string[];
  /** Counts towards `limits.perUser`. */
  userId?: string;
  /** Asked before anything is opened. Default: the hub's. */
  authorize?: Authorize;
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
  userId: true,
  authorize: true,
  snapshot: true,
  headers: true,
};

/**
 * Only what is wrong whatever the request is: what a request decides, such as which channels, is answered. For polls it is
 * the same: a route is right or wrong, however it is asked.
 */
export function checkResponseOptions<Options extends ResponseOptions>(
  of: string,
  options: Options,
  names: Names<Options>,
): void {
  requireObject("options", options);
  requireKnown(of, options, names);
  const { channels, events, userId, authorize, snapshot, headers } = options;
  requireStringArray("channels", channels);
  if (events !== undefined) requireNames("events", events);
  if (userId !== undefined) requireUser(userId);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  if (snapshot !== undefined) requireFunction("snapshot", snapshot);
  checkStreamOptions(options);
  if (!Array.isArray(headers) && headers !== undefined) requireObject("headers", headers); // pairs are headers, too
}

/** A stream that reads its channels, and what was found out on the way. */
interface Opened {
  readonly stream: HubStream;
  readonly userId: string | undefined;
}

/** What comes of a request that is not refused: its client may have everything already, or have gone. */
export type Connected = HubStream | "complete" | "gone";

/** Bytes of events that a poll is answered with, unless one event is larger. */
const PAGE_BYTES = 32 * 1024;
/** An answer that nobody takes counts for so long. */
const LONGEST_POLL_MS = 60_000;

/** Makes streams for requests, and answers polls: asks, opens, joins, greets. */
export class Connector {
  readonly #hubName: string;
  readonly #record: HubRecord;
  readonly #native: NativeHub;
  readonly #registrations: Registrations;

  constructor(hubName: string, record: HubRecord, registrations: Registrations) {
    this.#hubName = hubName;
    this.#record = record;
    this.#native = record.native;
    this.#registrations = registrations;
  }

  /** Throws what is answered. */
  async connect(request: RequestLike, options: ResponseOptions): Promise<Connected> {
    const opened = await this.#open(request, options, { ...this.#record.defaults, ...options });
    if (typeof opened === "string") return opened;
    if (!opened.stream.hasEnded) opened.stream.announce(options.channels, opened.userId);
    return opened.stream;
  }

  /** The same as one answer, of a stream that gives a page at once, and of which nobody is told. */
  async poll(request: RequestLike, options: ResponseOptions): Promise<PollAnswer> {
    // Without what concerns a stream that lasts.
    const { onClose, compress, ...others } = { ...this.#record.defaults, ...options };
    const atOnce = { ...others, heartbeat: false, maxDurationMs: LONGEST_POLL_MS } as const;
    const opened = await this.#open(request, options, atOnce);
    if (typeof opened === "string") return NOTHING_LEFT;
    const { stream } = opened;
    if (stream.hasEnded && request.method !== "HEAD") return NOTHING_LEFT; // its client has gone
    try {
      return pollAnswer(request, stream, this.#native.readPage(stream.connection, PAGE_BYTES));
    } catch (error) {
      stream.abandon("refused");
      throw error;
    }
  }

  async #open(
    request: RequestLike,
    options: ResponseOptions,
    how: StreamOptions,
  ): Promise<Opened | Exclude<Connected, HubStream>> {
    const hasGone = () => request.signal?.aborted === true;
    requireAcceptable(request);
    const channels = [...options.channels]; // what is asked for is what is joined, whatever becomes of the array
    const events = options.events && [...options.events];
    if (channels.length === 0 || channels.includes("")) throw new TypeError("channels must not be empty");
    for (const key of channels) requireName("channels", key);
    const authorize = authorizerOf(this.#hubName, this.#record, options.authorize);
    const context = { request, channels, userId: options.userId };
    const userId =
      authorize === undefined
        ? options.userId
        : await this.#asked("authorize", () => ask(this.#hubName, authorize, context));
    if (hasGone()) return "gone"; // there is nobody to open anything for, or to refuse
    const stream = new HubStream(this.#hubName, this.#native, { ...how, request });
    try {
      if (stream.hasEnded) return { stream, userId };
      if (authorize === undefined) stream.mayBeAskedFor(context);
      const wanted = { ...(events && { events }), ...(userId !== undefined && { userId }) };
      const join = endingBy(typesOf(options.closeAfter), wanted);
      for (const key of channels) this.#registrations.join(stream.connection, key, join);
      if (options.closeAfter !== undefined && this.#native.isComplete(stream.connection)) {
        stream.abandon("completed");
        return "complete";
      }
      stream.isOpening = true;
      const verdict = this.#native.verdict(stream.connection);
      await this.#asked("snapshot", async () => {
        const messages = await snapshotFor(request, channels, options.snapshot, verdict);
        for (const { event, id, data, isRaw, retry } of messages.map((message) => toNativeEvent(message))) {
          if (stream.hasEnded) break;
          accepted(this.#native.greet(stream.connection, event, id, data, isRaw, retry));
        }
      });
      stream.isOpening = false;
      const ended = endedWhileOpening(stream);
      if (ended !== undefined) throw ended;
    } catch (error) {
      stream.abandon("refused");
      throw error;
    }
    return { stream, userId };
  }

  /** What the application's code throws is its own; refusals, which it may throw, are answered. */
  async #asked<Answer>(code: UserCode, run: () => Promise<Answer>): Promise<Answer> {
    try {
      return await run();
    } catch (error) {
      throw isRefusal(error) ? error : new UserCodeError(code, error);
    }
  }
}

/** A stream that has ended before it was ready has told its client nothing: no cursor without the state before it. */
function endedWhileOpening({ endReason }: HubStream): SSEError | undefined {
  if (endReason === undefined || endReason === "disconnected") return undefined;
  if (endReason === "draining") return new SSEError("DRAINING", "The hub began to shut down while the stream was made");
  if (endReason === "refused") return new SSEError("FORBIDDEN", "The client may not read these channels");
  return new SSEError("TIMED_OUT", `The stream ended (${endReason}) before its snapshot was made`);
}

/** What code of the application's has thrown. */
export class UserCodeError extends Error {
  readonly code: UserCode;

  constructor(code: UserCode, cause: unknown) {
    super(`${code} has thrown`, { cause });
    this.code = code;
  }
}

/** Tells of what a request could not be answered with. */
export function reportFailure(hubName: string, error: unknown, channels: readonly string[]): void {
  if (error instanceof UserCodeError) reportError(hubName, error.code, error.cause, channels);
  else reportError(hubName, "request", error, channels);
}

function requireAcceptable(request: RequestLike): void {
  const accept = request.headers.get("accept");
  if (acceptsEventStream(accept) || prefersJson(accept)) return;
  throw new SSEError(
    "NOT_ACCEPTABLE",
    "This address answers with text/event-stream or application/json, and the request accepts neither",
  );
}

/** The snapshot's messages; none for a client that has everything. */
async function snapshotFor(
  request: RequestLike,
  channels: readonly string[],
  snapshot: ResponseOptions["snapshot"],
  verdict: "continued" | "gap" | "reset" | null,
): Promise<readonly SSEMessage[]> {
  if (snapshot === undefined || verdict === "continued") return [];
  const messages = await snapshot({ channels: [...channels], lastEventId: lastEventIdOf(request), verdict });
  if (messages == null) return [];
  return Array.isArray(messages) ? messages : [messages as SSEMessage];
}
