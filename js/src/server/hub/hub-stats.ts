import type {
  NativeHistogram,
  NativeMemory,
  NativeMetrics,
  NativePolicyMetrics,
  PolicyCounts,
} from "../../native/native-metrics.js";
import type { NativeStats } from "../../native/native-stats.js";
import { limitOf } from "../observe/connections-limit.js";
import { REST } from "../observe/rest.js";

/** How values are distributed: half of them are below `p50`, 99 of 100 below `p99`. Estimates, from a histogram's buckets. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * What was counted of the channels of one policy since the process began, and what there is of them now. A stream that reads channels of
 * several policies counts in that of its first channel.
 */
export interface PolicyStats extends PolicyCounts {
  /** What was refused, by the code of the error; `requests` are those to handlers of metrics and contents. */
  readonly refused: Readonly<Record<"streams" | "events" | "requests", Readonly<Record<string, number>>>>;
  /** From an event's publication until the client's socket, or the body's reader, had it; once for all that was sent together. */
  readonly latencyMs: Distribution;
  readonly eventBytes: Distribution;
  /** Events that connections lacked which were behind. */
  readonly lagEvents: Distribution;
  /** How long streams lasted that have ended. */
  readonly durationMs: Distribution;
}

/** The bytes that the process and the hub's part of it hold. */
export interface MemoryStats {
  /** As `process.memoryUsage()` has it: of all threads. */
  readonly process: { readonly rss: number; readonly heapUsed: number; readonly external: number };
  /** What the hub's core has asked for, by what it is for; without what the allocator adds. */
  readonly core: NativeMemory & { readonly total: number };
}

/** What there is in a hub, in this process, all threads together. */
export interface HubStats extends NativeStats {
  /** By the policies' names; `"default"` are the channels that no policy is for. */
  readonly policies: Readonly<Record<string, PolicyStats>>;
  readonly memory: MemoryStats;
}

export function toHubStats(stats: NativeStats, metrics: NativeMetrics): HubStats {
  const policies = metrics.policies().map((policy) => [policy.name === "" ? REST : policy.name, toPolicyStats(policy)]);
  return {
    ...stats,
    connectionsLimit: limitOf(stats),
    policies: Object.fromEntries(policies),
    memory: memoryOf(metrics),
  };
}

function toPolicyStats(policy: NativePolicyMetrics): PolicyStats {
  const {
    name,
    refusedStreams,
    refusedEvents,
    refusedRequests,
    latencyMs,
    eventBytes,
    lagEvents,
    durationMs,
    ...counts
  } = policy;
  return {
    ...counts,
    refused: { streams: refusedStreams, events: refusedEvents, requests: refusedRequests },
    latencyMs: toDistribution(latencyMs),
    eventBytes: toDistribution(eventBytes),
    lagEvents: toDistribution(lagEvents),
    durationMs: toDistribution(durationMs),
  };
}

function toDistribution({ counts, sum, p50, p99 }: NativeHistogram): Distribution {
  return { count: counts.reduce((total, count) => total + count, 0), sum, p50, p99 };
}

function memoryOf(metrics: NativeMetrics): MemoryStats {
  const { rss, heapUsed, external } = process.memoryUsage();
  const core = metrics.memory();
  const total = Object.values(core).reduce((sum, bytes) => sum + bytes, 0);
  return { process: { rss, heapUsed, external }, core: { ...core, total } };
}
