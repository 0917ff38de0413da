import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { launchChromium } from "../../../../scripts/lib/chromium.mjs";
import { freePort } from "../../../../scripts/lib/port.mjs";

/**
 * A browser whose tabs are what a user has: one that is not in front is hidden, and may be frozen. Playwright makes all of
 * its own believe that they are in front, except through a second connection that is told not to.
 */
export class RealTabs {
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #connection: Browser;

  private constructor(browser: Browser, connection: Browser, context: BrowserContext) {
    this.#browser = browser;
    this.#connection = connection;
    this.context = context;
  }

  static async launch(): Promise<RealTabs> {
    const port = await freePort();
    const browser = await launchChromium([], [`--remote-debugging-port=${port}`]);
    const connection = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    return new RealTabs(browser, connection, connection.contexts()[0] as BrowserContext);
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#browser.close();
  }
}
