// clang-tidy over every file that a build compiles, on all cores, and only over what changed since it last passed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hashOf, replaceFile, shown } from "./files.mjs";
import { withIncludes } from "./includes.mjs";
import { mapParallel, root, run } from "./process.mjs";

const passedFile = join(root, "build/lint/clang-tidy.json");
// The analyzer takes a GoogleTest file four times as long as all the other checks, and what it walks through in the mind,
// the sanitizers run. A test's vectors need not be fast.
const notInTests = "--checks=-clang-analyzer-*,-performance-inefficient-vector-operation";
const ours = /^(?:native|wasm|tests)\//;

/** The files of ours that a preset compiles: { file, folder, command }. */
function compiledFiles(preset) {
  const folder = join(root, "build", preset);
  const database = JSON.parse(readFileSync(join(folder, "compile_commands.json"), "utf8"));
  return database
    .map(({ file, command }) => ({ file, folder, command }))
    .filter(({ file }) => ours.test(shown(file)) && existsSync(file));
}

/** What em++ adds to the command line, for clang-tidy reads the command but is no em++. */
async function emscriptenFlags() {
  const { ok, output } = await run("em++", ["--cflags"], { env: { EM_NODE_JS: process.execPath } });
  if (!ok) throw new Error(`em++ --cflags failed:\n${output}`);
  const flags = output.trim().split("\n").at(-1).split(/\s+/);
  const sysroot = flags.find((flag) => flag.startsWith("--sysroot="));
  return ["--target=wasm32-unknown-emscripten", sysroot, ...flags.filter((flag) => flag.startsWith("-D"))];
}

/** Gives { checked, unchanged, output }; output is empty when all is well. */
export async function clangTidy() {
  const jobs = compiledFiles("release").map((job) => ({ ...job, flags: [] }));
  if (existsSync(join(root, "build/wasm/compile_commands.json"))) {
    const known = new Set(jobs.map((job) => job.file));
    const flags = await emscriptenFlags();
    jobs.push(
      ...compiledFiles("wasm")
        .filter((job) => !known.has(job.file))
        .map((job) => ({ ...job, flags })),
    );
  }
  const { output: version } = await run("clang-tidy", ["--version"]);
  const config = readFileSync(join(root, ".clang-tidy"));
  const passed = existsSync(passedFile) ? JSON.parse(readFileSync(passedFile, "utf8")) : {};
  const now = {};
  const outputs = await mapParallel(jobs, async ({ file, folder, command, flags }) => {
    const name = shown(file);
    const checks = name.startsWith("tests/") ? [notInTests] : [];
    const inputs = [...withIncludes(file, [join(root, "native"), root])].sort();
    const hash = hashOf(
      version,
      config,
      command,
      ...flags,
      ...checks,
      ...inputs.flatMap((path) => [shown(path), readFileSync(path)]),
    );
    if (passed[name] === hash) {
      now[name] = hash;
      return undefined;
    }
    // The commands are g++'s, and clang does not know every warning of it.
    const extra = ["-Wno-unknown-warning-option", ...flags].map((flag) => `--extra-arg=${flag}`);
    const { ok, output } = await run("clang-tidy", ["--quiet", "-p", folder, ...checks, ...extra, file]);
    if (ok) now[name] = hash;
    return ok ? "" : output.replace(/^\d+ warnings? (?:generated|treated as errors?)\.?\n/gm, "");
  });
  replaceFile(passedFile, `${JSON.stringify(now, null, 2)}\n`);
  const checked = outputs.filter((output) => output !== undefined);
  return { checked: checked.length, unchanged: jobs.length - checked.length, output: checked.join("") };
}
