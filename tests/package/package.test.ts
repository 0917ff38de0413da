import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure } from "../../bench/size.mjs";
import { run, startServer } from "./command.js";

const root = join(import.meta.dirname, "../..");
const MINUTES = 60_000;
const work = mkdtempSync(join(tmpdir(), "millrace-package-"));
const app = join(work, "app");
let tarball = "";

/** What a bare Next.js app needs, in the versions that this tree has. */
function appManifest(): string {
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as { version: string }).version;
  const packages = ["next", "react", "react-dom", "typescript", "@types/node", "@types/react", "@types/react-dom"];
  return JSON.stringify({
    name: "bare-app",
    private: true,
    dependencies: {
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
      millrace: `file:${tarball}`,
    },
  });
}

beforeAll(async () => {
  const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], root);
  const json = JSON.parse(packed.slice(packed.search(/^[[{]/m))) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  const [first] = Object.values(json);
  if (first === undefined) throw new Error(`npm pack said ${packed}`);
  tarball = join(work, first.filename);
  cpSync(join(root, "tests/package/app"), app, { recursive: true });
  writeFileSync(join(app, "package.json"), appManifest());
  // No script runs at installation, so nothing is compiled or downloaded.
  await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], app);
}, 5 * MINUTES);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test(
  "the tarball holds what runs and nothing else",
  async () => {
    const files = (await run("tar", ["tzf", tarball], work)).trim().split("\n");
    for (const file of ["dist/native/index.cjs", "dist/esm/react/index.js", "dist/cjs/server/index.d.ts", "LICENSE"]) {
      expect(files).toContain(`package/${file}`);
    }
    expect(files.filter((file) => /\.(cpp|hpp|tsx)$|[^d]\.ts$|CMake|node_modules/.test(file))).toEqual([]);
    await run(
      process.execPath,
      [join(root, "node_modules/publint/src/cli.js"), "--strict", join(app, "node_modules/millrace")],
      app,
    );
  },
  MINUTES,
);

/** Opens the stream in one route, publishes in another, and reads until the event is there. */
async function streamsAcrossRoutes(url: string): Promise<void> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/events`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  if (response.body === null) throw new Error("no body");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended after ${text}`);
      text += value;
    }
  };
  await until("id: ");
  const published = await fetch(`${url}/api/publish`, { method: "POST", body: JSON.stringify({ text: "hello" }) });
  expect(await published.json()).toMatchObject({ recipients: 1, connections: 1 });
  await until("event: news\n");
  await until('data: {"text":"hello"}\n\n');
  abort.abort();
}

const next = (bundler: string, command: string, ...more: string[]) => [
  "node_modules/next/dist/bin/next",
  command,
  ...(command === "start" ? [] : [`--${bundler}`]),
  ...more,
];

describe.each(["turbopack", "webpack"])("a bare Next.js app with %s", (bundler) => {
  const env = { DIST_DIR: `.next-${bundler}`, NEXT_TELEMETRY_DISABLED: "1" };

  test(
    "builds, starts and streams from one route to another",
    async () => {
      await run(process.execPath, next(bundler, "build"), app, env);
      const server = await startServer(process.execPath, next(bundler, "start", "-H", "127.0.0.1"), app, env);
      try {
        await streamsAcrossRoutes(server.url);
      } finally {
        await server.stop();
      }
    },
    5 * MINUTES,
  );

  test(
    "runs as a standalone server, moved elsewhere",
    async () => {
      const moved = join(work, `standalone-${bundler}`);
      cpSync(join(app, env.DIST_DIR, "standalone"), moved, { recursive: true, verbatimSymlinks: true });
      const server = await startServer(process.execPath, ["server.js"], moved, env);
      try {
        await streamsAcrossRoutes(server.url);
      } finally {
        await server.stop();
      }
    },
    2 * MINUTES,
  );

  test(
    "streams in development",
    async () => {
      const development = { ...env, DIST_DIR: `.next-dev-${bundler}` };
      const server = await startServer(process.execPath, next(bundler, "dev", "-H", "127.0.0.1"), app, development);
      try {
        await streamsAcrossRoutes(server.url);
        // instrumentation.ts is compiled for the edge, too, where there is no addon.
        expect(server.output()).not.toMatch(/error|warn/i);
      } finally {
        await server.stop();
      }
    },
    3 * MINUTES,
  );
});

test("the size of what a page loads is known", async () => {
  const sizes = await measure();
  const rows = Object.entries(sizes).map(
    ([entry, { gzip, brotli }]) => `${entry}: ${gzip} bytes gzip, ${brotli} brotli`,
  );
  process.stdout.write(`${rows.join("\n")}\n`);
  expect(rows).toHaveLength(2);
});
