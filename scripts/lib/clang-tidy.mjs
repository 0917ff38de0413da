// clang-tidy over every file that a build compiles, on all cores, and only over what may have changed since it passed.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { changesSince } from "./changes.mjs";
import { hashOf, replaceFile, shown } from "./files.mjs";
import { withIncludes } from "./includes.mjs";
import { mapParallel, root, run } from "./process.mjs";

/** The hash of what each file's result depends on, when it last passed. */
const passedFile = join(root, "build/lint/clang-tidy.json");
/** Where the checks are the same as ever, a commit whose checks passed answers for files that are as they were there. */
const BASE = "origin/main";
const checkInputs = [".clang-tidy", "CMakeLists.txt", "CMakePresets.json", "scripts/lib/clang-tidy.mjs"];
/** Debian 12 has it in its security updates. Older ones match every check against the system's headers too: twice the time. */
const PROGRAM = "clang-tidy-22";
/** The compiler that clang-tidy's package brings: it reads the headers that all files of a target include once for all of them. */
const COMPILER = "clang++-22";
const TIMEOUT_MS = 10 * 60_000;
// The analyzer takes a GoogleTest file four times as long as all the other checks, and what it walks through in the mind,
// the sanitizers run. A test's vectors need not be fast.
const notInTests = "--checks=-clang-analyzer-*,-performance-inefficient-vector-operation";
// operator new and delete are declared with other names in Emscripten's C++ library, and that is no system header there.
const notInWasm = "--checks=-readability-inconsistent-declaration-parameter-name";
const ours = /^(?:native|wasm|tests)\//;

/** What a preset compiles: { file, folder, command }. */
function compiled(preset) {
  const folder = join(root, "build", preset);
  const database = JSON.parse(readFileSync(join(folder, "compile_commands.json"), "utf8"));
  return database.map(({ file, command }) => ({ file, folder, command }));
}

/** Of ours. */
function compiledFiles(preset) {
  return compiled(preset).filter(({ file }) => ours.test(shown(file)) && existsSync(file));
}

/** What em++ adds to the command line, for clang-tidy reads the command but is no em++. */
async function emscriptenFlags() {
  const { ok, output } = await run("em++", ["--cflags"], { env: { EM_NODE_JS: process.execPath } });
  if (!ok) throw new Error(`em++ --cflags failed:\n${output}`);
  const flags = output.trim().split("\n").at(-1).split(/\s+/);
  const sysroot = flags.find((flag) => flag.startsWith("--sysroot="));
  return ["--target=wasm32-unknown-emscripten", sysroot, ...flags.filter((flag) => flag.startsWith("-D"))];
}

/** Which precompiled header a file of the product is read with: one for each folder, as its files are compiled alike. */
const precompiledOf = (name) => join(root, `build/lint/${name.split("/")[1]}.pch`);

/**
 * Makes clang's own precompiled headers: for tests beside GCC's, where clang looks, and for the product, whose build has none, of
 * `read_once.hpp`. Without them most of the time goes into reading the same headers again.
 */
async function precompileHeaders(jobs) {
  const ofTests = compiled("release")
    .filter(({ file }) => file.endsWith(".hxx.cxx"))
    .map(({ file, command }) => ({ header: file.slice(0, -".cxx".length), to: file.replace(/cxx$/, "pch"), command }));
  const ofProduct = new Map();
  for (const { file, command } of jobs.filter(isProduct)) {
    const own = join(root, `cmake/read_once_${shown(file).split("/")[1]}.hpp`);
    const header = existsSync(own) ? own : join(root, "cmake/read_once.hpp");
    ofProduct.set(precompiledOf(shown(file)), { header, to: precompiledOf(shown(file)), command });
  }
  mkdirSync(join(root, "build/lint"), { recursive: true });
  await mapParallel([...ofTests, ...ofProduct.values()], async ({ header, to, command }) => {
    const flags = command.split(" ");
    const wanted = flags.filter((flag, at) => /^-(?:[DIO]|std=|f|isystem$)/.test(flag) || flags[at - 1] === "-isystem");
    const unescaped = wanted.map((flag) => flag.replaceAll('\\"', '"'));
    const { ok, output } = await run(COMPILER, [...unescaped, "-w", "-x", "c++-header", header, "-o", to]);
    if (!ok) throw new Error(`${COMPILER} failed on ${shown(header)}:\n${output}`);
  });
}

const isProduct = ({ file, flags }) => shown(file).startsWith("native/") && flags.length === 0;

/** The files to look at: { file, folder, command, flags }. */
async function listJobs() {
  const jobs = compiledFiles("release").map((job) => ({ ...job, flags: [] }));
  if (!existsSync(join(root, "build/wasm/compile_commands.json"))) return jobs;
  const known = new Set(jobs.map((job) => job.file));
  const flags = await emscriptenFlags();
  const more = compiledFiles("wasm").filter((job) => !known.has(job.file));
  return [...jobs, ...more.map((job) => ({ ...job, flags }))];
}

/** Says of a job's inputs whether they are as in the base commit; no job's are, where the checks are not or git is silent. */
async function comparison() {
  const changed = await changesSince(BASE);
  if (changed === undefined || checkInputs.some((path) => changed.has(path))) return () => false;
  return (inputs) => !inputs.some((path) => changed.has(shown(path)));
}

/**
 * Gives { ok, output, note }; the output names what was skipped, and why. `all`: nothing is skipped because it is as in the
 * base commit, but only what passed on this machine as it is.
 */
export async function clangTidy({ all = false } = {}) {
  const jobs = await listJobs();
  let headers;
  const isAsInBase = all ? () => false : await comparison();
  const { output: version } = await run(PROGRAM, ["--version"]);
  const config = readFileSync(join(root, ".clang-tidy"));
  const passed = existsSync(passedFile) ? JSON.parse(readFileSync(passedFile, "utf8")) : {};
  const now = {};
  const outcomes = await mapParallel(jobs, async ({ file, folder, command, flags }) => {
    const name = shown(file);
    const checks = [];
    if (name.startsWith("tests/")) checks.push(notInTests);
    if (name.startsWith("wasm/")) checks.push(notInWasm);
    const inputs = [...withIncludes(file, [join(root, "native"), root])].sort();
    const contents = inputs.flatMap((path) => [shown(path), readFileSync(path)]);
    const hash = hashOf(version, config, command, ...flags, ...checks, ...contents);
    if (passed[name] === hash) {
      now[name] = hash;
      return { skipped: `${name}: unchanged since it passed` };
    }
    if (isAsInBase(inputs)) return { skipped: `${name}: as in ${BASE}` };
    // Once, by the first file that is checked; the others wait for it.
    headers ??= precompileHeaders(jobs);
    await headers;
    // The commands are g++'s, and clang does not know every warning of it. Nor can it read GCC's precompiled headers.
    const extra = ["-Wno-unknown-warning-option", "-Wno-ignored-gch", ...flags].map((flag) => `--extra-arg=${flag}`);
    const before = isProduct({ file, flags }) ? ["-include-pch", precompiledOf(name)] : [];
    extra.push(...before.map((flag) => `--extra-arg-before=${flag}`));
    const args = ["--quiet", "-p", folder, ...checks, ...extra, file];
    const { ok, output } = await run(PROGRAM, args, { timeoutMs: TIMEOUT_MS });
    if (ok) now[name] = hash;
    return { problem: ok ? "" : output.replace(/^\d+ warnings? (?:generated|treated as errors?)\.?\n/gm, "") };
  });
  replaceFile(passedFile, `${JSON.stringify(now, null, 2)}\n`);
  const skipped = outcomes.map((outcome) => outcome.skipped).filter((line) => line !== undefined);
  const problems = outcomes.map(({ problem }) => problem ?? "").join("");
  const inBase = skipped.filter((line) => line.endsWith(BASE)).length;
  const note =
    `${jobs.length - skipped.length} files checked; skipped ${skipped.length - inBase} unchanged since they passed` +
    (all ? "" : `, ${inBase} as in ${BASE} (--all checks them)`);
  return {
    ok: problems === "",
    output: `${problems}${note}\n${skipped.map((line) => `skipped ${line}\n`).join("")}`,
    note,
  };
}
