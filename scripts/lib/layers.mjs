// Who may use whom: the arrows of the design, and what each layer may not touch. scripts/check-layers runs this; what may
// break a rule for now is in house-exceptions.mjs.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { listFiles } from "./files.mjs";
import { codeOnly, includesOf } from "./includes.mjs";

/** The rules' names, as exceptions give them. */
export const layerRules = ["layers", "descriptors"];

// A layer may use itself and what stands here, with the layers below that; nothing is inherited.
const nativeArrows = {
  "core/base": [],
  "core/flow": ["core/base", "core/wire"],
  "core/wire": ["core/base"],
  "core/identity": ["core/base"],
  "core/metrics": ["core/base"],
  "core/log": ["core/base", "core/wire", "core/identity"],
  "core/session": ["core/base", "core/wire", "core/identity"],
  "core/hub": ["core/base", "core/log", "core/flow", "core/wire", "core/identity", "core/metrics"],
  json: ["core/base"],
  io: ["core", "json"],
  addon: ["core", "io", "json"],
  "wasm/client": ["core", "wasm/text"],
  "wasm/runtime": [],
  "wasm/text": ["core/base"],
};

// What io and addon see of the hub: its interface, and what that takes and gives. The parts behind it are its own.
const hubInterface = new Set(
  `hub census hub_metrics hub_alerts class_metrics link_pace channel_state channel_states turns turn hub_options outcomes close_reason deflate_job poll_page read_limits cold_channels durable_log idempotency_keys store_adapter store_journals store_queue stored_reads subscriber_view facts revocations hub_access`.split(
    " ",
  ),
);

const scriptArrows = {
  shared: [],
  native: ["shared"],
  core: ["shared"],
  client: ["client", "core", "shared"], // what lies in no folder of it: the entry
  "client/options": ["core", "shared"],
  "client/stream": ["client/options", "shared"],
  "client/development": ["client/options", "core", "shared"],
  "client/transport": ["client/development", "client/stream", "client/options", "core", "shared"],
  "client/tabs": ["client/stream", "client/options", "core", "shared"],
  "client/connection": [
    ...["client/transport", "client/tabs", "client/stream", "client/options", "client/development"],
    ...["core", "shared"],
  ],
  "client/target": [
    ...["client/connection", "client/stream", "client/options", "client/development"],
    ...["core", "shared"],
  ],
  server: ["server", "streams", "native", "shared"], // what lies in no folder of it: the entries
  "server/lifecycle": ["native", "shared"],
  "server/observe": ["server/lifecycle", "native", "shared"],
  "server/content": ["server/observe", "server/lifecycle", "native", "shared"],
  "server/access": ["server/observe", "server/lifecycle", "native", "shared"],
  "server/stream": ["server/access", "server/content", "server/observe", "server/lifecycle", "native", "shared"],
  "server/takeover": ["server/stream", "server/observe", "server/lifecycle", "native", "shared"],
  "server/http": [
    ...["server/takeover", "server/stream", "server/access", "server/content", "server/observe"],
    ...["server/lifecycle", "native", "shared"],
  ],
  "server/hub": [
    ...[
      "cluster",
      "server/http",
      "server/takeover",
      "server/stream",
      "server/access",
      "server/content",
      "server/observe",
    ],
    ...["server/lifecycle", "native", "shared"],
  ],
  "server/metrics": [
    "server/hub",
    "server/http",
    "server/access",
    "server/observe",
    "server/lifecycle",
    "native",
    "shared",
  ],
  streams: ["server", "shared"], // of the server, what its public API is
  resumable: ["streams"],
  jwt: ["server/access"],
  ai: ["client", "shared"],
  react: ["client", "core", "shared"],
  testing: ["client", "core", "server", "native", "shared"],
  next: ["client", "react", "server", "native", "shared"],
  cluster: ["shared"],
};
// How the package imports itself by name.
const ownNames = { millrace: "server", "millrace/native": "native" };
/** Of the server, only this folder knows that a connection has a file descriptor. */
const KNOWS_DESCRIPTORS = "server/takeover";
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

/** What to say of an arrow from a layer to another that the design does not have; undefined of others. */
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

const noLayer = (path) => ({
  rule: "layers",
  place: path,
  path,
  line: 1,
  message: "no layer of this name; the layers are in scripts/lib/layers.mjs",
});

/** wasm/ lies beside native/, below which everything else is named. */
const rootOf = (name) => (name.startsWith("wasm/") ? "" : "native/");

function checkNativeFile(path, text, isThere) {
  const inside = path.replace(/^native\//, "");
  const layer = nativeLayer(inside);
  if (layer === undefined) return [noLayer(path)];
  const isCore = layer.startsWith("core/");
  const problems = [];
  for (const { line, name, isAngled } of includesOf(text)) {
    const report = (message, to = name) =>
      problems.push({ rule: "layers", place: `${path} -> ${to}`, path, line, message });
    if (isAngled) {
      if (isCore && !pureHeaders.has(name))
        report(`core may not include <${name}>: only what computes, from the standard library`);
      if (nativeLayer(name) !== undefined && name.includes("/")) report(`include our own headers as "${name}"`);
      continue;
    }
    const target = nativeLayer(name);
    if (name.includes("/") && target !== undefined) {
      const message = brokenArrow(nativeArrows, layer, target);
      const part = layer === "core/hub" ? undefined : /^core\/hub\/(\w+)\.hpp$/.exec(name)?.[1];
      if (message !== undefined) report(message, target);
      else if (part !== undefined && !hubInterface.has(part))
        report(`${part}.hpp is a part of the hub; who uses the hub uses ${[...hubInterface].join(", ")}`, target);
      else if (!isThere(rootOf(name) + name)) report(`there is no ${rootOf(name)}${name}`);
    } else {
      report(`"${name}" shows no layer: write the path from native/`);
    }
  }
  if (isCore) {
    const code = codeOnly(text);
    for (const [pattern, reason] of impure) {
      for (const match of code.matchAll(pattern)) {
        const line = code.slice(0, match.index).split("\n").length;
        const found = match[0].trim();
        problems.push({ rule: "layers", place: `${path} -> ${found}`, path, line, message: `${found} – ${reason}` });
      }
    }
  }
  return problems;
}

/**
 * `server/takeover` of `js/src/server/takeover/direct.ts`, `server` of `js/src/server/index.ts`; undefined when no such
 * layer exists. Where one folder of a layer is a layer, all are.
 */
function scriptLayer(path) {
  const [layer, folder, ...rest] = path.split("/").slice(2);
  const hasFolders = Object.keys(scriptArrows).some((name) => name.startsWith(`${layer}/`));
  const name = hasFolders && rest.length > 0 ? `${layer}/${folder}` : layer;
  return Object.hasOwn(scriptArrows, name) ? name : undefined;
}

function checkScriptFile(path, text) {
  const layer = scriptLayer(path);
  if (layer === undefined) return [noLayer(path)];
  const problems = layer.startsWith("server") && layer !== KNOWS_DESCRIPTORS ? descriptorsIn(path, text) : [];
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const line = text.slice(0, pos).split("\n").length;
    const report = (message, to = fileName) =>
      problems.push({ rule: "layers", place: `${path} -> ${to}`, path, line, message });
    let target;
    if (fileName.startsWith(".")) {
      const full = posix.join(posix.dirname(path), fileName);
      // The addon's entry lies beside the sources as it lies beside them in dist/.
      if (full === "js/native/index.cjs" && layer === "native") continue;
      if (!full.startsWith("js/src/")) {
        report(`"${fileName}" leads out of js/src`);
        continue;
      }
      target = scriptLayer(full) ?? full.split("/")[2];
    } else if (fileName === "millrace" || fileName.startsWith("millrace/")) {
      target = ownNames[fileName] ?? fileName.slice("millrace/".length);
    } else {
      if (browserLayers.includes(layer) && fileName.startsWith("node:"))
        report(`${layer} runs in browsers: no ${fileName}`);
      if (layer !== "react" && layer !== "next" && /^react(-dom)?(\/|$)/.test(fileName))
        report("only react and next may use React");
      if (layer !== "next" && /^next(\/|$)/.test(fileName)) report("only next may use Next");
      continue;
    }
    const message = brokenArrow(scriptArrows, layer, target);
    const isPublic = !target.startsWith("server") || /\/hub-api\.js$/.test(fileName);
    if (message !== undefined) report(message, target);
    else if (layer === "streams" && !isPublic)
      report("streams uses the server's public API, server/hub-api.js", target);
  }
  return problems;
}

/** Where a file names the descriptor of a socket, or the handle that has it. Those of JavaScript's properties are others. */
function descriptorsIn(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const problems = [];
  const visit = (node) => {
    const isMention =
      ts.isIdentifier(node) &&
      (/^(?:_handle|fd)$/.test(node.text) || (/descriptor/i.test(node.text) && !/PropertyDescriptor/.test(node.text)));
    if (isMention) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const message = `${node.text} – only ${KNOWS_DESCRIPTORS} knows of descriptors`;
      problems.push({ rule: "descriptors", place: path, path, line, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

/** Checks the tree at `root`. Gives { checked, problems: [{ rule, place, path, line, message }] }, in the order of the files. */
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
