import type { ComponentProps, ReactElement } from "react";
import type { SSEStreamResult } from "./use-sse-stream.js";

type Shown = Pick<SSEStreamResult, "isConnected" | "isReconnecting" | "state">;

/** What a {@link StreamStatus} shows, besides what a `span` takes. */
export type StreamStatusProps = Omit<ComponentProps<"span">, "children"> & {
  /** What the hook gave. */
  readonly stream: Shown;
  /** Other texts. Default: English ones. */
  readonly labels?: Partial<Record<StreamStatusName, string>>;
};

/** How a connection is, for people. */
export type StreamStatusName = "connected" | "connecting" | "reconnecting" | "disconnected";

// On white they have a contrast of 4.5 or more; the text says the same.
const colours: Record<StreamStatusName, string> = {
  connected: "#15803d",
  connecting: "#a16207",
  reconnecting: "#c2410c",
  disconnected: "#6b7280",
};

const texts: Record<StreamStatusName, string> = {
  connected: "Connected",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  disconnected: "Disconnected",
};

/** Connected (green), connecting (yellow), reconnecting (orange) or disconnected (gray), as text too. Changes are announced to screen readers. */
export function StreamStatus({ stream, labels, style, ...rest }: StreamStatusProps): ReactElement {
  const name = statusOf(stream);
  return (
    <span
      role="status"
      aria-live="polite"
      data-status={name}
      style={{ display: "inline-flex", alignItems: "center", gap: "0.4em", ...style }}
      {...rest}
    >
      <span
        aria-hidden="true"
        style={{ flex: "none", width: "0.6em", height: "0.6em", borderRadius: "50%", background: colours[name] }}
      />
      {labels?.[name] ?? texts[name]}
    </span>
  );
}

function statusOf({ isConnected, isReconnecting, state }: Shown): StreamStatusName {
  if (isConnected) return "connected";
  if (isReconnecting) return "reconnecting";
  return state === "connecting" ? "connecting" : "disconnected";
}
