import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { brokenLinks, pages, root } from "./docs-pages.js";

// The documentation is programs: its blocks are compiled against the built package, and many of them are run.
const folder = join(root, "build/docs");

/** What the examples use of packages that this repository does not have. */
const FOREIGN = `
declare module "@fastify/cors" { const cors: import("fastify").FastifyPluginAsync<{ origin: string }>; export default cors; }
declare module "@hono/node-server" { export function serve(options: { fetch: unknown; port: number }): void; }
declare module "@nestjs/common";
declare module "@nestjs/core";
declare module "@react-router/dev/routes" {
  export type RouteConfig = object[];
  export function index(file: string): object;
  export function route(path: string, file: string): object;
}
declare module "hono" {
  interface Context { req: { raw: Request; json(): Promise<unknown> }; json(data: unknown): Response; }
  type Handler = (c: Context) => Response | Promise<Response>;
  export class Hono {
    fetch: unknown;
    use(middleware: object): void;
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
  }
}
declare module "hono/cors" { export function cors(options: { origin: string }): object; }
declare module "koa" {
  type Node = typeof import("node:http");
  interface Context {
    path: string; method: string; respond: boolean; body: unknown;
    req: InstanceType<Node["IncomingMessage"]>; res: InstanceType<Node["ServerResponse"]>;
  }
  export default class Koa { use(middleware: (ctx: Context) => unknown): void; listen(port: number): void; }
}
declare module "react-router" {
  export interface LoaderFunctionArgs { request: Request }
  export interface ActionFunctionArgs { request: Request }
}
declare module "reflect-metadata";
declare module "vitest" {
  export const afterEach: (run: () => void) => void;
  export const test: (name: string, run: () => Promise<void>) => void;
  export const expect: (value: unknown) => { toBe(expected: unknown): void; toBeTruthy(): void };
}
`;

const folderOf = (path: string) => join(folder, path.replace(/\.md$/, ""));

/** The module, from the folder, that the page's block with this text was made. */
const moduleOf = (path: string, text: string) => {
  const block = pages.find((page) => page.path === path)?.blocks.find(({ code }) => code.includes(text));
  if (block === undefined) throw new Error(`No block of ${path} has ${text}`);
  return `${folderOf(path)}/run/${block.file.replace(/tsx?$/, "js")}`;
};

function node(program: string, args: readonly string[] = []): { status: number | null; output: string } {
  const all = [...args, "--input-type=module", "-e", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, blocks } of pages) {
    const at = folderOf(path);
    for (const { file, code } of blocks) {
      mkdirSync(dirname(join(at, file)), { recursive: true });
      writeFileSync(join(at, file), code);
    }
    buildSync({
      entryPoints: blocks.map(({ file }) => join(at, file)),
      outdir: join(at, "run"),
      outbase: at,
      bundle: true,
      splitting: true,
      packages: "external",
      format: "esm",
      jsx: "automatic",
      target: "es2022",
      logLevel: "error",
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "docs", type: "module" }));
  writeFileSync(join(folder, "foreign.d.ts"), FOREIGN);
  const settings = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { noEmit: true, module: "esnext", moduleResolution: "bundler", experimentalDecorators: true },
    include: ["**/*.ts", "**/*.tsx"],
    exclude: ["**/run"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
});

test("every block compiles", () => {
  expect(pages.flatMap(({ blocks }) => blocks).length).toBeGreaterThanOrEqual(40);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 60_000);

test("no two blocks of a page are one file", () => {
  const doubled = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ file }, n) => blocks.findIndex((other) => other.file === file) !== n)
      .map(({ file }) => [path, file]),
  );
  expect(doubled).toEqual([]);
});

test("every link within the repository leads somewhere", () => {
  const exists = (path: string) => existsSync(join(root, path));
  const broken = pages.flatMap((page) => brokenLinks(page, exists).map((link) => `${page.path}: ${link}`));
  expect(broken).toEqual([]);
});

test("the tests that show the features are there", () => {
  const table = readFileSync(join(root, "docs/features.md"), "utf8");
  const rows = [...table.matchAll(/^\| (?<feature>.*?) +\| \[(?<file>[^\]]+)\]\([^)]*\): (?<name>.*?) +\|$/gm)];
  expect(rows.length).toBeGreaterThan(60);
  const missing = rows.filter(
    ({ groups: { file = "", name = "" } = {} }) => !readFileSync(join(root, file), "utf8").includes(name),
  );
  expect(missing.map(([row]) => row)).toEqual([]);
});

test("the front page is short, and leads to every page", () => {
  const [front, ...others] = pages;
  expect(front?.text.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  const all = pages.map(({ text }) => text).join("\n");
  for (const { path } of others) expect(all).toContain(path.replace(/^.*\//, ""));
});

/** What every stream that reads a channel begins with. */
const BEGIN = 'event: millrace.begin\ndata: {"resumes":true}\n\n';

/** Of `response`, which is held until then: fetch cancels an answer that nobody reads when its Response is collected. */
const readUntil = (text: string) => `
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(${JSON.stringify(text)})) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended: " + text);
    text += value;
  }
  console.log(text.replace(/id: .*/g, "id"));
`;
const HEADLINE = `${BEGIN}id\n\nevent: headline\nid\ndata: {"title":"It works"}\n\n\n`;

test("the quick start streams what is broadcast", () => {
  const ran = node(`
    import { GET } from "${moduleOf("README.md", "app/api/events")}";
    import { broadcast } from "millrace";
    const response = await GET(new Request("http://host/"));
    broadcast("news", "headline", { title: "It works" });
    ${readUntil("It works")}
    await reader.cancel();
  `);
  expect(ran).toEqual({ status: 0, output: HEADLINE });
});

test.each([
  ["tokens", "yield 'You'; yield ' asked';", ["token", '"You"', "token", '" asked"', "millrace.end"]],
  ["a model that fails", "yield 'You'; throw new Error('down');", ["token", '"You"', "failed", "millrace.end"]],
])("the quick start's answer: %s", (_, model, expected) => {
  const ran = node(`
    import { POST } from "${moduleOf("README.md", "askModel")}";
    console.error = () => {};
    globalThis.askModel = async function* () { ${model} };
    const response = await POST(new Request("http://host/", { method: "POST", body: "Why?" }));
    console.log(await response.text());
  `);
  const heard = [...ran.output.matchAll(/^(?:event|data): ([a-z.]+|"(?:You| asked)")$/gm)].map(([, what]) => what);
  expect([ran.status, heard]).toEqual([0, ["millrace.begin", ...expected]]);
});

test("the guide's CORS headers are on the stream, and on a refusal", () => {
  const ran = node(`
    import { GET } from "${moduleOf("docs/guides/cors.md", "corsHeaders")}";
    const of = async (accept) => {
      const { status, headers, body } = await GET(new Request("http://host/", { headers: { accept, origin: "https://app.example" } }));
      console.log(status, headers.get("Access-Control-Allow-Origin"));
      await body.cancel();
    };
    await of("text/event-stream");
    await of("image/png");
  `);
  expect(ran).toEqual({ status: 0, output: "200 https://app.example\n406 https://app.example\n" });
});

test("the plain functions stream what is broadcast", () => {
  const ran = node(`
    import { GET } from "${moduleOf("docs/reference/server.md", 'registerConnection("news"')}";
    const response = await GET(new Request("http://host/"));
    await import("${moduleOf("docs/reference/server.md", 'broadcast("news"')}");
    ${readUntil("It works")}
    await reader.cancel();
  `);
  expect(ran).toEqual({ status: 0, output: HEADLINE });
});

test("the hub's handler replays and goes on", () => {
  const ran = node(`
    import { GET } from "${moduleOf("docs/reference/server.md", "export const hub")}";
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

test("a chat's answer ends by itself", () => {
  const ran = node(`
    import { POST } from "${moduleOf("docs/guides/chat.md", "refusalResponse")}";
    const text = await (await POST(new Request("http://host/"))).text();
    console.log([...text.matchAll(/data: (".*)/g)].map(([, data]) => JSON.parse(data)).join(""));
  `);
  expect(ran).toEqual({ status: 0, output: "Streams of events\n" });
});

test("an answer in a channel is whole for a client that is cut, and for one that comes late", () => {
  const ran = node(`
    import { SSEClient } from "millrace/client";
    import { GET, POST } from "${moduleOf("docs/guides/chat.md", "lastEventId")}";
    const { id } = await (await POST(new Request("http://host/", { method: "POST", body: "Why?" }))).json();
    const fetch = (url, init) => GET(new Request(url, init));
    const client = new SSEClient("http://host/?id=" + id, { fetch, lastEventId: "0" });
    let answer = "";
    client.on("token", (token) => { answer += token; });
    client.addEventListener("close", ({ completed, reason }) => console.log(answer, completed, reason));
  `);
  expect(ran).toEqual({ status: 0, output: "You asked: Why? true completed\n" });
});

test("the tests of the documentation pass", () => {
  const files = ["answer.test.ts", "conversation.test.ts", "events.test.ts"].map((file) =>
    moduleOf("docs/guides/testing.md", `// ${file}`),
  );
  const ran = spawnSync(process.execPath, ["--test", ...files], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined },
  });
  expect(ran.stdout).toMatch(/pass 3\b/);
  expect(ran.status).toBe(0);
}, 30_000);

test("a tape that was saved is replayed", () => {
  const ran = node(`
    import { writeFileSync } from "node:fs";
    import { createTape } from "millrace/testing";
    const tape = createTape();
    const bytes = new TextEncoder().encode("event: headline\\nid: 1\\ndata: {}\\n\\n");
    for (const entry of [{ kind: "connect" }, { kind: "open" }, { kind: "bytes", bytes }]) tape.write({ atMs: 5, ...entry });
    writeFileSync("bug-17.tape.json", JSON.stringify(tape));
    await import("${moduleOf("docs/guides/testing.md", "replayTape(tape)")}");
  `);
  expect(ran).toEqual({ status: 0, output: "5 headline {}\n0\n" });
});

const rendered = (module: string, component: string, props = {}) =>
  node(`
    import { createElement } from "react";
    import { renderToString } from "react-dom/server";
    import { ${component} } from "${module}";
    console.log(renderToString(createElement(${component}, ${JSON.stringify(props)})));
  `);

test.each([
  ["README.md", "News", {}, /^<p class="(disconnected|connecting)"><\/p>\n$/],
  ["README.md", "Answer", { question: "Why?" }, /^<p> <\/p>\n$/],
  ["docs/getting-started.md", "Progress", {}, /^<progress class="connecting" value="0" max="1"><\/progress>\n$/],
  ["docs/reference/hook.md", "Headlines", {}, /^<ul><\/ul>\n$/],
  ["docs/reference/hook.md", "Prices", {}, /^<pre>\{\}<\/pre>\n$/],
  [
    "docs/reference/hook.md",
    "Progress",
    {},
    /^<section><span role="status".*Connecting<.*<button>Stop<\/button><\/section>\n$/,
  ],
])("%s: %s renders on the server", (path, component, props, expected) => {
  const ran = rendered(moduleOf(path, `function ${component}(`), component, props);
  expect(ran.status).toBe(0);
  expect(ran.output.replaceAll("<!-- -->", "")).toMatch(expected);
});

test.each(["node-http", "express"])("%s streams, publishes and ends", async (name) => {
  const ran = node(`
    import { once } from "node:events";
    import http from "node:http";
    const listening = new Promise((resolve) => {
      const { listen } = http.Server.prototype;
      http.Server.prototype.listen = function (_, ...rest) {
        return listen.call(this, 0, ...rest).once("listening", () => resolve(this.address().port));
      };
    });
    await import("${moduleOf("docs/guides/frameworks.md", `// ${name}.ts`)}");
    const base = "http://127.0.0.1:" + (await listening);
    const response = await fetch(base + "/api/events");
    const headers = { "Content-Type": "application/json" };
    await fetch(base + "/api/news", { method: "POST", headers, body: JSON.stringify({ title: "It works" }) });
    ${readUntil("It works")}
    process.kill(process.pid, "SIGTERM");
  `);
  expect(ran).toEqual({ status: 0, output: HEADLINE });
});
