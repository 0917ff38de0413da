import type { Meter, Observable } from "@opentelemetry/api";
import { familiesOf, type MetricFamily } from "./families.js";
import { measuredHubs } from "./hub-metrics.js";

type Counted = Extract<MetricFamily, { type: "counter" | "gauge" }>;

/**
 * Gives the meter the counters and gauges of all hubs of this thread, which it asks for when it collects. Histograms are not given: the
 * interface has none that could be asked for.
 */
export function exportMetrics(meter: Meter): void {
  const instruments = new Map<string, Observable>();
  const [first] = measuredHubs();
  if (first === undefined) return;
  for (const { name, type, help } of countedOf(first)) {
    const options = { description: help };
    const make = type === "counter" ? meter.createObservableCounter : meter.createObservableGauge;
    instruments.set(name, make.call(meter, name, options));
  }
  meter.addBatchObservableCallback(
    (result) => {
      for (const { name, samples } of measuredHubs().flatMap(countedOf)) {
        const instrument = instruments.get(name);
        for (const { labels, value } of samples)
          if (instrument !== undefined) result.observe(instrument, value, labels);
      }
    },
    [...instruments.values()],
  );
}

function countedOf(hub: string): Counted[] {
  return familiesOf(hub).filter((family): family is Counted => family.type !== "histogram");
}
