import { isSSEError } from "../../shared/errors.js";
import { hubMetrics } from "./hub-metrics.js";

/** Counts a request that was not answered with what it asked for; by user code that failed, as `INTERNAL_ERROR`. */
export function countRefusedStream(hubName: string, error: unknown, channel: string | undefined): void {
  hubMetrics(hubName).refused(true, codeOf(error), keyOf(channel));
}

/** Counts an event that was not accepted. */
export function countRefusedEvent(hubName: string, error: unknown, channel: string): void {
  hubMetrics(hubName).refused(false, codeOf(error), keyOf(channel));
}

function codeOf(error: unknown): string {
  return isSSEError(error) ? error.code : "INTERNAL_ERROR";
}

/** What was asked for may be no channel's name. */
function keyOf(channel: unknown): string | undefined {
  return typeof channel === "string" ? channel : undefined;
}
