// Formats, names, layers and types of everything. All of it runs, so that one run shows all there is to mend.
//   node scripts/lint.mjs [--fix]     --fix formats and mends what the tools can mend safely
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, cmakeConfigure } from "./build.mjs";
import { clangTidy } from "./lib/clang-tidy.mjs";
import { listFiles, shown } from "./lib/files.mjs";
import { nodeTool, root, run } from "./lib/process.mjs";

const fix = process.argv.includes("--fix");

function cppFiles() {
  return ["native", "wasm", "tests"]
    .flatMap((folder) => listFiles(join(root, folder)))
    .filter((file) => /\.[ch]pp$/.test(file))
    .map(shown);
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
  layers: async () => {
    const selfTest = await run("scripts/check-layers", ["--self-test"]);
    return selfTest.ok ? run("scripts/check-layers", []) : selfTest;
  },
  types: async () => {
    if (!existsSync(join(root, "js/src/core/wasm/generated/client-wasm.ts"))) await build(["wasm"]);
    return run(...nodeTool("typescript/bin/tsc", "-p", "tsconfig.json", "--noEmit"));
  },
  "clang-tidy": async () => {
    await cmakeConfigure("release");
    const { checked, unchanged, output } = await clangTidy();
    return { ok: output === "", output, note: `${checked} files checked, ${unchanged} unchanged` };
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
