// What a page loads that uses a client entry: bundled, split and minified by esbuild, without React.
//   node bench/size.mjs       prints a table and writes bench/results/size.json
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** What a page imports, by what it is measured as. */
const PROGRAMS = {
  "millrace/client": 'export * from "millrace/client";',
  "millrace/react": 'export { ConnectionBadge, SSEError, useEventSource } from "millrace/react";',
  "millrace/react, useAgentNetwork alone": 'export { useAgentNetwork } from "millrace/react";',
  "millrace/react, useChatStream alone": 'export { useChatStream } from "millrace/react";',
  "millrace/react, useLogStream alone": 'export { useLogStream } from "millrace/react";',
  "millrace/react, useSSEStream alone": 'export { useSSEStream } from "millrace/react";',
  "millrace/react, useWorkflowStream alone": 'export { useWorkflowStream } from "millrace/react";',
};

/** The files of the bundle by name: { bytes, imports: [{ path, kind }], inputs: [path] }. */
async function filesOf(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: join(root, "build/size"),
    format: "esm",
    target: "es2022",
    platform: "browser",
    external: ["react", "react-dom", "react/*"],
    logLevel: "error",
  });
  const described = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const name = basename(path);
      const { imports, inputs } = described.get(name);
      const loaded = imports.filter(({ external }) => !external);
      return [
        name,
        {
          bytes: Buffer.from(contents),
          imports: loaded.map(({ path: from, kind }) => ({ name: basename(from), kind })),
          inputs: Object.keys(inputs),
        },
      ];
    }),
  );
}

/** A file and all that it imports at once. */
function closure(files, name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const { name: next, kind } of files.get(name).imports)
    if (kind === "import-statement") closure(files, next, found);
  return found;
}

function sizeOf(files, names) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const sum = (measured) => [...names].reduce((total, name) => total + measured(files.get(name).bytes), 0);
  return {
    minified: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes, quality).length),
  };
}

/** What a page loads besides, when it needs it, by the module that is imported then. */
const FEATURES = {
  "the core in JavaScript": "core/javascript/index.js",
  polling: "client/transport/poll-transport.js",
  "tab sharing": "client/tabs/tabs.js",
  EventSource: "client/transport/event-source-transport.js",
  "refusals explained": "client/transport/refusal.js",
};

/**
 * By entry: `asking`, what is loaded before the stream is asked for; `all`, with the core that reads it. What few pages load
 * (the JavaScript core, polling, tab sharing, EventSource) is in neither, but in `features`. `inputs`: the modules in all of it.
 */
export async function measure() {
  const sizes = {};
  for (const [entry, program] of Object.entries(PROGRAMS)) {
    const files = await filesOf(program);
    const asking = closure(files, "stdin.js");
    const nameOf = (input) => [...files].find(([, { inputs }]) => inputs.some((path) => path.endsWith(input)))[0];
    const reading = ["client/connection/session-driver.js"].flatMap((input) => [...closure(files, nameOf(input))]);
    const all = new Set([...asking, ...reading]);
    const features = Object.entries(FEATURES).map(([name, input]) => {
      const besides = [...closure(files, nameOf(input))].filter((file) => !all.has(file));
      return [name, sizeOf(files, besides)];
    });
    sizes[entry] = {
      asking: sizeOf(files, asking),
      all: sizeOf(files, all),
      features: Object.fromEntries(features),
      inputs: [...files.values()].flatMap(({ inputs }) => inputs),
    };
  }
  return sizes;
}

const withoutInputs = (sizes) =>
  Object.fromEntries(Object.entries(sizes).map(([entry, { inputs, ...size }]) => [entry, size]));

if (process.argv[1] === import.meta.filename) {
  const sizes = await measure();
  console.log("Bytes that a page loads, React not counted:");
  const rows = Object.entries(sizes).flatMap(([entry, { asking, all, features }]) => [
    [`${entry}, before the stream is asked for`, asking],
    [`${entry}, all`, all],
    ...Object.entries(features).map(([name, size]) => [`${entry}, besides: ${name}`, size]),
  ]);
  console.table(Object.fromEntries(rows));
  mkdirSync(join(root, "bench/results"), { recursive: true });
  writeFileSync(join(root, "bench/results/size.json"), `${JSON.stringify(withoutInputs(sizes), null, 2)}\n`);
}
