// The client's claims, for verdicts.mjs: one a workload and place.
import { workloads } from "./workloads.mjs";

/** How many times eventsource-parser's throughput, at least. */
const targets = {
  tokens: { chromium: 1.8, node: 1.1 },
  small: { chromium: 1.2, node: 1.8 },
  crlf: { chromium: 1.6, node: 2.2 },
  lines: { chromium: 2, node: 2.7 },
  json: { chromium: 1, node: 1.5 },
  large: { chromium: 1, node: 1.8 },
  eastern: { chromium: 0.95, node: 1 },
  dedup: { chromium: 1.8, node: 2.2 },
  "stray-cr": { chromium: 8, node: 8 },
};
/** The whole takes four times its quarter, and no more than this times that. */
const LINEAR = 1.3;

const timeOverQuarters = (side) => (m) => m.parse[`${side}Quarter`] / m.parse[side];
const linear = [
  { what: "time ÷ (4 × that of 2 MB)", value: timeOverQuarters("millrace"), atMost: LINEAR },
  { what: "the same, eventsource-parser", value: timeOverQuarters("parser") },
];

export const measurementOf = (workload, where) => ({ measure: "parse", unit: "bytes/s", workload, where });

export function claimOf({ id, title }, where) {
  const timesParser = {
    what: "× eventsource-parser",
    value: (m) => m.parse.millrace / m.parse.parser,
    atLeast: targets[id]?.[where],
  };
  return {
    id: `${id}, ${where}`,
    title: `${title}, ${where}`,
    needs: { parse: measurementOf(id, where) },
    targets: id === "line" ? [...linear, timesParser] : [timesParser],
  };
}

export const claimsOf = (ids, wheres) =>
  wheres.flatMap((where) => workloads.filter(({ id }) => ids.includes(id)).map((workload) => claimOf(workload, where)));
