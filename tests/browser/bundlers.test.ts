import { cpSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { buildApp, demoFolder, NextServer, projectRoot } from "./support/next-server.js";
import { openRawEvents } from "./support/raw-events.js";

const MINUTES = 60_000;

/** A copy of the demo with outputs of its own, as deep in the repository as the demo is. */
function copyDemo(name: string): string {
  const folder = join(projectRoot, "build", `demo-${name}`);
  rmSync(folder, { recursive: true, force: true });
  const generated = new Set([".next", "node_modules", "next-env.d.ts", "tsconfig.tsbuildinfo"]);
  cpSync(demoFolder, folder, { recursive: true, filter: (path) => !generated.has(basename(path)) });
  return folder;
}

/** A stream of one route, a broadcast in another, and the page that the bundler made of the client. */
async function expectBroadcast(server: NextServer): Promise<void> {
  try {
    const events = await openRawEvents(`${server.url}/api/events?channels=notify`);
    const body = JSON.stringify({ text: "from another route" });
    const published = await fetch(`${server.url}/api/notify`, { method: "POST", body });
    expect(await published.json()).toMatchObject({ recipients: 1 });
    for await (const { event, data } of events) {
      if (event !== "notify") continue;
      expect(JSON.parse(data)).toMatchObject({ text: "from another route" });
      break;
    }
    expect((await fetch(server.url)).status).toBe(200);
  } finally {
    await server.stop();
  }
}

describe("a broadcast in one route reaches a stream that another has opened", () => {
  test(
    "next start, built with Turbopack",
    async () => expectBroadcast(await NextServer.start(demoFolder, ["start"])),
    MINUTES,
  );

  test(
    "next dev with Turbopack",
    async () => expectBroadcast(await NextServer.start(copyDemo("turbopack"), ["dev"])),
    3 * MINUTES,
  );

  test(
    "next start, built with webpack",
    async () => {
      const folder = copyDemo("webpack");
      await buildApp(folder, "--webpack");
      await expectBroadcast(await NextServer.start(folder, ["start"]));
    },
    5 * MINUTES,
  );

  test(
    "next dev with webpack",
    async () => expectBroadcast(await NextServer.start(copyDemo("webpack-dev"), ["dev", "--webpack"])),
    3 * MINUTES,
  );
});
