// Adds to package-lock.json the optional packages of other platforms that npm left out, so that `npm ci` works everywhere.
//   node scripts/complete-lock.mjs          says what is missing, exits 1 if anything is
//   node scripts/complete-lock.mjs --write  adds it: after npm install changed package-lock.json
//
// npm drops an optional package from the lock when the registry it asks cannot serve it (a mirror that keeps one platform's
// binaries only), and `npm ci` then refuses the lock on every machine. The entries written here have an exact version and
// the platform, but no integrity hash, for nobody could see the tarball.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/process.mjs";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
const cLibraries = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/** Such packages carry their platform in the name, as in `@swc/core-linux-arm-gnueabihf`. */
function platformOf(name) {
  const words = name.split("/").at(-1).split("-");
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`complete-lock: no platform in the name of ${name}`);
  const libc = words.map((word) => cLibraries[word]).find((value) => value !== undefined);
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc !== undefined ? { libc: [libc] } : {}) };
}

/** Where Node would find `name` from the package at `from`: the nearest node_modules upwards. */
function find(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path] !== undefined) return packages[path];
    if (at === "") return undefined;
  }
}

const path = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = [];
for (const [from, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (find(lock.packages, from, name) !== undefined) continue;
    if (!/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`complete-lock: ${from} asks for ${name}@${version}, not one version`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}
const write = process.argv.includes("--write");
if (added.length > 0 && write) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
const list = added.join("\n  ");
if (added.length === 0) console.log("package-lock.json is complete");
else
  console.log(write ? `Added ${added.length}:\n  ${list}` : `Missing ${added.length}, --write adds them:\n  ${list}`);
process.exit(added.length === 0 || write ? 0 : 1);
