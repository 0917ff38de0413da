import type { NativeHistogram, NativePolicyMetrics, RefusedWhat } from "../../native/native-metrics.js";
import { categoryOf, type SSEErrorCode } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { limitOf } from "./connections-limit.js";
import { hubMetrics } from "./hub-metrics.js";
import { REST } from "./rest.js";

export type Labels = Readonly<Record<string, string>>;

/** How many values there were up to each bound, those below it included; the last bound is infinite. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One value of a family, or one histogram. */
export interface Sample<Value = number | Buckets> {
  readonly labels: Labels;
  readonly value: Value;
}

/** A metric with all its labels, in the words of the OpenMetrics specification. The name of a counter is without `_total`. */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: "counter" | "gauge"; readonly samples: readonly Sample<number>[] }
  | { readonly type: "histogram"; readonly samples: readonly Sample<Buckets>[] }
);

type NumberOf = (policy: NativePolicyMetrics) => number;
type NumbersOf = (policy: NativePolicyMetrics) => Readonly<Record<string, number>>;

const MS_IN_SECOND = 1000;

const GAUGES: readonly [name: string, help: string, of: NumberOf][] = [
  ["connections", "Connections that read at least one channel of the policy.", ({ connections }) => connections],
  ["channels", "Channels of the policy.", ({ channels }) => channels],
];

const COUNTERS: readonly [name: string, help: string, of: NumberOf][] = [
  ["events_published", "Events that came into a channel's log.", ({ published }) => published],
  ["events_delivered", "Events, once for each connection that has taken them.", ({ delivered }) => delivered],
  ["delivered_bytes", "Bytes that were sent to connections.", ({ deliveredBytes }) => deliveredBytes],
  ["events_held", "Events that had to wait because of rate, merge or throttle.", ({ held }) => held],
  ["events_merged", "Events that took the place of one that waited.", ({ merged }) => merged],
  ["events_dropped", "Events that were lost because the buffer of a rate was full.", ({ dropped }) => dropped],
  ["events_redacted", "Events in which something was redacted.", ({ redacted }) => redacted],
  ["events_truncated", "Events that were truncated.", ({ truncated }) => truncated],
  ["events_referenced", "Events whose data went to the content store.", ({ referenced }) => referenced],
  ["error_records", "Published events whose data has the level error or fatal.", ({ errorRecords }) => errorRecords],
  ["streams_opened", "Streams that were opened.", ({ opened }) => opened],
  ["streams_resumed", "Streams whose client came back with a cursor.", ({ resumed }) => resumed],
  ["heartbeats", "Heartbeats that were written.", ({ heartbeats }) => heartbeats],
];

const LABELLED: readonly [name: string, help: string, label: string, of: NumbersOf][] = [
  ["streams_ended", "Streams that have ended, by reason.", "reason", ({ ended }) => ended],
  ["verdicts", "What became of the cursors that clients came with.", "verdict", ({ verdicts }) => verdicts],
  [
    "history_removed",
    "Events that left a history because of its size or their age.",
    "cause",
    ({ evicted, expired }) => ({ size: evicted, age: expired }),
  ],
];

const HISTOGRAMS: readonly [
  name: string,
  help: string,
  of: (policy: NativePolicyMetrics) => NativeHistogram,
  unit: number,
][] = [
  [
    "publish_to_write_seconds",
    "From an event's publication until its client's socket had it; once for all that was sent together.",
    ({ latencyMs }) => latencyMs,
    MS_IN_SECOND,
  ],
  ["event_size_bytes", "Events as they are sent.", ({ eventBytes }) => eventBytes, 1],
  ["lag_events", "Events that a connection lacked which was behind.", ({ lagEvents }) => lagEvents, 1],
  ["stream_duration_seconds", "How long streams lasted.", ({ durationMs }) => durationMs, MS_IN_SECOND],
];

/** Everything that is counted of a hub, by policy. Looks at every connection, for the memory. */
export function familiesOf(hubName: string): MetricFamily[] {
  const hub = { hub: hubName };
  const policies = hubMetrics(hubName).policies();
  const labelled = policies.map((policy) => [policy, { ...hub, policy: policy.name || REST }] as const);
  const numbers = (of: NumberOf) => labelled.map(([policy, labels]) => ({ labels, value: of(policy) }));
  const withLabel = (name: string, of: NumbersOf) =>
    labelled.flatMap(([policy, labels]) =>
      Object.entries(of(policy)).map(([what, value]) => ({ labels: { ...labels, [name]: what }, value })),
    );
  return [
    ...hubGauges(hubName, hub),
    ...GAUGES.map(([name, help, of]) => family("gauge", name, help, numbers(of))),
    ...COUNTERS.map(([name, help, of]) => family("counter", name, help, numbers(of))),
    ...LABELLED.map(([name, help, label, of]) => family("counter", name, help, withLabel(label, of))),
    family("counter", "refused", "Requests and events that were refused, by the code of their error.", [
      ...refusals(
        "stream",
        withLabel("code", ({ refusedStreams }) => refusedStreams),
      ),
      ...refusals(
        "event",
        withLabel("code", ({ refusedEvents }) => refusedEvents),
      ),
      ...refusals(
        "request",
        withLabel("code", ({ refusedRequests }) => refusedRequests),
      ),
    ]),
    ...HISTOGRAMS.map(([name, help, of, unit]) => ({
      type: "histogram" as const,
      name: `millrace_${name}`,
      help,
      samples: labelled.map(([policy, labels]) => ({ labels, value: toBuckets(of(policy), unit) })),
    })),
  ];
}

function hubGauges(hubName: string, labels: Labels): MetricFamily[] {
  const stats = environment().hub(hubName).stats();
  const { connections, channels, inboxBytes, isDraining, takenOver, heldEvents } = stats;
  const gauge = (name: string, help: string, value: number) => family("gauge", name, help, [{ labels, value }]);
  const memory = Object.entries(hubMetrics(hubName).memory());
  return [
    gauge("hub_connections", "Open connections, whether they read a channel or not.", connections),
    gauge("hub_connections_limit", "As many connections may be open.", limitOf(stats)),
    gauge("hub_channels", "Channels that hold an event or have a reader.", channels),
    gauge("hub_inbox_bytes", "Bytes that were accepted and not yet offered to every connection.", inboxBytes),
    gauge("hub_held_events", "Events that wait because of their channels' policies.", heldEvents),
    gauge("hub_taken_over_connections", "Connections whose socket the core writes to itself.", takenOver),
    gauge("hub_draining", "1 while the hub shuts down.", isDraining ? 1 : 0),
    family(
      "gauge",
      "hub_memory_bytes",
      "What the hub's core has asked for, by what it is for.",
      memory.map(([part, value]) => ({ labels: { ...labels, part }, value })),
    ),
  ];
}

function family(
  type: "counter" | "gauge",
  name: string,
  help: string,
  samples: readonly Sample<number>[],
): MetricFamily {
  return { type, name: `millrace_${name}`, help, samples };
}

/** With what was refused, and the category of its error. */
function refusals(what: RefusedWhat, samples: readonly Sample<number>[]): Sample<number>[] {
  return samples.map(({ labels, value }) => ({
    labels: { ...labels, what, category: categoryOf(labels.code as SSEErrorCode) },
    value,
  }));
}

function toBuckets({ bounds, counts, sum }: NativeHistogram, unit: number): Buckets {
  let below = 0;
  const cumulative = counts.map((count) => {
    below += count;
    return below;
  });
  return { bounds: [...bounds.map((bound) => bound / unit), Infinity], counts: cumulative, sum: sum / unit };
}
