import type { RefusedWhat } from "../../native/native-metrics.js";
import { isSSEError } from "../../shared/errors.js";
import { hubMetrics } from "./hub-metrics.js";

/**
 * Counts what was refused, or could not be answered because code of the application's has failed (`INTERNAL_ERROR`).
 *
 * @param channel - what was asked for, which may be no channel's name.
 */
export function countRefused(what: RefusedWhat, hubName: string, error: unknown, channel?: unknown): void {
  const code = isSSEError(error) ? error.code : "INTERNAL_ERROR";
  hubMetrics(hubName).refused(what, code, typeof channel === "string" ? channel : undefined);
}
