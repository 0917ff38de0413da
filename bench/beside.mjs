// Has anything become slower? This work tree beside another one of this repository, interleaved: both have their own peers/millrace.mjs, and share
// the load client.
//   MILLRACE_BEFORE=../before node bench/beside.mjs [--repeats=7] [--only=paced,idle] [--quick]
// The other work tree is made and built so:
//   git worktree add ../before COMMIT; cd ../before; ln -s ../here/node_modules; node scripts/build.mjs
// Prints a table, and fails where a claim got more than 3 % worse (CONTRIBUTING.md).
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildPrograms } from "./drive/program.mjs";
import { printFigures, printVerdicts } from "./report.mjs";
import { takeRounds } from "./rounds.mjs";
import { verdictsOf } from "./verdicts.mjs";

const { values } = parseArgs({
  options: { repeats: { type: "string" }, only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const { quick } = values;
const repeats = Number(values.repeats ?? (quick ? 1 : 7));
process.env.MILLRACE_BEFORE = resolve(process.env.MILLRACE_BEFORE ?? "");
if (!existsSync(join(process.env.MILLRACE_BEFORE, "dist/native")) || !(repeats >= 1)) {
  console.error("beside: MILLRACE_BEFORE= a work tree that is built, --repeats= from 1");
  process.exit(2);
}

/** One measurement of both. `key`: its figure; more of it is better, or less. */
const claim = (id, title, measurement, key, better) => ({
  id,
  title,
  needs: { now: { ...measurement, peer: "millrace" }, before: { ...measurement, peer: "millrace-before" } },
  targets: [
    {
      what: "× before",
      value: ({ now, before }) => now[key] / before[key],
      ...(better === "more" ? { atLeast: 0.97 } : { atMost: 1.03 }),
    },
  ],
});
const burst = { measure: "burst", connections: 1000, bytes: 140 };
const pace = { measure: "pace", connections: 1000, bytes: 140 };
const claims = [
  claim("burst", "burst, 1,000 connections, 140 B", burst, "deliveriesPerSecond", "more"),
  claim("burst-cpu", "the same, CPU a delivery", burst, "cpuNsPerDelivery", "less"),
  claim("together", "burst in one turn", { ...burst, together: true }, "deliveriesPerSecond", "more"),
  claim("publish", "publish() in a burst, the mean", burst, "meanCallNs", "less"),
  claim("paced", "publish() at 50/s, the median", pace, "medianCallNs", "less"),
  claim("cpu", "CPU a delivery at 50/s", pace, "cpuNsPerDelivery", "less"),
  claim("idle", "memory an idle connection", { measure: "idle", connections: 10_000 }, "bytesPerConnection", "less"),
].filter(({ id }) => values.only?.split(",").includes(id) ?? true);

await buildPrograms();
const onResult = ({ round, measurement, error }) =>
  console.log(`${round + 1}/${repeats} ${measurement.measure} ${measurement.peer} ${error?.message ?? ""}`);
const results = await takeRounds(claims, { repeats, quick, onResult });
const verdicts = verdictsOf(claims, results);
printFigures(results);
printVerdicts(verdicts);
process.exit(verdicts.every(({ verdict }) => verdict === "met") ? 0 : 1);
