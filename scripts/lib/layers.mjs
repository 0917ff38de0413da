// Who may use whom: the arrows of the design, and what each layer may not touch. scripts/check-layers runs this.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { listFiles } from "./files.mjs";
import { codeOnly, includesOf } from "./includes.mjs";

// A layer may use itself and what stands here; nothing is inherited.
const nativeArrows = {
  "core/base": [],
  "core/flow": ["core/base"],
  "core/wire": ["core/base"],
  "core/identity": ["core/base"],
  "core/metrics": ["core/base"],
  "core/log": ["core/base", "core/wire", "core/identity"],
  "core/session": ["core/base", "core/wire", "core/identity"],
  "core/hub": ["core/base", "core/log", "core/flow", "core/wire", "core/identity", "core/metrics"],
  json: ["core/base"],
  io: ["core"],
  addon: ["core", "io"],
  "wasm/client": ["core", "wasm/text"],
  "wasm/runtime": [],
  "wasm/text": ["core/base"],
};

const scriptArrows = {
  shared: [],
  native: ["shared"],
  core: ["shared"],
  client: ["core", "shared"],
  server: ["native", "shared"],
  react: ["client", "core", "shared"],
  testing: ["client", "core", "server", "native", "shared"],
  next: ["server", "native", "shared"],
  cluster: ["server", "shared"],
};
// How the package imports itself by name.
const ownNames = { millrace: "server", "millrace/native": "native" };
// Layers that run in the browser: no module of Node's.
const browserLayers = ["shared", "client", "react", "testing"];

// The parts of the standard library that only compute. What is not here prints, waits, locks, or asks the machine.
const pureHeaders = new Set(
  `algorithm any array atomic bit bitset cassert cctype cerrno charconv chrono cinttypes climits cmath compare complex
  concepts coroutine cstddef cstdint cstdlib cstring cuchar cwchar cwctype deque exception execution expected format forward_list
  functional initializer_list iterator limits list map memory memory_resource new numbers numeric optional queue random
  ranges ratio regex scoped_allocator set source_location span sstream stack stdexcept string string_view system_error tuple
  type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version`.split(/\s+/),
);
const impure = [
  [/::now\s*\(/g, "the core cannot ask for the time: it is an argument"],
  [/\brandom_device\b|(?<![\w.>])s?rand\s*\(/g, "the core has no randomness of its own: it is an argument"],
  [/\bstd\s*::\s*(?:cout|cerr|clog|cin)\b|\b\w*printf\b|\bputs\s*\(/g, "the core does not print"],
  [/\bstd\s*::\s*j?thread\b|\bthis_thread\b|\bpthread_\w+/g, "the core knows no threads"],
  [/\b(?:secure_)?getenv\b/g, "the core does not read the environment"],
  [/(?<![\w.>])(?:abort|_?exit|quick_exit|terminate|raise)\s*\(/g, "the core does not end the process"],
];

/** The rule that `to` breaks for `from`, or undefined. */
function brokenArrow(arrows, from, to) {
  if (from === to) return undefined;
  const allowed = arrows[from];
  if (allowed.some((layer) => to === layer || to.startsWith(`${layer}/`))) return undefined;
  return `${from} may not use ${to}; it may use ${allowed.join(", ") || "nothing"}`;
}

/** `core/wire` of `core/wire/parser.hpp`, `io` of `io/engine.hpp`, `wasm/text` of `wasm/text/utf16.hpp`; undefined when no such layer exists. */
function nativeLayer(path) {
  const parts = path.split("/");
  const layer = ["core", "wasm"].includes(parts[0]) ? parts.slice(0, 2).join("/") : parts[0];
  return Object.hasOwn(nativeArrows, layer) ? layer : undefined;
}

/** wasm/ lies beside native/, below which everything else is named. */
const rootOf = (name) => (name.startsWith("wasm/") ? "" : "native/");

function checkNativeFile(path, text, isThere) {
  const inside = path.replace(/^native\//, "");
  const layer = nativeLayer(inside);
  if (layer === undefined)
    return [{ path, line: 1, rule: "no layer of this name; the layers are in scripts/lib/layers.mjs" }];
  const isCore = layer.startsWith("core/");
  const problems = [];
  for (const { line, name, isAngled } of includesOf(text)) {
    const report = (rule) => problems.push({ path, line, rule });
    if (isAngled) {
      if (isCore && !pureHeaders.has(name))
        report(`core may not include <${name}>: only what computes, from the standard library`);
      if (nativeLayer(name) !== undefined && name.includes("/")) report(`include our own headers as "${name}"`);
      continue;
    }
    const target = nativeLayer(name);
    if (name.includes("/") && target !== undefined) {
      const rule = brokenArrow(nativeArrows, layer, target);
      if (rule !== undefined) report(rule);
      else if (!isThere(rootOf(name) + name)) report(`there is no ${rootOf(name)}${name}`);
    } else {
      report(`"${name}" shows no layer: write the path from native/`);
    }
  }
  if (isCore) {
    const code = codeOnly(text);
    for (const [pattern, rule] of impure) {
      for (const match of code.matchAll(pattern)) {
        problems.push({
          path,
          line: code.slice(0, match.index).split("\n").length,
          rule: `${match[0].trim()} – ${rule}`,
        });
      }
    }
  }
  return problems;
}

function checkScriptFile(path, text) {
  const layer = path.split("/")[2];
  if (!Object.hasOwn(scriptArrows, layer)) {
    return [{ path, line: 1, rule: "no layer of this name; the layers are in scripts/lib/layers.mjs" }];
  }
  const problems = [];
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const report = (rule) => problems.push({ path, line: text.slice(0, pos).split("\n").length, rule });
    let target;
    if (fileName.startsWith(".")) {
      const full = posix.join(posix.dirname(path), fileName);
      // The addon's entry lies beside the sources as it lies beside them in dist/.
      if (full === "js/native/index.cjs" && layer === "native") continue;
      if (!full.startsWith("js/src/")) {
        report(`"${fileName}" leads out of js/src`);
        continue;
      }
      target = full.split("/")[2];
    } else if (fileName === "millrace" || fileName.startsWith("millrace/")) {
      target = ownNames[fileName] ?? fileName.slice("millrace/".length);
    } else {
      if (browserLayers.includes(layer) && fileName.startsWith("node:"))
        report(`${layer} runs in browsers: no ${fileName}`);
      if (layer !== "react" && /^react(-dom)?(\/|$)/.test(fileName)) report("only react may use React");
      if (layer !== "next" && /^next(\/|$)/.test(fileName)) report("only next may use Next");
      continue;
    }
    const rule = brokenArrow(scriptArrows, layer, target);
    if (rule !== undefined) report(rule);
  }
  return problems;
}

/** Checks the tree at `root`. Gives { checked, problems: [{ path, line, rule }] }, in the order of the files. */
export function checkLayers(root) {
  const problems = [];
  let checked = 0;
  const isThere = (path) => existsSync(join(root, path));
  for (const [folder, pattern, check] of [
    ["native", /\.[ch]pp$/, checkNativeFile],
    ["wasm", /\.[ch]pp$/, checkNativeFile],
    ["js/src", /\.tsx?$/, checkScriptFile],
  ]) {
    for (const file of listFiles(join(root, folder))) {
      if (!pattern.test(file)) continue;
      checked += 1;
      const path = file.slice(root.length + 1).replaceAll("\\", "/");
      problems.push(...check(path, readFileSync(file, "utf8"), isThere));
    }
  }
  return { checked, problems };
}
