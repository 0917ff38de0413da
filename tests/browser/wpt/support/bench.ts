import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../../scripts/lib/chromium.mjs";
import { connectBrowser } from "../../support/browser.js";
import type { Answer, Resource } from "./resource.js";
import type { ClientName, PageTools, RealmName, Tools } from "./tools.js";
import { WptServer } from "./wpt-server.js";

/** Of the page, for what runs there. */
declare const pageTools: PageTools;

/** One client in one realm, for one case. */
export interface Subject {
  readonly client: ClientName;
  readonly page: Page;
  readonly pageUrl: string;
  serve(answer: Answer): Resource;
  /** Runs a function in the realm. It must not refer to anything but its arguments. Its sources live until the case ends. */
  run<Result, Arg = undefined>(code: (tools: Tools, arg: Arg) => Result | Promise<Result>, arg?: Arg): Promise<Result>;
}

/** A browser with one page, and the server it asks. */
export class Bench {
  readonly server: WptServer;
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(server: WptServer, browser: Browser, page: Page) {
    this.server = server;
    this.#browser = browser;
    this.page = page;
  }

  /** `ignoreDefaultArgs`: as of `launchChromium`; with any, the browser is one of its own. */
  static async start(ignoreDefaultArgs: string[] = []): Promise<Bench> {
    const server = await WptServer.start();
    const browser = await (ignoreDefaultArgs.length === 0 ? connectBrowser() : launchChromium(ignoreDefaultArgs));
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.origins.own}/page`);
    return new Bench(server, browser, page);
  }

  /** What a case observes of a client, whose sources are closed afterwards. */
  async observe<Observed>(
    client: ClientName,
    realm: RealmName,
    observe: (subject: Subject) => Promise<Observed>,
  ): Promise<Observed> {
    const { page, server } = this;
    try {
      return await observe({
        client,
        page,
        pageUrl: page.url(),
        serve: (answer) => server.serve(answer),
        run: (code, arg) => runIn(page, realm, client, code, arg),
      });
    } finally {
      await page.evaluate((name) => pageTools.closeAll(name), realm);
    }
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }
}

/** Runs a function in a page with the tools, or in a worker of that page's. */
export function runIn<Result, Arg>(
  page: Page,
  realm: RealmName,
  client: ClientName,
  code: (tools: Tools, arg: Arg) => Result | Promise<Result>,
  arg?: Arg,
): Promise<Result> {
  return page.evaluate(([name, job]) => pageTools.run(name, job), [
    realm,
    { client, code: String(code), arg: arg as unknown },
  ] as const) as Promise<Result>;
}
