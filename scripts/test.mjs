// The whole suite, in order, up to the first failure.
//   node scripts/test.mjs [--only=lint,core,...]
// With MILLRACE_TEST_ALL in the environment also what few changes touch, and takes minutes: `matrix`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cmakeBuild } from "./build.mjs";
import { buildExample } from "./example.mjs";
import { hashOf, hashOfFiles, listFiles, Stamp } from "./lib/files.mjs";
import { runGoogleTests } from "./lib/google-tests.mjs";
import { nodeTool, root, run } from "./lib/process.mjs";
import { printTable } from "./lib/table.mjs";

const results = join(root, "build/test");
const coreInputs = [
  ..."CMakeLists.txt CMakePresets.json native tests/CMakeLists.txt".split(" "),
  ..."core io json vectors".split(" ").map((folder) => `tests/${folder}`),
];

const sanitizerEnv = {
  ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_string_checks=1",
  UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
};

async function jest(project, timeoutMs) {
  const report = join(results, `jest-${project}.json`);
  rmSync(report, { force: true });
  const { ok, output } = await run(
    // A test that fails leaves its server open: it must not keep the run from ending and telling so.
    ...nodeTool(
      "jest/bin/jest.js",
      "--selectProjects",
      project,
      "--ci",
      "--forceExit",
      "--json",
      "--outputFile",
      report,
    ),
    { timeoutMs, env: { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --experimental-vm-modules`.trim() } },
  );
  if (!existsSync(report)) return { ok: false, output };
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

/**
 * Checks the declarations that the package ships by themselves. Users have `skipLibCheck`, which turns a type that is
 * missing there (`@internal` strips it) into a silent `any`.
 */
function declarations() {
  const files = ["dist/esm", "dist/cjs"]
    .flatMap((folder) => listFiles(join(root, folder), { all: true }))
    .filter((file) => file.endsWith("index.d.ts"));
  const config = join(results, "tsconfig.declarations.json");
  const compilerOptions = { noEmit: true, skipLibCheck: false, types: ["node"] };
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, files }));
  return run(...nodeTool("typescript/bin/tsc", "-p", config));
}

/** What a page loads for `millrace/react`, as the package's tests measured it. */
function browserSize() {
  const file = join(root, "bench/results/size.json");
  if (!existsSync(file)) return "";
  const { asking, all } = JSON.parse(readFileSync(file, "utf8"))["millrace/react"];
  return `millrace/react: ${asking.brotli} bytes brotli before the stream is asked for, ${all.brotli} in all`;
}

/** Skips what passed with the same inputs. For checks only: the tests themselves always run. */
async function unlessUnchanged(name, inputs, check) {
  const stamp = new Stamp(`build/test/passed-${name}`);
  const hash = hashOf(process.version, hashOfFiles(inputs));
  if (stamp.matches(hash)) return { ok: true, output: "", note: "unchanged since it passed" };
  stamp.clear();
  const result = await check();
  if (result.ok) stamp.set(hash);
  return result;
}

/**
 * What a step gives: ok, its output, and for tests how many passed, failed and were skipped; a note says what is
 * particular about this run.
 */
const steps = {
  lint: () => unlessUnchanged("lint", ["."], () => run(process.execPath, ["scripts/lint.mjs"])),
  core: async () => {
    await cmakeBuild("release");
    return runGoogleTests("release");
  },
  sanitizers: () =>
    unlessUnchanged("sanitizers", coreInputs, async () => {
      await cmakeBuild("asan");
      const { ok, output, passed, failed } = await runGoogleTests("asan", sanitizerEnv);
      // The same tests as in `core`: they are not counted again, unless they fail.
      return { ok, output, failed, note: `${passed} tests of the core, again` };
    }),
  unit: () => jest("unit", 10 * 60_000),
  types: async () => {
    const shipped = await declarations();
    if (!shipped.ok || !existsSync(join(root, "tests/types/tsconfig.json"))) return shipped;
    return run(...nodeTool("typescript/bin/tsc", "-p", "tests/types/tsconfig.json", "--noEmit"));
  },
  // The bench's own programs count right; it measures nothing.
  bench: () => run(process.execPath, ["bench/check.mjs"]),
  example: () => buildExample(),
  browser: () => jest("browser", 10 * 60_000),
  package: async () => ({ ...(await jest("package", 15 * 60_000)), note: browserSize() }),
  // Slower checks: how people install, bundle and compile it.
  matrix: () => jest("matrix", 15 * 60_000),
};

const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
const usual = Object.keys(steps).filter((name) => name !== "matrix" || process.env.MILLRACE_TEST_ALL);
const chosen = only === undefined ? usual : only.split(",");
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
    result = await steps[name]();
  } catch (error) {
    result = { ok: false, output: error.stack ?? String(error) };
  }
  const { ok, output, passed = 0, failed = 0, skipped = 0, note = "" } = result;
  const seconds = (performance.now() - began) / 1000;
  writeFileSync(join(results, `${name}.log`), output);
  rows.push({ name, ok, seconds, passed, failed: ok ? 0 : Math.max(failed, 1), skipped, note });
  if (!ok) {
    console.log(`${output.trimEnd()}\n\n${name} failed; its output is also in build/test/${name}.log\n`);
    break;
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
