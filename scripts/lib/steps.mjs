// The steps of the whole suite, and which command runs which of them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cmakeBuild, cmakeConfigure } from "../build.mjs";
import { buildExample } from "../example.mjs";
import { clangTidy } from "./clang-tidy.mjs";
import { hashOf, hashOfFiles, listFiles, Stamp } from "./files.mjs";
import { runGoogleTests } from "./google-tests.mjs";
import { runJest } from "./jest.mjs";
import { nodeTool, root, run } from "./process.mjs";
import { runPlantedBugs, runSimulation } from "./simulation.mjs";

/** Where logs, reports and stamps go. */
export const results = join(root, "build/test");
const MINUTES = 60_000;

const coreInputs = [
  ..."CMakeLists.txt CMakePresets.json cmake native tests/CMakeLists.txt".split(" "),
  ..."core io json sim support vectors".split(" ").map((folder) => `tests/${folder}`),
];

const sanitizerEnv = {
  ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_string_checks=1",
  UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
};

const jest = (project, timeoutMs) => runJest(project, { results, timeoutMs });

/**
 * Checks the declarations that the package ships by themselves. Users have `skipLibCheck`, which turns a type that is
 * missing there (`@internal` strips it) into a silent `any`. Then without the browser's types, which a backend's project has not.
 */
async function declarations() {
  const entries = ["dist/esm", "dist/cjs"]
    .flatMap((folder) => listFiles(join(root, folder), { all: true }))
    // The AI SDK's own declarations do not compile without skipLibCheck.
    .filter((file) => file.endsWith("index.d.ts") && !file.endsWith("ai/index.d.ts"));
  const all = await compile("declarations", entries, {});
  if (!all.ok) return all;
  return compile("backend", entries, { lib: ["es2023"] });
}

function compile(name, files, options) {
  const config = join(results, `tsconfig.${name}.json`);
  const compilerOptions = { noEmit: true, skipLibCheck: false, types: ["node"], ...options };
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
 * What `npm test` runs, in this order. A step gives ok, its output, and for tests how many passed, failed and were skipped;
 * a note says what is particular about this run. Each has a limit of time, and its output names what did not keep it.
 */
export const testSteps = {
  lint: () => unlessUnchanged("lint", ["."], () => run(process.execPath, ["scripts/lint.mjs"])),
  core: async () => {
    await cmakeBuild("release");
    return runGoogleTests("release", { timeoutMs: 5 * MINUTES });
  },
  unit: () => jest("unit", 10 * MINUTES),
  types: async () => {
    const shipped = await declarations();
    if (!shipped.ok || !existsSync(join(root, "tests/types/tsconfig.json"))) return shipped;
    const own = await run(...nodeTool("typescript/bin/tsc", "-p", "tests/types/tsconfig.json", "--noEmit"));
    return own.ok ? run(...nodeTool("typescript/bin/tsc", "-p", "tests/types/ai/tsconfig.json", "--noEmit")) : own;
  },
  // The bench's own programs count right; it measures nothing.
  bench: () => run(process.execPath, ["bench/check.mjs"], { timeoutMs: 5 * MINUTES }),
  example: () => buildExample({ timeoutMs: 10 * MINUTES }),
  browser: () => jest("browser", 10 * MINUTES),
  package: async () => ({ ...(await jest("package", 10 * MINUTES)), note: browserSize() }),
};

/** What `npm run check` runs: what takes minutes. `all`: clang-tidy takes no commit's word for a file. */
export const checkSteps = {
  "clang-tidy": async ({ all }) => {
    await cmakeConfigure("release");
    const { ok, output, note } = await clangTidy({ all });
    return { ok, output, note };
  },
  sanitizers: () =>
    unlessUnchanged("sanitizers", coreInputs, async () => {
      await cmakeBuild("asan");
      const { ok, output, passed, failed } = await runGoogleTests("asan", {
        env: sanitizerEnv,
        timeoutMs: 10 * MINUTES,
      });
      // The same tests as in `core`: they are not counted again, unless they fail.
      return { ok, output, failed, note: `${passed} tests of the core, again` };
    }),
  // Hub, store and clients under many seeds; then the bugs that it has to find.
  sim: () =>
    unlessUnchanged("sim", [...coreInputs, "scripts/lib/simulation.mjs"], async () => {
      const simulation = await runSimulation(["--steps=3000000"], { timeoutMs: 5 * MINUTES });
      if (!simulation.ok) return simulation;
      const { ok, output, rows } = await runPlantedBugs({ timeoutMs: 3 * MINUTES });
      const note = `${simulation.output.trimEnd().split("\n").at(-1)}; ${rows.length} planted bugs`;
      return { ok, output: ok ? `${simulation.output}${rows.map((row) => row.join(" ")).join("\n")}\n` : output, note };
    }),
  // The demo's run, which compiles and tests the core before the eyes of a page.
  "browser-slow": async () => {
    const example = await buildExample({ timeoutMs: 10 * MINUTES });
    return example.ok ? jest("browser-slow", 15 * MINUTES) : example;
  },
  // How people install, bundle and compile it.
  matrix: () => jest("matrix", 15 * MINUTES),
};
