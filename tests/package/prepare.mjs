// What all tests of the package share: a bare Next.js app that has Millrace's tarball installed, one copy of it for each
// bundler, built with that.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nextBin } from "../../scripts/lib/next.mjs";
import { root, run } from "../../scripts/lib/process.mjs";

const BUNDLERS = ["turbopack", "webpack"];

/** Runs a command to its end; gives its output, or throws with it. */
export async function command(name, args, cwd, env = {}) {
  const { ok, output } = await run(name, args, { cwd, env });
  if (!ok) throw new Error(`${name} ${args.join(" ")} failed:\n${output}`);
  return output;
}

/** Of a package in this tree. */
export const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;

/** Packs Millrace as npm would publish it; gives the tarball. */
export async function pack(folder) {
  const packed = await command("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root);
  const [first] = Object.values(JSON.parse(packed.slice(packed.search(/^[[{]/m))));
  return join(folder, first.filename);
}

/** What a bare Next.js app needs, in the versions that this tree has. */
function manifest(tarball) {
  const packages = ["next", "react", "react-dom", "typescript", "@types/node", "@types/react", "@types/react-dom"];
  return JSON.stringify({
    name: "bare-app",
    private: true,
    dependencies: {
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
      millrace: `file:${tarball}`,
    },
  });
}

/** Jest calls this once, before the first test file. */
export default async function prepare() {
  const work = mkdtempSync(join(tmpdir(), "millrace-package-"));
  const [first, second] = BUNDLERS.map((bundler) => join(work, `app-${bundler}`));
  process.env.MILLRACE_TEST_WORK = work;
  process.env.MILLRACE_TEST_TARBALL = await pack(work);
  copyApp(first);
  writeFileSync(join(first, "package.json"), manifest(process.env.MILLRACE_TEST_TARBALL));
  // No script runs at installation, so nothing is compiled or downloaded.
  await command("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], first);
  await copyInstalledApp(first, second);
  const builds = await Promise.allSettled(BUNDLERS.map((bundler) => build(join(work, `app-${bundler}`), bundler)));
  const failed = builds.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

function copyApp(to) {
  cpSync(join(root, "tests/package/app"), to, { recursive: true });
}

/** A copy of its own of the application, without what was built; packages are the same files. */
export async function copyInstalledApp(from, to) {
  copyApp(to);
  cpSync(join(from, "package.json"), join(to, "package.json"));
  await command("cp", ["-al", join(from, "node_modules"), join(to, "node_modules")], from);
}

function build(app, bundler) {
  const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", NODE_OPTIONS: "" };
  return command(process.execPath, [nextBin(app), "build", `--${bundler}`], app, env);
}

export function cleanUp() {
  rmSync(process.env.MILLRACE_TEST_WORK, { recursive: true, force: true });
}
