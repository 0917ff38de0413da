import type { Buckets, Labels, MetricFamily } from "../observe/families.js";

/** The formats that Prometheus reads: its own text format 0.0.4, and OpenMetrics 1.0. */
export type TextFormat = "prometheus" | "openmetrics";

export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/**
 * The metrics as text.
 *
 * They differ here in this: OpenMetrics names a counter's family without `_total`, which its samples have, and ends with `# EOF`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function toMetricsText(families: readonly MetricFamily[], format: TextFormat): string {
  const lines = families.flatMap((family) => linesOf(family, format));
  if (format === "openmetrics") lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

function linesOf(family: MetricFamily, format: TextFormat): string[] {
  const { name, help, type } = family;
  const sampled = type === "counter" ? `${name}_total` : name;
  const named = format === "openmetrics" ? name : sampled;
  const head = [`# HELP ${named} ${escapeHelp(help)}`, `# TYPE ${named} ${type}`];
  const samples =
    family.type === "histogram"
      ? family.samples.flatMap(({ labels, value }) => histogramLines(name, labels, value))
      : family.samples.map(({ labels, value }) => `${sampled}${toLabels(labels)} ${toNumber(value)}`);
  return [...head, ...samples];
}

function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: Buckets): string[] {
  const buckets = bounds.map((bound, at) => {
    const le = toLabels({ ...labels, le: toNumber(bound) });
    return `${name}_bucket${le} ${toNumber(counts[at] ?? 0)}`;
  });
  const all = toLabels(labels);
  return [...buckets, `${name}_sum${all} ${toNumber(sum)}`, `${name}_count${all} ${toNumber(counts.at(-1) ?? 0)}`];
}

function toNumber(value: number): string {
  return value === Infinity ? "+Inf" : String(value);
}

function toLabels(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join()}}`;
}

/** What the formats need escaped in a label's value; in a help text a quotation mark may stand. */
function escapeLabel(value: string): string {
  return escapeHelp(value).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
