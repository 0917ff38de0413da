import { createHub, type Hub } from "../../server/hub-api.js";
import type { AnyHub } from "../../shared/any-hub.js";
import { requireFunction, requireKey, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import { requireHub } from "../http/require-hub.js";

/** Options of {@link createResumableStreamContext}. */
export interface CreateResumableStreamContextOptions {
  /**
   * Keeps the function that answers the request alive until the stream is whole: Next.js's `after`. `null`: the server runs on by itself.
   */
  waitUntil: ((promise: Promise<unknown>) => unknown) | null;
  /** Streams of one id and another prefix are others. Default `"resumable-stream"`. */
  keyPrefix?: string;
  /** Whose log keeps the streams. Default: the hub of the plain functions. */
  hub?: AnyHub;
  /** No stream goes on for longer. Default 3,600,000: an hour. `Infinity`: as long as it likes. */
  maxMs?: number;
  /** Readers of a stream whose producer says nothing for so long, for its thread has ended, are told. It is not about a source that takes its time. Default 30,000. */
  producerTimeoutMs?: number;
  /** How long it is known that a stream was there and is whole. Default 300,000: five minutes. */
  keepForMs?: number;
  /** Of `resumable-stream`: not used. */
  subscriber?: unknown;
  /** Of `resumable-stream`: not used. */
  publisher?: unknown;
  /** Of `resumable-stream`: not used. */
  doneWatchdogIntervalMs?: number;
}

/** With the defaults in. */
export interface CheckedContextOptions {
  readonly hub: Hub;
  readonly waitUntil: (promise: Promise<unknown>) => unknown;
  readonly keyPrefix: string;
  readonly maxMs: number;
  readonly producerTimeoutMs: number;
  readonly keepForMs: number;
}

const OPTIONS: Names<CreateResumableStreamContextOptions> = {
  waitUntil: true,
  keyPrefix: true,
  hub: true,
  maxMs: true,
  producerTimeoutMs: true,
  keepForMs: true,
  subscriber: true,
  publisher: true,
  doneWatchdogIntervalMs: true,
};
const NOTICE = Symbol.for("millrace.resumable.notice");

/** @throws TypeError that names the option. */
export function checkContextOptions(options: CreateResumableStreamContextOptions): CheckedContextOptions {
  requireObject("options", options);
  requireKnown("createResumableStreamContext", options, OPTIONS);
  const { waitUntil, keyPrefix = "resumable-stream", hub, subscriber, publisher } = options;
  const { maxMs = 3_600_000, producerTimeoutMs = 30_000, keepForMs = 300_000 } = options;
  if (waitUntil != null) requireFunction("waitUntil", waitUntil);
  requireKey("keyPrefix", keyPrefix);
  if (hub !== undefined) requireHub(hub);
  requireNumber("maxMs", maxMs, { least: 1, infinity: true });
  requireNumber("producerTimeoutMs", producerTimeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  requireNumber("keepForMs", keepForMs, { least: 1, most: LONGEST_TIMER_MS });
  if (subscriber !== undefined || publisher !== undefined) noticeOnce();
  const times = { maxMs, producerTimeoutMs, keepForMs };
  return { hub: hub ?? createHub(), waitUntil: waitUntil ?? (() => {}), keyPrefix, ...times };
}

/** In the process: this is called for every request. */
function noticeOnce(): void {
  const said = globalThis as { [NOTICE]?: true };
  if (said[NOTICE]) return;
  said[NOTICE] = true;
  console.info(
    "millrace/resumable keeps streams in this process, and does not use the Redis clients that it was given.",
  );
}
