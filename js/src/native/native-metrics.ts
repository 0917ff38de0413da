import type { NativeCloseReason } from "../shared/close-reasons.js";

/** How many values there were up to each bound and above the one before; the last count is of those above all bounds. */
export interface NativeHistogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  /** Half of the values are below; an estimate within a bucket. */
  readonly p50: number;
  /** 99 of 100 are below. */
  readonly p99: number;
}

/** How many a second, over the last minute. */
export interface Rates {
  readonly published: number;
  readonly delivered: number;
  /** Streams. */
  readonly opened: number;
  /** Streams whose client came back with a cursor. */
  readonly resumed: number;
  readonly heartbeats: number;
  /** Refused streams, and streams that ended because their client was too slow (`lagging`) or never came (`unread`). */
  readonly failures: number;
  /** Published events whose data has `level: "error"` or `"fatal"`. */
  readonly errorRecords: number;
}

/** What is counted of the channels of one policy; native/core/hub/class_metrics.hpp counts it. */
export interface PolicyCounts {
  readonly channels: number;
  /** Connections that read at least one of them. */
  readonly connections: number;
  /** Events that came into a channel's log. */
  readonly published: number;
  readonly publishedBytes: number;
  /** Events, once for each connection that has taken them. */
  readonly delivered: number;
  /** Bytes that were sent to connections, without the framing of HTTP. */
  readonly deliveredBytes: number;
  /** Events that had to wait. */
  readonly held: number;
  /** Events that took the place of one that waited. */
  readonly merged: number;
  /** Events that were lost because the buffer of a `rate` was full. */
  readonly dropped: number;
  /** Events in which something was redacted. */
  readonly redacted: number;
  /** Events that were truncated. */
  readonly truncated: number;
  /** Events whose data went to the content store. */
  readonly referenced: number;
  /** Events that left a history because of its size. */
  readonly evicted: number;
  /** Events that left a history because of their age. */
  readonly expired: number;
  /** Streams. */
  readonly opened: number;
  /** Of them those whose client came back with a cursor. */
  readonly resumed: number;
  readonly heartbeats: number;
  /** Published events whose data has `level: "error"` or `"fatal"`. */
  readonly errorRecords: number;
  /** Streams that have ended, by reason; one of the application's own counts as `closed`. */
  readonly ended: Readonly<Partial<Record<NativeCloseReason, number>>>;
  /** What became of the cursors that clients came with. */
  readonly verdicts: Readonly<Record<"continued" | "gap" | "reset", number>>;
  readonly perSecond: Rates;
}

export interface NativePolicyMetrics extends PolicyCounts {
  /** Empty: of the channels that no policy is for. */
  readonly name: string;
  /** By code. */
  readonly refusedStreams: Readonly<Record<string, number>>;
  readonly refusedEvents: Readonly<Record<string, number>>;
  readonly refusedRequests: Readonly<Record<string, number>>;
  readonly latencyMs: NativeHistogram;
  readonly eventBytes: NativeHistogram;
  readonly lagEvents: NativeHistogram;
  readonly durationMs: NativeHistogram;
}

/** The bytes that a hub's core has asked for, by what they are for. */
export interface NativeMemory {
  /** Blocks of the logs, those not filled yet as a whole. */
  readonly events: number;
  /** What the logs keep of each event beside its bytes. */
  readonly logs: number;
  readonly channels: number;
  readonly connections: number;
  /** Events that wait because of a policy. */
  readonly waiting: number;
}

export type AlertName = "connections" | "latency" | "failures" | "errorRecords" | "lag" | "memory" | "store";

export interface NativeAlertRule {
  readonly above: number;
  readonly below: number;
  readonly lastingMs: number;
}

export interface NativeAlertChange {
  readonly name: AlertName;
  readonly isRaised: boolean;
  readonly value: number;
}

/** A stream or a poll, an event, or a request for something else: metrics, a content. */
export type RefusedWhat = "stream" | "event" | "request";

/** What is counted of the process's hub of one name, and this thread's watch over it. */
export interface NativeMetrics {
  /** Something was refused, for this channel or for none in particular. */
  refused(what: RefusedWhat, code: string, channel?: string): void;
  /** An event that is a record of an error was published. */
  errorRecord(channel: string): void;
  /** In the order of the policies; that of the other channels is the last. */
  policies(): NativePolicyMetrics[];
  /** Looks at every connection. */
  memory(): NativeMemory;
  /** From now on there are these alerts. `isNew`: none is raised. */
  watch(rules: { readonly [Name in AlertName]?: NativeAlertRule }, isNew: boolean): void;
  /** What has become alarming, or well again, since the last call. `memoryShare`: how much of its memory the process uses, 0 to 1. */
  check(memoryShare: number): NativeAlertChange[];
}
