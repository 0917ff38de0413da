// The client's parse bench: bytes in, strings out, beside eventsource-parser, in Chromium and in Node.
//   node bench/client.mjs [--repeats=7] [--only=tokens,dedup] [--where=node] [--quick]
// Prints tables and writes bench/results/client.json. A missed target is a result; events that differ are a failure.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../scripts/lib/process.mjs";
import { claimsOf } from "./client/claims.mjs";
import { places } from "./client/places.mjs";
import { workloads } from "./client/workloads.mjs";
import { keyOf } from "./measure/index.mjs";
import { packageVersion, printThroughput, printVerdicts, recordOf } from "./report.mjs";
import { verdictsOf } from "./verdicts.mjs";

const { values } = parseArgs({
  options: {
    repeats: { type: "string" },
    only: { type: "string" },
    where: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const { quick, only } = values;
const repeats = Number(values.repeats ?? (quick ? 1 : 7));
const known = workloads.map(({ id }) => id);
const ids = only?.split(",") ?? known;
const wheres = values.where?.split(",") ?? Object.keys(places);
const isKnown = ids.every((id) => known.includes(id)) && wheres.every((where) => Object.hasOwn(places, where));
if (!isKnown || !Number.isInteger(repeats) || repeats < 1) {
  console.error(
    `client: --repeats= from 1, --where= of ${Object.keys(places).join(", ")}, --only= of ${known.join(", ")}`,
  );
  process.exit(2);
}

const began = performance.now();
const options = quick ? { repeats, warmupMs: 20, sampleMs: 10 } : { repeats, warmupMs: 400, sampleMs: 150 };
const claims = claimsOf(ids, wheres);
const results = new Map();
const versions = { "eventsource-parser": packageVersion("eventsource-parser") };

for (const where of wheres) {
  const place = await places[where]();
  versions[where] = place.version;
  try {
    for (const measurement of claims.map(({ needs }) => needs.parse).filter((needed) => needed.where === where)) {
      const entry = { measurement, rounds: [], problems: [] };
      results.set(keyOf(measurement), entry);
      try {
        entry.rounds = await place.measure(measurement.workload, options);
      } catch (error) {
        entry.problems.push(error.message);
      }
      console.log(`${where} ${measurement.workload}: ${entry.problems[0] ?? `${entry.rounds.length} rounds`}`);
    }
  } finally {
    await place.close();
  }
}

const verdicts = verdictsOf(claims, results);
const seconds = (performance.now() - began) / 1000;
printThroughput(results);
printVerdicts(verdicts);

// A part of the run, or a quick one, does not replace the results that are published.
if (only === undefined && values.where === undefined && !quick) {
  mkdirSync(join(root, "bench/results"), { recursive: true });
  const record = recordOf({ results, verdicts, repeats, quick, seconds, versions });
  writeFileSync(join(root, "bench/results/client.json"), `${JSON.stringify(record, null, 2)}\n`);
}
const failed = [...results.values()].filter(({ problems }) => problems.length > 0);
console.log(`\nclient: ${Math.round(seconds)} s, ${failed.length} measurements failed`);
process.exit(failed.length === 0 ? 0 : 1);
