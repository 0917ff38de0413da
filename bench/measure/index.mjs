// A measurement is data, so that claims which need the same one share it: `{ measure: "burst", peer, … }`.
import { burst } from "./burst.mjs";
import { idle, lag } from "./memory.mjs";
import { pace } from "./pace.mjs";

const measures = { burst, pace, idle, lag };

export function take({ measure, ...options }) {
  return measures[measure](options);
}

/** One text for equal measurements. */
export function keyOf(measurement) {
  return JSON.stringify(Object.entries(measurement).sort(([a], [b]) => (a < b ? -1 : 1)));
}
