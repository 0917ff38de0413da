import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { NativeModule } from "../../js/src/native/binding.js";
import { findNative } from "../../js/src/native/find-native.js";
import { requireBinding } from "../../js/src/native/require-binding.js";

const PNPM = "node_modules/.pnpm/millrace@0.1.0/node_modules/millrace";
const LOADER = "dist/esm/native/load-native.js";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-find-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Writes an addon's entry that says whose it is. */
function addonIn(path: string, name: string): void {
  const file = join(folder, path, "dist/native/index.cjs");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `module.exports = { binding: { name: "${name}" }, error: null, target: "t" };`);
}

const address = (path: string) => pathToFileURL(join(folder, path)).href;
const nameOf = ({ binding }: NativeModule) => (binding as { name?: string } | null)?.name;

test("beside the module, as Node and Turbopack give its address", () => {
  addonIn(PNPM, "beside");
  expect(nameOf(findNative(address(`${PNPM}/${LOADER}`), address(`${PNPM}/${LOADER}`)))).toBe("beside");
  expect(nameOf(findNative(address(`${PNPM}/${LOADER}`), "/ROOT/chunk.js"))).toBe("beside");
});

test("of a build by webpack that has moved, below the folder that the chunk is in, and not where it was built", () => {
  addonIn(`built/${PNPM}`, "built");
  addonIn(`moved/${PNPM}`, "moved");
  const chunk = join(folder, "moved/apps/web/.next/server/chunks/1.js");
  expect(nameOf(findNative(address(`built/${PNPM}/${LOADER}`), chunk))).toBe("moved");
  expect(nameOf(findNative(address(`built/${PNPM}/${LOADER}`), join(folder, "elsewhere/1.js")))).toBe("built");
});

test("a bundle's neighbours are not taken for the addon", () => {
  const touched = globalThis as { millraceTestTouched?: boolean };
  mkdirSync(join(folder, "native"));
  writeFileSync(join(folder, "native/index.cjs"), "globalThis.millraceTestTouched = true;");
  const bundle = address("dist/server/main.js");
  // Jest resolves the package by its name, whoever asks.
  expect(findNative(bundle, bundle).binding).not.toBeNull();
  expect(touched.millraceTestTouched).toBeUndefined();
});

test("what is missing is said with the folder to put it into", () => {
  const missing = { binding: null, error: new Error("none"), target: "linux-x64", missingIn: "/srv/app/" };
  const message = expect.stringMatching(/--external:millrace.*copy .*linux-x64\/millrace\.node into \/srv\/app\/\.$/);
  expect(() => requireBinding(missing)).toThrow(expect.objectContaining({ code: "NO_NATIVE_BINARY", message }));
});
