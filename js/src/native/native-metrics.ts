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

/** What was counted of the channels of one policy; native/core/hub/class_metrics.hpp says what each of them is. */
export interface NativePolicyMetrics {
  /** Empty: of the channels that no policy is for. */
  readonly name: string;
  readonly channels: number;
  readonly connections: number;
  readonly published: number;
  readonly publishedBytes: number;
  readonly delivered: number;
  readonly deliveredBytes: number;
  readonly held: number;
  readonly merged: number;
  readonly dropped: number;
  readonly redacted: number;
  readonly truncated: number;
  readonly referenced: number;
  readonly evicted: number;
  readonly expired: number;
  readonly opened: number;
  readonly resumed: number;
  readonly heartbeats: number;
  readonly errorRecords: number;
  readonly ended: Readonly<Record<NativeCloseReason, number>>;
  readonly verdicts: Readonly<Record<"continued" | "gap" | "reset", number>>;
  /** By code. */
  readonly refusedStreams: Readonly<Record<string, number>>;
  readonly refusedEvents: Readonly<Record<string, number>>;
  readonly refusedRequests: Readonly<Record<string, number>>;
  /** Over the last minute. */
  readonly perSecond: {
    readonly published: number;
    readonly delivered: number;
    readonly opened: number;
    readonly resumed: number;
    readonly heartbeats: number;
    readonly failures: number;
    readonly errorRecords: number;
  };
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

export type AlertName = "connections" | "latency" | "failures" | "errorRecords" | "lag" | "memory";

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
  /** From now on there are these alerts. */
  watch(rules: { readonly [Name in AlertName]?: NativeAlertRule }): void;
  /** What has become alarming, or well again, since the last call. `memoryShare`: how much of its memory the process uses, 0 to 1. */
  check(memoryShare: number): NativeAlertChange[];
}
