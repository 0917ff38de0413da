import type { NativeHub } from "../core/native.js";
import { SSEError } from "../shared/errors.js";
import { acceptsEventStream, prefersJson } from "./accept.js";
import { requireFunction, requireObject, requireString, requireStrings } from "./arguments.js";
import { accepted, type SSEMessage, toNativeEvent } from "./message.js";
import { lastEventIdOf, type RequestLike, type StreamOptions } from "./options.js";
import { NOTHING_LEFT, POSITION_TYPE, type PollAnswer, pollAnswer } from "./poll.js";
import type { Registrations } from "./registrations.js";
import { HubStream } from "./stream.js";

/** Who wants to read what. */
export interface AuthorizeContext {
  readonly request: RequestLike;
  readonly channels: readonly string[];
  readonly userId: string | undefined;
}

/**
 * Says whether the client may read the channels; an object's `userId` counts towards `limits.perUser`. It may throw an
 * SSEError `BAD_REQUEST`, `UNAUTHENTICATED`, `FORBIDDEN` or `NO_SUCH_CHANNEL`, which is answered with its status.
 */
export type Authorize = (
  context: AuthorizeContext,
) => boolean | { readonly userId?: string } | Promise<boolean | { readonly userId?: string }>;

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
   * event may be in it already: let events say what is, not what changed, or number them.
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

export function checkResponseOptions(options: ResponseOptions): void {
  requireObject("options", options);
  requireStrings("channels", options.channels);
  if (options.events !== undefined) requireStrings("events", options.events);
  if (options.userId !== undefined) requireString("userId", options.userId);
  if (options.authorize !== undefined) requireFunction("authorize", options.authorize);
  if (options.snapshot !== undefined) requireFunction("snapshot", options.snapshot);
  if (options.headers !== undefined) requireObject("headers", options.headers);
}

/** The stream options that a hub has defaults for. */
export type StreamDefaults = Pick<StreamOptions, "lag" | "heartbeat" | "maxDurationMs" | "retryMs" | "compress">;

/** A stream that reads its channels, and what was found out on the way. */
interface Opened {
  readonly stream: HubStream;
  readonly userId: string | undefined;
  /** The events of the snapshot. */
  readonly greeted: number;
}

/** Makes streams for requests, and answers polls: asks, opens, joins, greets. */
export class Connector {
  readonly #hubName: string;
  readonly #native: NativeHub;
  readonly #registrations: Registrations;
  readonly #defaults: StreamDefaults;
  readonly #authorize: Authorize | undefined;

  constructor(
    hubName: string,
    native: NativeHub,
    registrations: Registrations,
    defaults: StreamDefaults,
    authorize: Authorize | undefined,
  ) {
    this.#hubName = hubName;
    this.#native = native;
    this.#registrations = registrations;
    this.#defaults = defaults;
    this.#authorize = authorize;
  }

  /** Undefined when the client has everything up to a `closeAfter` event already. Throws what is answered. */
  async connect(request: RequestLike, options: ResponseOptions): Promise<HubStream | undefined> {
    const opened = await this.#open(request, options, { ...this.#defaults, ...options });
    if (opened?.stream.hasEnded === false) opened.stream.announce(options.channels, opened.userId);
    return opened?.stream;
  }

  /** The same as one answer: a stream that gives what there is at once, and of which nobody is told. */
  async poll(request: RequestLike, options: ResponseOptions): Promise<PollAnswer> {
    // Without what concerns a stream that lasts.
    const { onClose, maxDurationMs, compress, ...atOnce } = { ...this.#defaults, ...options };
    const opened = await this.#open(request, options, atOnce);
    if (opened === undefined) return NOTHING_LEFT;
    const { stream, greeted } = opened;
    // The cursor is to move even if there is no event for this client: what others read is evicted, and would be a gap.
    const hasCursor = this.#native.verdict(stream.connection) !== null;
    if (hasCursor) this.#native.send(stream.connection, { event: POSITION_TYPE });
    stream.close("polled");
    return pollAnswer(request, stream, greeted);
  }

  async #open(request: RequestLike, options: ResponseOptions, how: StreamOptions): Promise<Opened | undefined> {
    const userId = await admit(request, options, options.authorize ?? this.#authorize);
    const { channels, events } = options;
    const stream = new HubStream(this.#hubName, this.#native, { ...how, request });
    let greeted = 0;
    try {
      if (stream.hasEnded) return { stream, userId, greeted }; // the client has gone already: nothing is to be refused
      const join = { ...(events && { events }), ...(userId !== undefined && { userId }) };
      for (const key of channels) this.#registrations.join(stream.connection, key, join);
      if (options.closeAfter !== undefined && this.#native.isComplete(stream.connection)) {
        stream.close("completed");
        return undefined;
      }
      for (const message of await snapshotFor(request, options, this.#native.verdict(stream.connection))) {
        if (stream.hasEnded) break;
        const event = toNativeEvent(message);
        accepted(this.#native.greet(stream.connection, event));
        if (event.data !== undefined || event.event) greeted += 1; // else it is a retry alone
      }
    } catch (error) {
      stream.close("refused");
      throw error;
    }
    return { stream, userId, greeted };
  }
}

/** Throws what is answered; gives the user that the connection counts for. */
async function admit(
  request: RequestLike,
  { channels, userId }: ResponseOptions,
  authorize: Authorize | undefined,
): Promise<string | undefined> {
  const accept = request.headers.get("accept");
  if (!acceptsEventStream(accept) && !prefersJson(accept)) {
    throw new SSEError(
      "NOT_ACCEPTABLE",
      "This address answers with text/event-stream or application/json, and the request accepts neither",
    );
  }
  if (authorize === undefined) return userId;
  const answer = await authorize({ request, channels, userId });
  if (answer === false) throw new SSEError("FORBIDDEN", "The client may not read these channels");
  return (typeof answer === "object" ? answer.userId : undefined) ?? userId;
}

/** The snapshot's messages; none for a client that has everything. */
async function snapshotFor(
  request: RequestLike,
  { channels, snapshot }: ResponseOptions,
  verdict: "continued" | "gap" | "reset" | null,
): Promise<readonly SSEMessage[]> {
  if (snapshot === undefined || verdict === "continued") return [];
  const messages = await snapshot({ channels, lastEventId: lastEventIdOf(request), verdict });
  if (messages == null) return [];
  return Array.isArray(messages) ? messages : [messages as SSEMessage];
}
