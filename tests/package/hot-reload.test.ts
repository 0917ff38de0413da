import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appOf, bundlers, startNext, work } from "./bare-app.js";
import { copyInstalledApp } from "./prepare.mjs";

const MINUTES = 60_000;
/** Other tests serve the application at the same time, and are not to see it change. */
const folder = join(work, "app-that-changes");
const file = join(folder, "lib/listening.ts");

beforeAll(() => copyInstalledApp(appOf("turbopack"), folder), MINUTES);

test.each(bundlers)(
  "a module that subscribes when it is evaluated does so once, however often it is changed, with %s",
  async (bundler) => {
    const source = readFileSync(file, "utf8");
    const server = await startNext(bundler, "dev", { DIST_DIR: `.next-${bundler}` }, folder);
    try {
      for (const version of [1, 2, 3]) {
        writeFileSync(file, source.replace("VERSION = 1", `VERSION = ${version}`));
        let seen: { version?: number; heard?: number[] } = {};
        while (seen.version !== version) seen = await (await fetch(`${server.url}/api/listening`)).json();
        expect(seen.heard).toEqual([version]);
      }
    } finally {
      await server.stop();
      writeFileSync(file, source);
    }
  },
  2 * MINUTES,
);
