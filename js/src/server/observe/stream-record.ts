import type { NativeTally } from "../../native/binding.js";
import { now } from "../lifecycle/now.js";
import type { CloseReason } from "./close-reason.js";
import { emitHubEvent } from "./hub-events.js";
import { isLogged, log } from "./logger.js";
import { type StreamSpan, startStreamSpan } from "./open-telemetry.js";
import { type TracedRequest, traceParentOf } from "./trace.js";
import { ensureWatched } from "./watching.js";

/** What whoever opens a stream says of it. */
export interface AnnouncedStream {
  readonly channels: readonly string[];
  readonly userId: string | undefined;
  readonly request: TracedRequest | undefined;
  /** The application's, before all others. */
  readonly ownTraceId: string | undefined;
}

/** What there is to say of a stream that has been opened. */
export interface OpenedStream extends AnnouncedStream {
  readonly hubName: string;
  readonly id: string;
  readonly traceId: string;
  /** What became of the cursor that its client came with; `null`: it came without one. */
  readonly verdict: string | null;
}

/** What is told of a stream's life: to the hub's listeners, to its logger, as a span. */
export interface StreamRecord {
  /** Undefined: the stream knows it. */
  readonly traceId: string | undefined;
  /** Whether somebody wants to know what the stream was given. */
  readonly isDetailed: boolean;
  ended(hubName: string, id: string, reason: CloseReason, tally: NativeTally | undefined): void;
}

/** One for all streams of which nothing is told but to listeners: thousands may idle. */
const PLAIN: StreamRecord = {
  traceId: undefined,
  isDetailed: false,
  ended: (hubName, id, reason) => emitHubEvent(hubName, "close", { id, reason }),
};

/** Ends that are the server's own failure to keep up, or the client's. */
const FAILURES: readonly string[] = ["lagging", "unread"];

/** Tells of a stream that was opened, and gives what is to be told of its end. */
export function recordStream(stream: OpenedStream): StreamRecord {
  const { hubName, id, channels, userId, verdict, request, ownTraceId } = stream;
  const span = startStreamSpan(request && traceParentOf(request), {
    "millrace.hub": hubName,
    "millrace.stream.id": id,
    "millrace.channels": [...channels],
    ...(verdict !== null && { "millrace.verdict": verdict }),
  });
  const traceId = ownTraceId ?? span?.traceId ?? stream.traceId;
  emitHubEvent(hubName, "connection", { id, channels, userId, traceId });
  if (isLogged(hubName, "warn")) ensureWatched(hubName);
  const isDetailed = span !== undefined || isLogged(hubName, "info");
  if (!isDetailed && !isLogged(hubName, "debug")) return PLAIN;
  const about = { streamId: id, traceId, userId, channels, verdict };
  log(hubName, "debug", "stream opened", about);
  return detailed(about, span);
}

function detailed(about: { readonly traceId: string }, span: StreamSpan | undefined): StreamRecord {
  const openedMs = now();
  return {
    traceId: about.traceId,
    isDetailed: true,
    ended(hubName, id, reason, tally) {
      const given = { reason, durationMs: Math.round(now() - openedMs), ...tally };
      log(hubName, "info", "stream ended", { kind: "access", ...about, ...given });
      const attributes = {
        "millrace.close_reason": reason,
        "millrace.events": tally?.events ?? 0,
        "millrace.bytes": tally?.bytes ?? 0,
      };
      span?.end(attributes, FAILURES.includes(reason) ? reason : undefined);
      PLAIN.ended(hubName, id, reason, tally);
    },
  };
}
