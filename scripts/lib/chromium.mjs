// Debian's Chromium, as root and without what it would ask the network for.
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** How Playwright is to launch it. `ignoreDefaultArgs`: which of Playwright's arguments to leave out; `more`: which to add. */
export function chromiumOptions(ignoreDefaultArgs = [], more = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return { executablePath, args: [...ARGUMENTS, ...more], ignoreDefaultArgs };
}

export const launchChromium = (ignoreDefaultArgs, more) => chromium.launch(chromiumOptions(ignoreDefaultArgs, more));
