import type { NativeCloseReason, NativeHubOptions, NativeOpenOptions } from "../../native/binding.js";
import {
  type NumberBounds,
  requireFlag,
  requireFunction,
  requireName,
  requireNumber,
  requireObject,
  requireString,
  requireStringArray,
} from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { isRetry, retryRule, toNativeEvent } from "../content/message.js";
import { acceptsGzip } from "../http/accept.js";
import { mayBeEncoded } from "../takeover/direct.js";

/** What keeps quiet connections alive and shows that they are. */
export interface HeartbeatOptions {
  /** Milliseconds between signs of life. Default 15000. */
  everyMs?: number;
  /** Sends an event of this type instead of a comment, for clients that measure. */
  event?: string;
  /**
   * The event's data, sent as JSON. Default: `{ streamId, uptimeMs, events, channels, remainingMs }`, where `events` counts
   * what the stream was given so far, and `remainingMs` is null without `maxDurationMs`.
   */
  data?: unknown;
}

/** How far a connection may fall behind, counted while it takes nothing; not before somebody has begun to read it. */
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

/** How far back a channel can be replayed; whichever limit comes first. */
export interface HistoryOptions {
  /** Events of each channel. Default 500. */
  events?: number;
  /** Bytes of each channel; also the largest event. Default 8 MiB. */
  bytes?: number;
  /** Milliseconds. Default 300000 (5 minutes). */
  ttlMs?: number;
}

/** How many connections there may be. */
export interface LimitOptions {
  /** Of the hub in this process. Default 10000. */
  connections?: number;
  /** Of one channel. Default Infinity. */
  perChannel?: number;
  /** Of one `userId`. Default 100. */
  perUser?: number;
  /** Channels of the hub: those that hold an event or have a reader. Default 100000. */
  channels?: number;
  /** Channels that one connection reads. Default 100. */
  channelsPerConnection?: number;
}

/** The part of a `Request` that a stream needs; a web `Request` and a `NextRequest` fit. */
export interface RequestLike {
  readonly url: string;
  readonly method?: string;
  readonly headers: { get(name: string): string | null };
  readonly signal?: AbortSignal;
}

/** Options of a stream. */
export interface StreamOptions {
  /** The client's request: its `signal` closes the stream, its `Last-Event-ID` (header, or query `lastEventId`) resumes it. */
  request?: RequestLike;
  /** Default: a comment every 15 s. */
  heartbeat?: false | HeartbeatOptions;
  /** The stream ends after so many milliseconds, with a `complete` event `{"reason":"duration_cap"}`. Default: never. */
  maxDurationMs?: number;
  /** Tells the client how long to wait before it reconnects. */
  retryMs?: number;
  /** Sent as `X-Trace-ID`, for finding the stream in logs. */
  traceId?: string;
  lag?: LagOptions;
  /**
   * Sends gzip to clients that accept it: each event is deflated once, whatever the number of connections, off the JavaScript
   * thread where the core writes to the sockets itself. Needs `request`, and a response made by `sseResponse`,
   * `hub.response` or `hub.attach`. Default false.
   */
  compress?: boolean;
  /**
   * Event types, of any channel, after which the stream ends with the reason `completed`. A client that comes back with
   * such an event as its last one is answered 204 by `hub.response` and `hub.attach`, which ends an EventSource.
   */
  closeAfter?: string | readonly string[];
  /**
   * Whether the core may write to the client's socket itself, where that is safe. Default true. False: every byte goes
   * through Node, for what counts or changes them on their way in a manner that Millrace cannot see.
   */
  direct?: boolean;
  /** Called once when the stream has ended, with the reason. */
  onClose?: (reason: CloseReason) => void;
}

/** The stream options that a hub has defaults for. */
export type StreamDefaults = Pick<StreamOptions, "lag" | "heartbeat" | "maxDurationMs" | "retryMs" | "compress">;

/**
 * Why a stream ended: `closed` by the application (or the reason it gave), `disconnected` by the client, `lagging` too far
 * behind, `duration_cap` after `maxDurationMs`, `completed` after a `closeAfter` event, `draining` by `hub.drain`, `unread`
 * when its response was never read (after 60 s), `refused` where an authorizer that came later refused it; of what `hub.attach`
 * returns also `refused` when it answered with an error, and `polled` when it answered with JSON.
 */
export type CloseReason = NativeCloseReason | "refused" | (string & {});

/** What a stream tells the client in its headers. */
export interface StreamFacts {
  readonly traceId: string | undefined;
  readonly maxDurationMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  readonly isCompressed: boolean;
}

/** What the option objects have, so that no other name passes. */
export const STREAM_OPTIONS: Names<StreamOptions> = {
  request: true,
  heartbeat: true,
  maxDurationMs: true,
  retryMs: true,
  traceId: true,
  lag: true,
  compress: true,
  closeAfter: true,
  direct: true,
  onClose: true,
};
const HEARTBEAT_OPTIONS: Names<HeartbeatOptions> = { everyMs: true, event: true, data: true };
const LAG_OPTIONS: Names<LagOptions> = { events: true, bytes: true, overflow: true, stallMs: true };
const OVERFLOWS = ["disconnect", "dropOldest"] satisfies LagOptions["overflow"][];
const HISTORY_OPTIONS: Names<HistoryOptions> = { events: true, bytes: true, ttlMs: true };
const LIMIT_OPTIONS: Names<LimitOptions> = {
  connections: true,
  perChannel: true,
  perUser: true,
  channels: true,
  channelsPerConnection: true,
};

export const DEFAULT_HEARTBEAT_MS = 15000;
export const DEFAULT_STALL_MS = 30000;
const MOST_REACTORS = 64;

/** The interval that is in force, or undefined for none. */
export function heartbeatEveryMs(heartbeat: StreamOptions["heartbeat"]): number | undefined {
  return heartbeat === false ? undefined : (heartbeat?.everyMs ?? DEFAULT_HEARTBEAT_MS);
}

/**
 * Everything that is wrong with a stream's options whatever the request is; `request` is the caller's to check.
 *
 * @throws TypeError that names the option; SSEError where it cannot be written: `UNSERIALIZABLE`, `INVALID_FIELD`.
 */
export function checkStreamOptions(options: StreamOptions): void {
  const { heartbeat, maxDurationMs, retryMs, traceId, lag, closeAfter, compress, direct, onClose } = options;
  requireFlag("direct", direct);
  requireFlag("compress", compress);
  if (heartbeat !== undefined && heartbeat !== false) checkHeartbeat(heartbeat);
  if (lag !== undefined) checkLag(lag);
  if (maxDurationMs !== undefined) requireNumber("maxDurationMs", maxDurationMs, { least: 1 });
  if (retryMs !== undefined && !isRetry(retryMs)) throw new TypeError(retryRule("retryMs", retryMs));
  if (traceId !== undefined) requireString("traceId", traceId);
  if (closeAfter !== undefined) {
    const types: unknown = typesOf(closeAfter);
    requireStringArray("closeAfter", types);
    for (const type of types) requireName("closeAfter", type);
  }
  if (onClose !== undefined) requireFunction("onClose", onClose);
}

function checkHeartbeat(heartbeat: HeartbeatOptions): void {
  requireObject("heartbeat", heartbeat);
  requireKnown("heartbeat", heartbeat, HEARTBEAT_OPTIONS);
  const { everyMs, event, data } = heartbeat;
  if (everyMs !== undefined) requireNumber("heartbeat.everyMs", everyMs, { least: 1 });
  if (event === undefined) {
    if (data === undefined) return;
    throw new TypeError("heartbeat.data needs heartbeat.event: a comment has no data");
  }
  requireString("heartbeat.event", event);
  if (event === "") throw new TypeError("heartbeat.event must not be empty; leave it out, and it is a comment");
  if (/[\r\n\0]/.test(event)) {
    throw new SSEError("INVALID_FIELD", "heartbeat.event must not hold CR, LF or NUL: they would end the line");
  }
  toHeartbeatEvent(heartbeat);
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

/** The types of the events that end a stream. */
export function typesOf(closeAfter: StreamOptions["closeAfter"] = []): readonly string[] {
  return typeof closeAfter === "string" ? [closeAfter] : closeAfter;
}

/** A stream's options, which were checked, with the defaults in. */
export function toNativeOpenOptions(options: StreamOptions): NativeOpenOptions {
  const { heartbeat, maxDurationMs, retryMs, lag = {}, closeAfter, compress, request } = options;
  const { event, data } = toHeartbeatEvent(heartbeat === false ? undefined : heartbeat);
  const { events = 1000, bytes = 1024 * 1024, overflow, stallMs = DEFAULT_STALL_MS } = lag;
  return {
    lagEvents: events,
    lagBytes: bytes,
    dropOldest: overflow === "dropOldest",
    lagStallMs: stallMs,
    heartbeatMs: heartbeatEveryMs(heartbeat) ?? 0,
    heartbeatEvent: event,
    heartbeatData: data,
    maxDurationMs: maxDurationMs ?? 0,
    isCompressed: compress === true && acceptsGzip(request?.headers.get("accept-encoding") ?? null) && mayBeEncoded(),
    closeAfter: typesOf(closeAfter),
    retryMs,
    lastEventId: request === undefined ? undefined : lastEventIdOf(request),
    isListener: false,
  };
}

/** The heartbeat's event as it is sent; empty texts for a comment. */
function toHeartbeatEvent(heartbeat: HeartbeatOptions | undefined): { event: string; data: string } {
  if (heartbeat?.event === undefined) return { event: "", data: "" };
  const { data = "" } = toNativeEvent({ event: heartbeat.event, data: heartbeat.data });
  return { event: heartbeat.event, data };
}

/** Checks a hub's options. What is left out is not in the result. */
export function toNativeHubOptions(options: {
  history?: HistoryOptions;
  limits?: LimitOptions;
  channelTtlMs?: number;
  lagGraceMs?: number;
  reactors?: number;
}): NativeHubOptions {
  const { history = {}, limits = {}, channelTtlMs, lagGraceMs, reactors } = options;
  requireObject("history", history);
  requireObject("limits", limits);
  requireKnown("history", history, HISTORY_OPTIONS);
  requireKnown("limits", limits, LIMIT_OPTIONS);
  const { events, bytes, ttlMs } = history;
  const { connections, perChannel, perUser, channels, channelsPerConnection } = limits;
  const check = (name: string, value: number | undefined, bounds: NumberBounds) => {
    if (value !== undefined) requireNumber(name, value, bounds);
  };
  const infinity = true;
  check("history.events", events, {});
  check("history.bytes", bytes, { least: 1024 });
  check("history.ttlMs", ttlMs, { infinity });
  check("limits.connections", connections, { infinity });
  check("limits.perChannel", perChannel, { infinity });
  check("limits.perUser", perUser, { infinity });
  check("limits.channels", channels, { infinity });
  check("limits.channelsPerConnection", channelsPerConnection, { infinity });
  check("channelTtlMs", channelTtlMs, { infinity });
  check("lagGraceMs", lagGraceMs, {});
  check("reactors", reactors, { least: 1, most: MOST_REACTORS });
  return {
    historyEvents: events,
    historyBytes: bytes,
    historyTtlMs: ttlMs,
    connections,
    perChannel,
    perUser,
    channels,
    channelsPerConnection,
    channelTtlMs,
    lagGraceMs,
    reactors,
  };
}

/** Header values are one char a byte; clients send the id's UTF-8 bytes (WHATWG HTML 9.2.3). */
export function lastEventIdOf(request: RequestLike): string | undefined {
  requireObject("request", request);
  const header = request.headers.get("last-event-id");
  if (header !== null) return Buffer.from(header, "latin1").toString("utf8");
  const query = /\?[^#]*/.exec(request.url)?.[0];
  return (query && new URLSearchParams(query).get("lastEventId")) ?? undefined;
}
