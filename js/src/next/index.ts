/// <reference types="node" preserve="true" />
/**
 * Millrace and Next.js: what a Next.js app may call beside the route handlers.
 *
 * @packageDocumentation
 */
import type { DrainOnSignalOptions } from "../server/lifecycle/drain.js";
import type { Names } from "../shared/misspelt.js";

export { RefreshOnEvent } from "./refresh-on-event.js";
export type { RefreshOnEventProps } from "./refresher.js";
export { revalidate } from "./revalidate.js";
export { type RevalidateOptions, revalidateOn, type TagsOf } from "./revalidate-on.js";
export { type NextConfigLike, withMillrace } from "./with-millrace.js";

/** Options of {@link register}. */
export interface RegisterOptions {
  /**
   * How the streams of all hubs end when the production server is told to end; see {@link drainOnSignal}. `false`: they go
   * on, and `next start` waits for them. Default: within 5000 ms; the clients come back spread over 10000 ms.
   */
  drain?: DrainOnSignalOptions | false;
}

const REGISTER_OPTIONS: Names<RegisterOptions> = { drain: true };

/**
 * For `instrumentation.ts`: loads the addon when the server starts, so that a broken installation shows at once and not
 * with the first request; has route handlers' streams written by the core itself from the first request on (without it,
 * from the second on); and ends the streams when `next start` is told to end, which would wait for them for ever. Does
 * nothing in the edge runtime, for which Next.js compiles that file, too.
 *
 * @throws SSEError `NO_NATIVE_BINARY` where the addon does not load; TypeError for a misspelt or wrong option, in whatever mode.
 * @example
 * export { register } from "millrace/next";
 */
export async function register(options: RegisterOptions = {}): Promise<void> {
  // Only in this form, with the import inside, do both bundlers leave it out of what they make for the edge.
  if (process.env.NEXT_RUNTIME !== "edge") {
    const { nativeModule } = await import("../native/load-native.js");
    const { requireBinding } = await import("../native/require-binding.js");
    const { writeToSockets } = await import("../server/http/node-requests.js");
    const { checkOnSignalOptions, drainAllOnSignal } = await import("../server/lifecycle/drain.js");
    const { requireKnown } = await import("../shared/misspelt.js");
    requireKnown("register", options, REGISTER_OPTIONS);
    const { drain = {} } = options;
    if (drain !== false) checkOnSignalOptions("drain", drain);
    writeToSockets();
    requireBinding(nativeModule);
    if (drain === false || process.env.NODE_ENV !== "production") return;
    drainAllOnSignal({ withinMs: 5000, ...drain });
  }
}
