import type { ComponentProps, ReactElement } from "react";
import type { SSEStreamResult } from "./use-sse-stream.js";

/** How a stream is, as the hooks say it; what one does not know is not shown. */
export type DebuggedStream = Pick<SSEStreamResult, "state" | "health"> &
  Partial<Pick<SSEStreamResult, "heartbeat" | "resume" | "traceId" | "lastMessageTime" | "completion">> & {
    readonly reconnectAttempts?: number;
    readonly attempts?: number;
    readonly transport?: string;
  };

/** What a {@link StreamDebugPanel} shows, besides what a `section` takes. */
export type StreamDebugPanelProps = Omit<ComponentProps<"section">, "children"> & {
  /** What the hook gave. */
  readonly stream: DebuggedStream;
  /** Show it in production, too. Default: in development only. */
  readonly always?: boolean;
};

/** How a stream is, in figures: state, attempts, heartbeats, uptime, verdict, and the trace id to copy. */
export function StreamDebugPanel({ stream, always = false, ...rest }: StreamDebugPanelProps): ReactElement | null {
  if (!always && !isDevelopment()) return null;
  const { state, health, attempts, reconnectAttempts = attempts, transport, traceId = null } = stream;
  const { heartbeat, resume, lastMessageTime, completion } = stream;
  const rows = Object.entries({
    State: `${state}, ${health}`,
    Transport: transport,
    Attempts: reconnectAttempts === undefined ? undefined : String(reconnectAttempts),
    Heartbeats: heartbeat === undefined ? undefined : String(heartbeat?.heartbeat_count ?? 0),
    Uptime: known(heartbeat, ({ uptime_seconds, max_duration }) => `${uptime_seconds} s of ${max_duration} s`),
    Verdict: known(resume, ({ verdict }) => verdict),
    "Last message": known(lastMessageTime, (ms) => new Date(ms).toISOString()),
    End: known(completion, ({ reason }) => reason),
  }).filter(([, value]) => value !== undefined);
  return (
    <section aria-label="Stream" {...rest}>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: "flex", gap: "0.5em" }}>
            <dt>{name}</dt>
            <dd style={{ margin: 0 }}>{value}</dd>
          </div>
        ))}
      </dl>
      {traceId !== null && (
        <button
          type="button"
          style={{ maxWidth: "100%", overflowWrap: "anywhere", whiteSpace: "normal" }}
          onClick={() => void navigator.clipboard?.writeText(traceId).catch(() => {})}
        >
          Copy trace id <code>{traceId}</code>
        </button>
      )}
    </section>
  );
}

/** Undefined where the hook does not know it, a dash where there is none yet. */
function known<Value>(value: Value | null | undefined, show: (value: Value) => string): string | undefined {
  return value == null ? (value === null ? "–" : undefined) : show(value);
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}
