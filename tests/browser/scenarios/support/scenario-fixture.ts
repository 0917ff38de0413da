import type { Browser, BrowserContext } from "playwright-core";
import { connectBrowser } from "../../support/browser.js";
import { Network } from "./network.js";
import { RealTabs } from "./real-tabs.js";
import { ScenarioServer, type ServerSettings } from "./scenario-server.js";
import { Tab } from "./tab.js";

const LAUNCH_MS = 60_000;

/** What a test of a scenario works with. */
export interface Scenario {
  readonly server: ScenarioServer;
  /** Stands before the server. */
  readonly network: Network;
  /** Another tab of the same browser, on the network's origin or this one. */
  openTab(options?: { readonly origin?: string; readonly policy?: string }): Promise<Tab>;
}

/** A browser for all tests of a file, and for each test a server and a network, which end with it. */
export class ScenarioFixture {
  readonly #newContext: () => Promise<BrowserContext>;
  readonly #clearing: (() => Promise<unknown>)[] = [];

  private constructor(newContext: () => Promise<BrowserContext>) {
    this.#newContext = newContext;
  }

  /** Of the file that calls it. */
  static use(): ScenarioFixture {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await connectBrowser();
    }, LAUNCH_MS);
    afterAll(() => browser?.close(), LAUNCH_MS);
    return ScenarioFixture.#with(async () => (browser as Browser).newContext());
  }

  /** The same with tabs that are hidden when another is in front. */
  static withRealTabs(): ScenarioFixture {
    let browser: RealTabs | undefined;
    beforeAll(async () => {
      browser = await RealTabs.launch();
    }, LAUNCH_MS);
    afterAll(() => browser?.close(), LAUNCH_MS);
    return ScenarioFixture.#with(async () => (browser as RealTabs).context);
  }

  static #with(newContext: () => Promise<BrowserContext>): ScenarioFixture {
    const fixture = new ScenarioFixture(newContext);
    afterEach(() => fixture.#clear(), LAUNCH_MS);
    return fixture;
  }

  async start(settings: ServerSettings = {}): Promise<Scenario> {
    const server = await ScenarioServer.start(settings);
    this.#clearing.unshift(() => server.kill());
    const network = await Network.start(server);
    this.#clearing.unshift(() => network.stop());
    const context = await this.#newContext();
    return {
      server,
      network,
      openTab: async ({ origin = network.url, policy } = {}) => {
        const tab = await Tab.open(context, origin, policy);
        this.#clearing.unshift(() => tab.page.close());
        return tab;
      },
    };
  }

  async #clear(): Promise<void> {
    for (const end of this.#clearing.splice(0)) await end();
  }
}

/** Reconnects nearly at once, and never stops trying for long. */
export const EAGER = { retry: { baseMs: 20, maxMs: 100 }, breaker: { coolDownMs: 100 } };
