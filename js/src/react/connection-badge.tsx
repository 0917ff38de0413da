import type { ComponentProps, ReactElement } from "react";
import type { Health } from "../client/index.js";
import type { EventSourceSnapshot } from "./types.js";

type Shown = Pick<EventSourceSnapshot, "health"> &
  Partial<Pick<EventSourceSnapshot, "state" | "attempts" | "transport" | "error">>;

/** What a {@link ConnectionBadge} is given, besides what a `span` takes: how the connection is, and other words for it. */
export type ConnectionBadgeProps = Omit<ComponentProps<"span">, "children"> & {
  /** Other texts, by health; `connecting` is for a connection that has not failed yet. Default: English ones. */
  readonly labels?: Partial<Record<Health | "connecting", string>>;
} & (
    | {
        /** What {@link useEventSource} gave. */
        readonly result: Shown;
        readonly health?: undefined;
        readonly state?: undefined;
      }
    | {
        readonly result?: undefined;
        /** In place of `result`. */
        readonly health: Health;
        /** In place of `result`, for the title and `data-state`. */
        readonly state?: EventSourceSnapshot["state"];
      }
  );

const texts: Record<Health | "connecting", string> = {
  healthy: "Live",
  degraded: "Degraded",
  critical: "Critical",
  disconnected: "Disconnected",
  connecting: "Connecting",
};

// On white they have a contrast of 4.5 or more, on black of 4 or more.
const colours: Record<Health, string> = {
  healthy: "#15803d",
  degraded: "#b45309",
  critical: "#dc2626",
  disconnected: "#6b7280",
};

/**
 * How well a connection does, as a text and a coloured dot; what exactly it does, in the `title`. Changes are announced to
 * screen readers. The text has the colour of what is around it; `data-health` and `data-state` are there for CSS.
 *
 * @example
 * const result = useEventSource("/api/events");
 * return <ConnectionBadge result={result} labels={{ healthy: "Online" }} />;
 */
export function ConnectionBadge(props: ConnectionBadgeProps): ReactElement {
  const { result, health: _, state: __, labels, style, ...rest } = props;
  const shown: Shown = result ?? { health: props.health, ...(props.state && { state: props.state }) };
  const { health, state, attempts } = shown;
  const isNew = health === "degraded" && state === "connecting" && !attempts;
  const label = isNew ? "connecting" : health;
  return (
    <span
      role="status"
      aria-live="polite"
      title={detailOf(shown)}
      data-health={health}
      data-state={state}
      style={{ display: "inline-flex", alignItems: "center", gap: "0.4em", ...style }}
      {...rest}
    >
      <span
        aria-hidden="true"
        style={{ flex: "none", width: "0.6em", height: "0.6em", borderRadius: "50%", background: colours[health] }}
      />
      {labels?.[label] ?? texts[label]}
    </span>
  );
}

function detailOf({ health, state, attempts, transport, error }: Shown): string | undefined {
  if (state === "error") return error ? `Gave up: ${error.message}` : "Gave up";
  if (state === "disconnected") return "Closed";
  if (state === "connecting" || state === "reconnecting") {
    if (attempts) return `Reconnecting (attempt ${attempts})`;
    return state === "connecting" ? "Connecting" : "Reconnecting";
  }
  if (state === undefined) return undefined;
  if (transport === "polling") return "Connected by polling: the stream does not come through";
  return health === "healthy" ? "Connected" : "Connected, but heartbeats are late or missing";
}
