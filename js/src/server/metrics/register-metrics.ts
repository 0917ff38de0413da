import { requireFunction } from "../../shared/arguments.js";
import type { Hub } from "../hub/hub.js";
import type { EventMap } from "../hub/hub-types.js";
import { type Buckets, familiesOf, type Labels, type MetricFamily } from "../observe/families.js";
import { requireHub } from "./require-hub.js";

/** What is used of a `Registry` of the npm package `prom-client`, version 14 or newer. */
export interface MetricsRegistry {
  readonly contentType?: string;
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
  requireHub("registerMetrics", hub);
  requireFunction("registry.registerMetric", registry?.registerMetric);
  const families = familiesOf(hub.name);
  for (const { name, type } of families) {
    const known = registry.getSingleMetric(promNameOf(name, type)) as { [hubsOf]?: unknown } | undefined;
    if (known === undefined || known[hubsOf] !== undefined) continue;
    throw new TypeError(`The registry has a metric ${promNameOf(name, type)} that is not Millrace's`);
  }
  for (const { name, type } of families) {
    const promName = promNameOf(name, type);
    const known = registry.getSingleMetric(promName) as (PromMetric & { [hubsOf]?: Set<string> }) | undefined;
    if (known?.[hubsOf] !== undefined) known[hubsOf].add(hub.name);
    else registry.registerMetric(toPromMetric(name, promName, new Set([hub.name]), registry) as never);
  }
}

function promNameOf(name: string, type: MetricFamily["type"]): string {
  return type === "counter" ? `${name}_total` : name;
}

const ofTurn = new Map<string, MetricFamily[]>();

/** Looked up once for all metrics that a registry asks for at a time. */
function familiesOfTurn(hub: string): MetricFamily[] {
  if (ofTurn.size === 0) queueMicrotask(() => ofTurn.clear());
  const families = ofTurn.get(hub) ?? familiesOf(hub);
  ofTurn.set(hub, families);
  return families;
}

function toPromMetric(name: string, promName: string, hubs: Set<string>, registry: MetricsRegistry): PromMetric {
  return {
    name: promName,
    [hubsOf]: hubs,
    async get() {
      // In that format prom-client adds `_total` itself.
      const named = registry.contentType?.includes("openmetrics") ? name : promName;
      const families = [...hubs].flatMap(familiesOfTurn).filter((family) => family.name === name);
      const { help = "", type = "gauge" } = families[0] ?? {};
      return {
        name: named,
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
