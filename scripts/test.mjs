// The whole suite, in order.
//   node scripts/test.mjs                 what `npm test` runs; with MILLRACE_TEST_ALL in the environment everything
//   node scripts/test.mjs --check         what `npm run check` runs: what takes minutes
//   node scripts/test.mjs --only=lint,core,...
//   --keep-going   not only up to the first failure
//   --all          clang-tidy looks at every file that it has not seen pass, changed or not
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSteps, results, testSteps } from "./lib/steps.mjs";
import { printTable } from "./lib/table.mjs";

const steps = { ...testSteps, ...checkSteps };
const wantsAll = Boolean(process.env.MILLRACE_TEST_ALL);
const all = process.argv.includes("--all") || wantsAll;
const keepsGoing = process.argv.includes("--keep-going");

function chooseSteps() {
  const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
  if (only !== undefined) return only.split(",");
  if (process.argv.includes("--check")) return Object.keys(checkSteps);
  return Object.keys(wantsAll ? steps : testSteps);
}

const chosen = chooseSteps();
const unknown = chosen.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  console.error(`test: no step ${unknown.join(", ")}; there are ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}

mkdirSync(results, { recursive: true });
const rows = [];
for (const name of chosen) {
  console.log(`${name} …`);
  const began = performance.now();
  let result;
  try {
    result = await steps[name]({ all });
  } catch (error) {
    result = { ok: false, output: error.stack ?? String(error) };
  }
  const { ok, output, passed = 0, failed = 0, skipped = 0, note = "" } = result;
  const seconds = (performance.now() - began) / 1000;
  writeFileSync(join(results, `${name}.log`), output);
  rows.push({ name, ok, seconds, passed, failed: ok ? 0 : Math.max(failed, 1), skipped, note });
  if (!ok) {
    console.log(`${output.trimEnd()}\n\n${name} failed; its output is also in build/test/${name}.log\n`);
    if (!keepsGoing) break;
    continue;
  }
  console.log(`${name} passed in ${seconds.toFixed(1)} s${passed ? `, ${passed} tests` : ""}${note && `, ${note}`}`);
}

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
printTable([
  ["step", "result", "seconds", "passed", "failed", "skipped", ""],
  ...rows.map((row) => [
    row.name,
    row.ok ? "ok" : "FAILED",
    row.seconds.toFixed(1),
    row.passed || "-",
    row.failed || "-",
    row.skipped || "-",
    row.note,
  ]),
  ...chosen.slice(rows.length).map((name) => [name, "not run", "-", "-", "-", "-", ""]),
  ["all", "", sum("seconds").toFixed(1), sum("passed"), sum("failed"), sum("skipped"), ""],
]);
// CI reads this line.
console.log(`\nmillrace: ${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 ? 0 : 1);
