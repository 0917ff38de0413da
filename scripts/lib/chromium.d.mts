import type { Browser, LaunchOptions } from "playwright-core";

/** `ignoreDefaultArgs`: which of Playwright's own arguments to leave out; `more`: which to add to ours. */
export function chromiumOptions(ignoreDefaultArgs?: string[], more?: string[]): LaunchOptions;
export function launchChromium(ignoreDefaultArgs?: string[], more?: string[]): Promise<Browser>;
