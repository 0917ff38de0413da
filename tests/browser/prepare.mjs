// The one Chromium of all browser tests. It runs in Jest's own process group, and test files connect to it.

import { chromium } from "playwright-core";
import { chromiumOptions } from "../../scripts/lib/chromium.mjs";

let server;

/** Jest calls this once, before the first test file. */
export default async function prepare() {
  server = await chromium.launchServer(chromiumOptions());
  process.env.MILLRACE_TEST_BROWSER = server.wsEndpoint();
}

export const cleanUp = () => server?.close();
