// Runs the tests of one of jest.config.mjs's projects.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cores, nodeTool, root, run } from "./process.mjs";

/** Two at once also where there are two cores only: many tests wait for others more than they compute. */
const workers = Math.max(2, cores - 1);

/**
 * Gives { ok, output, passed, failed, skipped }. Logs go into the folder `results`. After `timeoutMs` the run is killed, and
 * the output names the tests that had not ended.
 */
export async function runJest(project, { results, timeoutMs }) {
  const report = join(results, `jest-${project}.json`);
  const unfinished = join(results, `unfinished-${project}.txt`);
  for (const file of [report, unfinished]) rmSync(file, { force: true });
  const reporters = ["default", [join(root, "scripts/lib/unfinished-tests.mjs"), { file: unfinished }]];
  const { ok, output } = await run(
    ...nodeTool(
      "jest/bin/jest.js",
      ...["--selectProjects", project, "--ci", `--maxWorkers=${workers}`],
      // A test that fails leaves its server open: it must not keep the run from ending and telling so.
      "--forceExit",
      ...["--json", "--outputFile", report],
    ),
    {
      timeoutMs,
      env: {
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --experimental-vm-modules`.trim(),
        MILLRACE_JEST_REPORTERS: JSON.stringify(reporters),
      },
    },
  );
  if (!existsSync(report)) {
    const hung = existsSync(unfinished) ? readFileSync(unfinished, "utf8") : "";
    return { ok: false, output: hung === "" ? output : `${output}\nNot ended by then:\n${hung}\n` };
  }
  const found = JSON.parse(readFileSync(report, "utf8"));
  return {
    ok,
    // With --json, stdout is the report itself; what people read is in there too.
    output: ok ? output : found.testResults.map((suite) => suite.message).join("\n") || output,
    passed: found.numPassedTests,
    // A suite that does not even load has no tests, but it has failed.
    failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}
