import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

// The front page is a program: its blocks are compiled against the built package, and the handlers and the hook are run.
const root = join(import.meta.dirname, "../..");
const folder = join(root, "build/readme");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""], n) => ({
  file: `block-${n}.${language}`,
  code,
}));

const blockWith = (text: string) => {
  const block = blocks.find(({ code }) => code.includes(text));
  if (block === undefined) throw new Error(`No block of the README has ${text}`);
  return block.file.replace(/tsx?$/, "mjs");
};

function node(program: string): { status: number | null; output: string } {
  const args = ["--input-type=module", "-e", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, code } of blocks) {
    writeFileSync(join(folder, file), code);
    const { code: javascript } = transformSync(code, { loader: "tsx", jsx: "automatic", format: "esm" });
    writeFileSync(join(folder, file.replace(/tsx?$/, "mjs")), javascript);
  }
  const settings = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { noEmit: true },
    include: ["*.ts", "*.tsx"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
});

test("every block compiles", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(6);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 60_000);

/** What every stream that reads a channel begins with. */
const BEGIN = 'event: millrace.begin\ndata: {"resumes":true}\n\n';

test("the route handler streams what is broadcast", () => {
  const ran = node(`
    import { GET } from "./${blockWith('registerConnection("news"')}";
    const { body } = await GET(new Request("http://host/"));
    await import("./${blockWith('broadcast("news"')}");
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("It works")) text += (await reader.read()).value;
    console.log(text.replace(/id: .*/g, "id"));
    await reader.cancel();
  `);
  expect(ran).toEqual({ status: 0, output: `${BEGIN}id\n\nevent: headline\nid\ndata: {"title":"It works"}\n\n\n` });
});

test("the answer of tokens ends by itself", () => {
  const ran = node(`
    import { POST } from "./${blockWith("maxDurationMs")}";
    const text = await (await POST(new Request("http://host/"))).text();
    console.log([...text.matchAll(/data: (".*)/g)].map(([, data]) => JSON.parse(data)).join(""));
  `);
  expect(ran).toEqual({ status: 0, output: "Streams of events\n" });
});

test("the hub's handler replays and goes on", () => {
  const ran = node(`
    import { GET } from "./${blockWith("export const hub")}";
    const { body } = await GET(new Request("http://host/", { headers: { "Last-Event-ID": "unknown" } }));
    const { value } = await body.getReader().read();
    console.log(new TextDecoder().decode(value).replace(/id: .*/g, "id"));
    process.exit();
  `);
  const notice = 'event: millrace.resume\ndata: {"verdict":"reset"}\n\n';
  expect(ran).toEqual({
    status: 0,
    output: `${BEGIN}${notice}id\n\nevent: progress\nid\ndata: {"done":3,"of":10}\n\n\n`,
  });
});

test("a tape that was saved is replayed", () => {
  const ran = node(`
    import { writeFileSync } from "node:fs";
    import { createTape } from "millrace/testing";
    const tape = createTape();
    const bytes = new TextEncoder().encode("event: headline\\nid: 1\\ndata: {}\\n\\n");
    for (const entry of [{ kind: "connect" }, { kind: "open" }, { kind: "bytes", bytes }]) tape.write({ atMs: 5, ...entry });
    writeFileSync("bug-17.tape.json", JSON.stringify(tape));
    await import("./${blockWith("replayTape(tape)")}");
  `);
  expect(ran).toEqual({ status: 0, output: "5 headline {}\n0\n" });
});

test("the hook renders on the server", () => {
  const ran = node(`
    import { createElement } from "react";
    import { renderToString } from "react-dom/server";
    import { News } from "./${blockWith("useEventSource")}";
    console.log(renderToString(createElement(News)));
  `);
  expect(ran.status).toBe(0);
  expect(ran.output).toMatch(/^<p class="(disconnected|connecting)"><\/p>\n$/);
});

test("the hook with validators and its badge render on the server", () => {
  const ran = node(`
    import { createElement } from "react";
    import { renderToString } from "react-dom/server";
    import { Progress } from "./${blockWith("ConnectionBadge")}";
    console.log(renderToString(createElement(Progress)));
  `);
  expect(ran.status).toBe(0);
  expect(ran.output).toMatch(/^<section><span role="status".*Connecting<.*<button>Stop<\/button><\/section>\n$/);
});
