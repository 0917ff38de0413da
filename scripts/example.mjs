// Builds the demo, examples/nextjs, when something it is made of changed.
import { join } from "node:path";
import { hashOf, hashOfFiles, Stamp } from "./lib/files.mjs";
import { nextBin } from "./lib/next.mjs";
import { root, run } from "./lib/process.mjs";

export const exampleFolder = join(root, "examples/nextjs");
const stamp = new Stamp("examples/nextjs/.next/millrace-built");

/** Gives { ok, output, note }. */
export async function buildExample(options = {}) {
  const inputs = hashOf(hashOfFiles(["examples/nextjs", "package-lock.json"]), hashOfFiles(["dist"], { all: true }));
  if (stamp.matches(inputs)) return { ok: true, output: "", note: "unchanged since it was built" };
  stamp.clear();
  const result = await run(process.execPath, [nextBin(exampleFolder), "build"], {
    cwd: exampleFolder,
    env: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    ...options,
  });
  if (result.ok) stamp.set(inputs);
  return result;
}

if (process.argv[1] === join(root, "scripts/example.mjs")) {
  const { ok, note } = await buildExample({ echo: true });
  if (note) console.log(`examples/nextjs: ${note}`);
  process.exit(ok ? 0 : 1);
}
