// The simulation: hub, store and clients in one process under one seed (tests/sim, CONTRIBUTING.md).
//   npm run sim -- --seed=1 --steps=1000000
//   npm run sim -- --schedule=FILE --trace     once more what was found
//   npm run sim -- --planted                   finds the bugs of tests/sim/planted_bugs.json
//   npm run sim -- --help                      all there is
import { resolve } from "node:path";
import { MOST_STEPS, runPlantedBugs, runSimulation } from "./lib/simulation.mjs";
import { printTable } from "./lib/table.mjs";

const args = process.argv.slice(2);
if (args.includes("--planted")) {
  const { ok, output, rows } = await runPlantedBugs();
  printTable([["planted bug", "seed", "steps", "shrunk to", "found as"], ...rows]);
  console.log(ok ? `\nAll of them were found in ${MOST_STEPS} steps.` : `\n${output}`);
  process.exit(ok ? 0 : 1);
}
// npm has gone to the project's folder; a file is meant from where it was called.
const from = process.env.INIT_CWD ?? process.cwd();
const given = args.map((argument) =>
  argument.startsWith("--schedule=") ? `--schedule=${resolve(from, argument.slice("--schedule=".length))}` : argument,
);
const { code } = await runSimulation(given, { echo: true });
process.exit(code);
