import { performance } from "node:perf_hooks";

/** Milliseconds on a monotonic clock. Taken when the module is loaded, so that fake timers in a test do not stop the events. */
export const now: () => number = performance.now.bind(performance);
