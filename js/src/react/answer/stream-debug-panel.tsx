import type { ComponentProps, ReactElement } from "react";
import type { SSEStreamResult } from "./use-sse-stream.js";

/** What a {@link StreamDebugPanel} shows, besides what a `section` takes. */
export type StreamDebugPanelProps = Omit<ComponentProps<"section">, "children"> & {
  /** What `useSSEStream` gave. */
  readonly stream: SSEStreamResult;
  /** Show it in production, too. Default: in development only. */
  readonly always?: boolean;
};

/** How a stream is, in figures: state, attempts, heartbeats, uptime, verdict, and the trace id to copy. */
export function StreamDebugPanel({ stream, always = false, ...rest }: StreamDebugPanelProps): ReactElement | null {
  if (!always && !isDevelopment()) return null;
  const { state, health, reconnectAttempts, heartbeat, resume, traceId, lastMessageTime, completion } = stream;
  const rows: [name: string, value: string][] = [
    ["State", `${state}, ${health}`],
    ["Attempts", String(reconnectAttempts)],
    ["Heartbeats", String(heartbeat?.heartbeat_count ?? 0)],
    ["Uptime", heartbeat === null ? "–" : `${heartbeat.uptime_seconds} s of ${heartbeat.max_duration} s`],
    ["Verdict", resume?.verdict ?? "–"],
    ["Last message", lastMessageTime === null ? "–" : new Date(lastMessageTime).toISOString()],
    ["End", completion?.reason ?? "–"],
  ];
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
        <button type="button" onClick={() => void navigator.clipboard?.writeText(traceId).catch(() => {})}>
          Copy trace id <code>{traceId}</code>
        </button>
      )}
    </section>
  );
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}
