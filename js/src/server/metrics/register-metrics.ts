import { requireFunction } from "../../shared/arguments.js";
import type { Hub } from "../hub/hub.js";
import type { EventMap } from "../hub/hub-types.js";
import { type Buckets, familiesOf, type Labels, type MetricFamily } from "../observe/families.js";

/** What is used of a `Registry` of the npm package `prom-client`, version 14 or newer. */
export interface MetricsRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
}

/** One value as `prom-client` has it. */
interface PromValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** What a registry asks of a metric. */
interface PromMetric {
  readonly name: string;
  get(): Promise<object>;
  reset(): void;
}

const hubsOf = Symbol.for("millrace.hubs");

/**
 * Adds the hub's metrics to a registry of `prom-client`, so that the application's own endpoint gives them, too. They are looked up
 * when the registry is asked for its metrics. Several hubs may be in one registry: the label `hub` tells them apart. The same hub
 * again changes nothing.
 *
 * @example
 * import { register } from "prom-client";
 * registerMetrics(hub, register);
 */
export function registerMetrics<Events extends EventMap>(hub: Hub<Events>, registry: MetricsRegistry): void {
  requireFunction("registry.registerMetric", registry?.registerMetric);
  for (const { name, type } of familiesOf(hub.name)) {
    const promName = type === "counter" ? `${name}_total` : name;
    const known = registry.getSingleMetric(promName) as (PromMetric & { [hubsOf]?: Set<string> }) | undefined;
    if (known?.[hubsOf] !== undefined) known[hubsOf].add(hub.name);
    else registry.registerMetric(toPromMetric(name, promName, new Set([hub.name])) as never);
  }
}

const ofTurn = new Map<string, MetricFamily[]>();

/** Looked up once for all metrics that a registry asks for at a time. */
function familiesOfTurn(hub: string): MetricFamily[] {
  if (ofTurn.size === 0) queueMicrotask(() => ofTurn.clear());
  const families = ofTurn.get(hub) ?? familiesOf(hub);
  ofTurn.set(hub, families);
  return families;
}

function toPromMetric(name: string, promName: string, hubs: Set<string>): PromMetric {
  return {
    name: promName,
    [hubsOf]: hubs,
    async get() {
      const families = [...hubs].flatMap(familiesOfTurn).filter((family) => family.name === name);
      const { help = "", type = "gauge" } = families[0] ?? {};
      return {
        name: promName,
        help,
        type,
        aggregator: "sum",
        values: families.flatMap((one) => toValues(one, promName)),
      };
    },
    reset() {}, // the hub's counts are not the registry's to reset
  } as PromMetric;
}

function toValues(family: MetricFamily, promName: string): PromValue[] {
  if (family.type !== "histogram") return family.samples.map(({ labels, value }) => ({ labels, value }));
  return family.samples.flatMap(({ labels, value }) => toHistogramValues(promName, labels, value));
}

function toHistogramValues(name: string, labels: Labels, { bounds, counts, sum }: Buckets): PromValue[] {
  const buckets = bounds.map((bound, at) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: bound === Infinity ? "+Inf" : bound },
    value: counts[at] ?? 0,
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: counts.at(-1) ?? 0 },
  ];
}
