// A server that esbuild has bundled, without a word of configuration: where it was built, and moved to where nothing else is.
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { appOf, work } from "./bare-app.js";
import { run } from "./command.js";

const MINUTES = 60_000;
const app = appOf("turbopack");

const uses = `
try {
  const { send, close } = createSSEStream();
  console.log(send({ data: 1 }).id !== null);
  close();
} catch ({ name, code, message }) {
  console.log(name, code, message);
}`;
const sources = {
  esm: `import { createSSEStream } from "millrace";${uses}`,
  cjs: `const { createSSEStream } = require("millrace");${uses}`,
};

const node = (file: string) => run(process.execPath, [file], work, { NODE_OPTIONS: "" });

test.each([
  ["esm", "esm"],
  ["esm", "cjs"],
  ["cjs", "cjs"],
  ["cjs", "esm"],
] as const)(
  "a source in %s, bundled as %s",
  async (source, format) => {
    const folder = join(app, "bundled");
    mkdirSync(folder, { recursive: true });
    const entry = join(folder, `${source}.${source === "esm" ? "mjs" : "cjs"}`);
    writeFileSync(entry, sources[source]);
    const name = `out-${source}.${format === "esm" ? "mjs" : "cjs"}`;
    const outfile = join(folder, name);
    const { warnings } = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      format,
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    expect(await node(outfile)).toBe("true\n");

    const moved = mkdtempSync(join(work, "moved-"));
    copyFileSync(outfile, join(moved, name));
    const told = await node(join(moved, name));
    expect(told).toMatch(
      /^SSEError NO_NATIVE_BINARY .*\(esbuild: --external:millrace.* copy .*linux-x64\/millrace\.node into /,
    );
    expect(told).toContain(moved);

    copyFileSync(join(app, "node_modules/millrace/dist/native/linux-x64/millrace.node"), join(moved, "millrace.node"));
    expect(await node(join(moved, name))).toBe("true\n");
  },
  MINUTES,
);
