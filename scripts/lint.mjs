// Formats, layers, house rules and types of everything. All of it runs, so that one run shows all there is to mend.
// clang-tidy takes minutes: `npm run check` runs it.
//   node scripts/lint.mjs [--fix]     --fix formats and mends what the tools can mend safely
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { listFiles, shown } from "./lib/files.mjs";
import { nodeTool, root, run } from "./lib/process.mjs";

const fix = process.argv.includes("--fix");

function cppFiles() {
  return ["native", "wasm", "tests"]
    .flatMap((folder) => listFiles(join(root, folder)))
    .filter((file) => /\.[ch]pp$/.test(file))
    .map(shown);
}

/** A check that no longer finds faults passes everything, so it has to find some first. */
async function withSelfTest(check) {
  const selfTest = await run(check, ["--self-test"]);
  return selfTest.ok ? run(check, []) : selfTest;
}

/** Each gives { ok, output } and perhaps a note for its line. */
const checks = {
  biome: () =>
    run(
      ...nodeTool(
        "@biomejs/biome/bin/biome",
        "check",
        "--error-on-warnings",
        "--colors=off",
        ...(fix ? ["--write"] : []),
      ),
    ),
  "clang-format": async () => {
    const files = cppFiles();
    if (files.length === 0) return { ok: true, output: "", note: "no files" };
    return run("clang-format", [...(fix ? ["-i"] : ["--dry-run", "-Werror"]), ...files]);
  },
  layers: () => withSelfTest("scripts/check-layers"),
  house: () => withSelfTest("scripts/check-house"),
  types: async () => {
    if (!existsSync(join(root, "js/src/core/wasm/generated/client-wasm.ts"))) await build(["wasm"]);
    return run(...nodeTool("typescript/bin/tsc", "-p", "tsconfig.json", "--noEmit"));
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const began = performance.now();
  const { ok, output, note } = await check().catch((error) => ({ ok: false, output: error.message }));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(13)} ${seconds.padStart(6)} s${note ? `   ${note}` : ""}`);
  if (!ok) {
    failed += 1;
    console.log(output.trimEnd());
  }
}
process.exit(failed === 0 ? 0 : 1);
