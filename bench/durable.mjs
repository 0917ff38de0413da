// What a hub with a file does beside one without, and beside better-sqlite3: publishing, acknowledging, replaying, and how soon it is there
// again after a restart.
//   node bench/durable.mjs [--quick] [--repeats=5] [--only=publish,acknowledge,replay,storm,restart]
// Prints tables and writes bench/results/durable.json. The files are below build/, and go with the process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../scripts/lib/process.mjs";
import { buildPrograms } from "./drive/program.mjs";
import { acknowledge, sync } from "./durable/acknowledge.mjs";
import { claims } from "./durable/claims.mjs";
import { publish } from "./durable/publish.mjs";
import { replay } from "./durable/replay.mjs";
import { restart } from "./durable/restart.mjs";
import { sqliteTarget } from "./durable/sqlite.mjs";
import { liveAmong } from "./durable/storm.mjs";
import { packageVersion, printVerdicts, recordOf } from "./report.mjs";
import { takeRounds } from "./rounds.mjs";
import { spreads } from "./statistics.mjs";
import { verdictsOf } from "./verdicts.mjs";

const { values } = parseArgs({
  options: { repeats: { type: "string" }, only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const { quick, only } = values;
const repeats = Number(values.repeats ?? (quick ? 1 : 5));
const ids = [...new Set(claims.map(({ id }) => id))];
const names = only?.split(",") ?? ids;
const chosen = claims.filter(({ id }) => names.includes(id));
if (names.some((name) => !ids.includes(name)) || !Number.isInteger(repeats) || repeats < 1) {
  console.error(`durable: --repeats= from 1, --only= of ${ids.join(", ")}`);
  process.exit(2);
}

/** Each measure, and what the quick run has less of. */
const measures = {
  publish: [publish, { seconds: 0.3, burst: 2000 }],
  acknowledge: [acknowledge, { seconds: 0.3 }],
  sync: [sync, { seconds: 0.1 }],
  replay: [replay, { events: 1000 }],
  live: [liveAmong, { clients: 100, events: 1000, seconds: 1 }],
  restart: [restart, { fileBytes: 20e6 }],
};

function take({ measure, ...options }) {
  const [taken, less] = measures[measure];
  return taken({ ...options, ...(quick ? less : {}) });
}

function tell({ round, measurement, seconds, result, error }) {
  const { measure, ...options } = measurement;
  const figures = Object.entries(result ?? {}).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  const outcome = error ? `FAILED: ${error.message.split("\n")[0]}` : figures.join(", ");
  console.log(`${round + 1}/${repeats} ${measure} ${JSON.stringify(options)} (${seconds.toFixed(1)} s): ${outcome}`);
}

const began = performance.now();
await buildPrograms(sqliteTarget);
const results = await takeRounds(chosen, { repeats, quick, onResult: tell, take });
const verdicts = verdictsOf(chosen, results);
for (const { measurement, rounds, problems } of results.values()) {
  const figures = Object.entries(spreads(rounds.filter(Boolean)));
  const shown = figures.map(
    ([name, { median, min, max }]) => `${name} ${[median, min, max].map(Math.round).join(" ")}`,
  );
  console.log(JSON.stringify(measurement), shown.join(", "), ...problems);
}
printVerdicts(verdicts);

// A part of the run, or a quick one, does not replace the results that are published.
if (only === undefined && !quick) {
  const versions = { "better-sqlite3": packageVersion("better-sqlite3") };
  const seconds = (performance.now() - began) / 1000;
  const record = recordOf({ results, verdicts, repeats, quick, seconds, versions });
  writeFileSync(join(root, "bench/results/durable.json"), `${JSON.stringify(record, null, 2)}\n`);
}
const failed = [...results.values()].filter(({ problems }) => problems.length > 0);
console.log(`\ndurable: ${Math.round((performance.now() - began) / 1000)} s, ${failed.length} measurements failed`);
process.exit(failed.length === 0 ? 0 : 1);
