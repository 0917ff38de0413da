// The fan-out bench: every claim of README.md's table, all peers in one interleaved run.
//   node bench/fanout.mjs [--repeats=3] [--only=burst,cpu] [--quick]
// Prints tables and writes bench/results/fanout.json. A missed target is a result; lost or repeated events are a failure.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../scripts/lib/process.mjs";
import { claims } from "./claims/index.mjs";
import { buildPrograms } from "./drive/program.mjs";
import { peerVersions, printFigures, printVerdicts, recordOf } from "./report.mjs";
import { takeRounds } from "./rounds.mjs";
import { verdictsOf } from "./verdicts.mjs";

const { values } = parseArgs({
  options: { repeats: { type: "string" }, only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const { quick, only } = values;
const repeats = Number(values.repeats ?? (quick ? 1 : 3));
const names = only?.split(",") ?? claims.map(({ id }) => id);
const chosen = claims.filter(({ id }) => names.includes(id));
if (chosen.length < names.length || !Number.isInteger(repeats) || repeats < 1) {
  console.error(`fanout: --repeats= from 1, --only= of ${claims.map(({ id }) => id).join(", ")}`);
  process.exit(2);
}

function tell({ round, measurement, seconds, error }) {
  const { measure, peer, ...options } = measurement;
  const outcome = error ? `FAILED: ${error.message.split("\n")[0]}` : `${seconds.toFixed(1)} s`;
  console.log(`${round + 1}/${repeats} ${measure} ${peer} ${JSON.stringify(options)}: ${outcome}`);
}

const began = performance.now();
await buildPrograms();
const results = await takeRounds(chosen, { repeats, quick, onResult: tell });
const verdicts = verdictsOf(chosen, results);
const seconds = (performance.now() - began) / 1000;
printFigures(results);
printVerdicts(verdicts);

// A part of the run, or a quick one, does not replace the results that are published.
if (only === undefined && !quick) {
  mkdirSync(join(root, "bench/results"), { recursive: true });
  const record = recordOf({ results, verdicts, repeats, quick, seconds, versions: peerVersions() });
  writeFileSync(join(root, "bench/results/fanout.json"), `${JSON.stringify(record, null, 2)}\n`);
}
const lossy = [...results.values()].filter((entry) => entry.lossy);
for (const { measurement, problems } of lossy)
  console.error(`Events lost or repeated by ${measurement.peer}: ${problems}`);
console.log(`\nfanout: ${Math.round(seconds)} s, ${lossy.length} measurements with lost or repeated events`);
process.exit(lossy.length === 0 ? 0 : 1);
