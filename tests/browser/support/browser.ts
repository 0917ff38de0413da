import { type Browser, chromium } from "playwright-core";

/**
 * The Chromium that all test files share (prepare.mjs), through a connection of the caller's own: contexts that were opened
 * through it have nothing in common with those of others, and end with it.
 */
export const connectBrowser = (): Promise<Browser> => chromium.connect(process.env.MILLRACE_TEST_BROWSER ?? "");
