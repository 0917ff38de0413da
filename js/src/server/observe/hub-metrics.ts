import type { NativeMetrics } from "../../native/native-metrics.js";
import { environment } from "../lifecycle/environment.js";

const all = () => environment().state("hub metrics", () => new Map<string, NativeMetrics>());

/** What is counted of a hub; one object a thread, for all copies of this module. */
export function hubMetrics(hubName: string): NativeMetrics {
  let metrics = all().get(hubName);
  if (metrics === undefined) {
    metrics = new (environment().binding.Metrics)(hubName);
    all().set(hubName, metrics);
  }
  return metrics;
}

/** The names of the hubs of this thread. */
export function measuredHubs(): string[] {
  return [...all().keys()];
}
