import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, bundlers, startNext } from "./bare-app.js";

const MINUTES = 60_000;
const file = join(app, "lib/listening.ts");

test.each(bundlers)(
  "a module that subscribes when it is evaluated does so once, however often it is changed, with %s",
  async (bundler) => {
    const source = readFileSync(file, "utf8");
    const server = await startNext(bundler, "dev");
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
