// Runs the GoogleTests of a build. ctest starts a process for each test, which under AddressSanitizer took over ten minutes
// for 1,700 tests; the same in one process a core takes some seconds. So ctest only says what there is to run.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cores, mapParallel, root, run } from "./process.mjs";

/** The distinct programs that ctest would run: { file, cwd }. */
async function programs(preset) {
  const { ok, output } = await run("ctest", ["--preset", preset, "--show-only=json-v1"]);
  if (!ok) throw new Error(output);
  const found = new Map();
  for (const { name, command, properties = [] } of JSON.parse(output).tests) {
    if (command === undefined) throw new Error(`${name}: build the preset ${preset} first`);
    const [file, ...rest] = command;
    if (!rest.some((argument) => argument.startsWith("--gtest_filter="))) throw new Error(`${name} is no GoogleTest`);
    found.set(file, { file, cwd: properties.find((property) => property.name === "WORKING_DIRECTORY")?.value ?? root });
  }
  return [...found.values()];
}

function countReport(file) {
  // A program that crashes leaves no report.
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8"));
  const tests = report.testsuites.flatMap((suite) => suite.testsuite);
  const skipped = tests.filter((test) => test.result === "SKIPPED" || test.status === "NOTRUN").length;
  const failed = report.failures + report.errors;
  return { passed: tests.length - failed - skipped, failed, skipped };
}

/** What a program has printed, without the tests that are well; where it was killed, with the name of the test that hung. */
function readable(output, report) {
  const rest = output.replace(/^\[ (?:RUN {5}| {6}OK) \].*\n/gm, "");
  const last = existsSync(report) ? undefined : [...output.matchAll(/^\[ RUN {6}\] (.*)$/gm)].at(-1)?.[1];
  return last === undefined ? rest : `${rest}\nIt was in ${last}\n`;
}

/** Gives { ok, output, passed, failed, skipped }. The build must be there. `timeoutMs`: of each program. */
export async function runGoogleTests(preset, { env = {}, timeoutMs } = {}) {
  const folder = join(root, "build/test", preset);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const jobs = (await programs(preset)).flatMap((program) =>
    Array.from({ length: cores }, (_, shard) => ({
      ...program,
      shard,
      report: join(folder, `${basename(program.file)}-${shard}.json`),
    })),
  );
  const results = await mapParallel(jobs, async ({ file, cwd, shard, report }) => {
    const { ok, output } = await run(file, [`--gtest_output=json:${report}`], {
      cwd,
      timeoutMs,
      env: { ...env, GTEST_TOTAL_SHARDS: String(cores), GTEST_SHARD_INDEX: String(shard) },
    });
    return { ok, output: ok ? "" : readable(output, report), ...countReport(report) };
  });
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  return {
    // No tests at all is no pass.
    ok: sum("passed") > 0 && results.every((result) => result.ok),
    output: results.map((result) => result.output).join(""),
    passed: sum("passed"),
    failed: sum("failed"),
    skipped: sum("skipped"),
  };
}
