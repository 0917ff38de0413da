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

/** `ignoreDefaultArgs`: which of Playwright's own arguments to leave out; `more`: which to add to ours. */
export function launchChromium(ignoreDefaultArgs = [], more = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more], ignoreDefaultArgs });
}
