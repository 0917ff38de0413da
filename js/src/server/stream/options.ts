import type { NativeOpenOptions } from "../../native/binding.js";
import { requireFlag, requireFunction, requireNumber, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { type Facts, readExpiry, readFacts, requireTimeLeft } from "../access/permission.js";
import type { RequestLike } from "../access/request-like.js";
import { isRetry, retryRule, toNativeEvent } from "../content/message.js";
import type { CloseReason } from "../observe/close-reason.js";
import { checkComment, checkGreeting, requireEventType } from "./check-comment.js";
import { type CloseAfter, checkCloseAfter, endingEventsOf } from "./close-after.js";
import { lastEventIdOf } from "./last-event-id.js";

/** What keeps quiet connections alive and shows that they are. */
export interface HeartbeatOptions {
  /** Milliseconds between signs of life. Default 15000. */
  everyMs?: number;
  /**
   * What the comment says, for who reads along: `"heartbeat {n}"`. It begins with the word `heartbeat`, by which clients know one. The core fills in
   * `{n}` (the first is 1), `{streamId}`, `{uptimeMs}`, `{uptimeSeconds}`, `{events}`, `{bytes}`, `{channels}`, `{everyMs}`, `{remainingMs}` and
   * `{remainingSeconds}`. Default `"heartbeat"`.
   */
  comment?: string;
  /** Sends an event of this type instead of a comment, for clients that measure. */
  event?: string;
  /**
   * The event's data, sent as JSON, with the fields of `comment` filled in: a text that is nothing but one of them becomes a number, as in
   * `{ uptime_seconds: "{uptimeSeconds}" }`. Default: `{ streamId, uptimeMs, events, channels, remainingMs }`, where `events` counts
   * what the stream was given so far, and `remainingMs` is null without `maxDurationMs`; with `adaptive` also `everyMs`.
   */
  data?: unknown;
  /**
   * Moves the interval of each connection by the state of its link (lost and late segments, an unsteady round trip): to `fromMs` while it
   * is in trouble, and step by step to `toMs` while it is well. Each heartbeat tells the client when the next comes. A link that takes
   * nothing for two times `fromMs` is dead, and its stream ends as `disconnected`. Where the core does not write to the socket itself,
   * the interval stays `everyMs`. `true`: with the defaults.
   */
  adaptive?: boolean | AdaptiveHeartbeatOptions;
}

/** Between what the interval of heartbeats moves. */
export interface AdaptiveHeartbeatOptions {
  /** Milliseconds, at most `everyMs`. Default 5000, or `everyMs` if that is less. */
  fromMs?: number;
  /** Milliseconds, at least `everyMs`. Default 45000, or `everyMs` if that is more. */
  toMs?: number;
}

/** How far a connection may fall behind. Measured only while its client takes nothing, and once its body is being read. */
export interface LagOptions {
  /** Events. Default 1000. */
  events?: number;
  /** Bytes. Default 1 MiB. */
  bytes?: number;
  /**
   * `"disconnect"` (default): the stream is closed with the reason `lagging`, and its client resumes from its last event. So
   * that it finds there what it missed, it is closed at half of a channel's history already, if that is less.
   * `"dropOldest"`: the oldest events are skipped, and the client is told of the gap.
   */
  overflow?: "disconnect" | "dropOldest";
  /**
   * Whatever the overflow: a client that takes nothing for so many milliseconds of what waits for it is closed with the reason
   * `lagging`, and so is one whose system acknowledges nothing (`TCP_USER_TIMEOUT`, where the core writes to the socket itself;
   * its stream ends as `disconnected`). Default 30000; `Infinity`: never, and the system decides when a peer is gone.
   */
  stallMs?: number;
}

/** Options of a stream. */
export interface StreamOptions {
  /** The client's request: its `signal` closes the stream, its `Last-Event-ID` (header, or query `lastEventId`) resumes it. */
  request?: RequestLike;
  /** Default: a comment every 15 s. */
  heartbeat?: false | HeartbeatOptions;
  /** The stream ends after so many milliseconds, with a `complete` event `{"reason":"duration_cap"}`. Default: never. */
  maxDurationMs?: number;
  /**
   * A comment before the first event, for who reads along: `"Connected to workflow 42"`. One line of at most 1000 characters, which does not begin with
   * the word `heartbeat`. Default: none.
   */
  greeting?: string;
  /** Tells the client how long to wait before it reconnects. */
  retryMs?: number;
  /**
   * Sent as `X-Trace-ID`, for finding the stream in logs; one that no header can have is answered with 500. Empty, and by default: the trace id of the request's `traceparent` (W3C Trace Context), or its
   * `X-Trace-ID`, or one that is made up.
   */
  traceId?: string;
  lag?: LagOptions;
  /**
   * Sends gzip to clients that accept it: each event is deflated once, whatever the number of connections, off the JavaScript
   * thread where the core writes to the sockets itself. Needs `request`, and a response made by `sseResponse`,
   * `hub.response` or `hub.attach`. Default false.
   */
  compress?: boolean;
  /**
   * Event types after which the stream ends with the reason `completed`: of any channel, or of some, `{ events, channels }`. A client that comes back with
   * such an event as its last one is answered 204 by `hub.response` and `hub.attach`, which ends an EventSource.
   */
  closeAfter?: CloseAfter;
  /**
   * Whether the stream tells of itself by events of Millrace's own: that it has begun, what became of the client's cursor, why it ends. Default true. False, for clients
   * that take the data of every event for the application's, whatever its type (the AI SDK's): such a client's `Last-Event-ID` is not looked at, and a gap, a drain or
   * `maxDurationMs` breaks its connection off, so that it does not take what it has for the whole.
   */
  notices?: boolean;
  /**
   * Whether the core may write to the client's socket itself, where that is safe. Default true. False: every byte goes
   * through Node, for what counts or changes them on their way in a manner that Millrace cannot see.
   */
  direct?: boolean;
  /**
   * What the client is let in for is over then: the stream ends with the reason `expired`, and its client comes back, at a time of its own, and is asked for
   * anew. A Date, or milliseconds since 1970. Default: never. What `authorize` says of it counts, too: whichever is earlier.
   */
  expiresAt?: number | Date;
  /** What is known of the client, for `hub.disconnect({ where })`: at most 16 texts by names. Those that `authorize` gives are added. */
  facts?: Facts;
  /** Called once when the stream has ended, with the reason. */
  onClose?: (reason: CloseReason) => void;
}

/** See {@link NativeOpenOptions}. */
export type StreamKind = NativeOpenOptions["kind"];

/** The stream options that a hub has defaults for. */
export type StreamDefaults = Pick<StreamOptions, "lag" | "heartbeat" | "maxDurationMs" | "retryMs" | "compress"> & {
  reauthorizeEveryMs?: number;
};

/** The names that the option objects may have. */
export const STREAM_OPTIONS: Names<StreamOptions> = {
  request: true,
  heartbeat: true,
  maxDurationMs: true,
  greeting: true,
  retryMs: true,
  traceId: true,
  lag: true,
  compress: true,
  closeAfter: true,
  notices: true,
  direct: true,
  expiresAt: true,
  facts: true,
  onClose: true,
};
const HEARTBEAT_OPTIONS: Names<HeartbeatOptions> = {
  everyMs: true,
  comment: true,
  event: true,
  data: true,
  adaptive: true,
};
const ADAPTIVE_OPTIONS: Names<AdaptiveHeartbeatOptions> = { fromMs: true, toMs: true };
const LAG_OPTIONS: Names<LagOptions> = { events: true, bytes: true, overflow: true, stallMs: true };
const OVERFLOWS = ["disconnect", "dropOldest"] satisfies LagOptions["overflow"][];
export const DEFAULT_HEARTBEAT_MS = 15000;
const DEFAULT_ADAPTIVE = { fromMs: 5000, toMs: 45000 } as const;
/** Clients take no interval below it. */
const LEAST_ADAPTIVE_MS = 1000;
export const DEFAULT_LAG = { events: 1000, bytes: 1024 * 1024, stallMs: 30000 } as const;

/** The effective interval; undefined for none. */
export function heartbeatEveryMs(heartbeat: StreamOptions["heartbeat"]): number | undefined {
  return heartbeat === false ? undefined : (heartbeat?.everyMs ?? DEFAULT_HEARTBEAT_MS);
}

/**
 * Checks a stream's options, except `request`, which the caller checks.
 *
 * @throws TypeError that names the option; SSEError where it cannot be written: `UNSERIALIZABLE`, `INVALID_FIELD`.
 */
export function checkStreamOptions(options: StreamOptions): void {
  const { heartbeat, maxDurationMs, greeting, retryMs, traceId, lag, closeAfter, compress, notices, direct, onClose } =
    options;
  checkAccess(options);
  requireFlag("direct", direct);
  requireFlag("notices", notices);
  requireFlag("compress", compress);
  if (heartbeat !== undefined && heartbeat !== false) checkHeartbeat(heartbeat);
  if (lag !== undefined) checkLag(lag);
  if (maxDurationMs !== undefined) requireNumber("maxDurationMs", maxDurationMs, { least: 1 });
  if (greeting !== undefined) checkGreeting(greeting);
  if (retryMs !== undefined && !isRetry(retryMs)) throw new TypeError(retryRule("retryMs", retryMs));
  if (traceId !== undefined) requireString("traceId", traceId);
  if (closeAfter !== undefined) checkCloseAfter(closeAfter);
  if (onClose !== undefined) requireFunction("onClose", onClose);
}

function checkAccess({ expiresAt, facts }: StreamOptions): void {
  const expiry = readExpiry(expiresAt);
  if (typeof expiry === "object") throw new TypeError(`There must be ${expiry.wrong}`);
  const read = readFacts(facts);
  if (typeof read === "string") throw new TypeError(`There must be ${read}`);
}

function checkHeartbeat(heartbeat: HeartbeatOptions): void {
  requireObject("heartbeat", heartbeat);
  requireKnown("heartbeat", heartbeat, HEARTBEAT_OPTIONS);
  const { everyMs, comment, event, data } = heartbeat;
  if (everyMs !== undefined) requireNumber("heartbeat.everyMs", everyMs, { least: 1 });
  checkAdaptive(heartbeat);
  if (comment !== undefined) checkComment(comment, event);
  if (event === undefined) {
    if (data === undefined) return;
    throw new TypeError("heartbeat.data needs heartbeat.event: a comment has no data");
  }
  requireString("heartbeat.event", event);
  if (event === "") throw new TypeError("heartbeat.event must not be empty; leave it out, and it is a comment");
  requireEventType("heartbeat.event", event);
  toHeartbeatEvent(heartbeat);
}

function checkAdaptive({ everyMs = DEFAULT_HEARTBEAT_MS, data, adaptive }: HeartbeatOptions): void {
  if (adaptive === undefined || adaptive === false) return;
  if (data !== undefined) {
    throw new TypeError("heartbeat.adaptive needs the usual heartbeat.data, which tells the client of the interval");
  }
  requireNumber("heartbeat.everyMs, with adaptive,", everyMs, { least: LEAST_ADAPTIVE_MS });
  if (adaptive === true) return;
  requireObject("heartbeat.adaptive", adaptive);
  requireKnown("heartbeat.adaptive", adaptive, ADAPTIVE_OPTIONS);
  const { fromMs, toMs } = adaptive;
  const least = LEAST_ADAPTIVE_MS;
  if (fromMs !== undefined) requireNumber("heartbeat.adaptive.fromMs", fromMs, { least, most: everyMs });
  if (toMs !== undefined) requireNumber("heartbeat.adaptive.toMs", toMs, { least: everyMs });
}

/** Between what the interval moves; undefined: it does not. */
function adaptiveLimits(heartbeat: HeartbeatOptions | undefined): Required<AdaptiveHeartbeatOptions> | undefined {
  const { everyMs = DEFAULT_HEARTBEAT_MS, adaptive = false } = heartbeat ?? {};
  if (adaptive === false) return undefined;
  const { fromMs = Math.min(DEFAULT_ADAPTIVE.fromMs, everyMs), toMs = Math.max(DEFAULT_ADAPTIVE.toMs, everyMs) } =
    adaptive === true ? {} : adaptive;
  return { fromMs, toMs };
}

function checkLag(lag: LagOptions): void {
  requireObject("lag", lag);
  requireKnown("lag", lag, LAG_OPTIONS);
  const { events, bytes, overflow, stallMs } = lag;
  if (events !== undefined) requireNumber("lag.events", events, { infinity: true });
  if (bytes !== undefined) requireNumber("lag.bytes", bytes, { infinity: true });
  if (stallMs !== undefined) requireNumber("lag.stallMs", stallMs, { least: 1, infinity: true });
  if (overflow !== undefined) requireOneOf("lag.overflow", overflow, OVERFLOWS);
}

/** A stream's options, which were checked, with the defaults in. */
export function toNativeOpenOptions(
  options: StreamOptions,
  isCompressed: boolean,
  kind: StreamKind,
): NativeOpenOptions {
  const { heartbeat, maxDurationMs, greeting, retryMs, lag = {}, closeAfter, notices, request } = options;
  const { expiresAt } = options;
  const hasNotices = notices !== false || kind === "poll"; // a page is made of them
  const { event, data } = toHeartbeatEvent(heartbeat === false ? undefined : heartbeat);
  const adaptive = adaptiveLimits(heartbeat === false ? undefined : heartbeat);
  const { events = DEFAULT_LAG.events, bytes = DEFAULT_LAG.bytes, overflow, stallMs = DEFAULT_LAG.stallMs } = lag;
  return {
    lagEvents: events,
    lagBytes: bytes,
    dropOldest: overflow === "dropOldest",
    lagStallMs: stallMs,
    heartbeatMs: heartbeatEveryMs(heartbeat) ?? 0,
    heartbeatFromMs: adaptive?.fromMs,
    heartbeatToMs: adaptive?.toMs,
    heartbeatEvent: event,
    heartbeatData: data,
    maxDurationMs: maxDurationMs ?? 0,
    isCompressed,
    hasNotices,
    closeAfter: endingEventsOf(closeAfter).events,
    greeting,
    retryMs,
    lastEventId: request === undefined || !hasNotices ? undefined : lastEventIdOf(request),
    kind,
    expiresInMs: expiresAt === undefined ? undefined : requireTimeLeft(Number(expiresAt)),
  };
}

/** The heartbeat's event as it is sent; for a comment, without a type, what stands behind its first word. */
function toHeartbeatEvent(heartbeat: HeartbeatOptions | undefined): { event: string; data: string } {
  if (heartbeat?.event === undefined) return { event: "", data: (heartbeat?.comment ?? "").slice("heartbeat ".length) };
  const { data = "" } = toNativeEvent({ event: heartbeat.event, data: heartbeat.data });
  return { event: heartbeat.event, data };
}
