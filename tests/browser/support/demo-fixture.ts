import type { Browser, BrowserContext } from "playwright-core";
import { connectBrowser } from "./browser.js";
import { demoFolder, type Environment, NextServer } from "./next-server.js";

const START_MS = 60_000;

/** The demo as `next start` serves it, and a browser, for all tests of a file; each test has a context of its own. */
export class DemoFixture {
  #server: NextServer | undefined;
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;

  private constructor() {}

  /** Of the file that calls it. `env` is added to the server's environment. */
  static use(env: Environment = {}): DemoFixture {
    const fixture = new DemoFixture();
    beforeAll(async () => {
      fixture.#server = await NextServer.start(demoFolder, ["start"], env);
      fixture.#browser = await connectBrowser();
    }, START_MS);
    afterAll(async () => {
      await fixture.#browser?.close();
      await fixture.#server?.stop();
    }, START_MS);
    beforeEach(async () => {
      fixture.#context = await fixture.#browser?.newContext();
    });
    afterEach(() => fixture.#context?.close());
    return fixture;
  }

  get server(): NextServer {
    return there(this.#server);
  }

  get context(): BrowserContext {
    return there(this.#context);
  }

  request(method: string, path: string, fields?: object): Promise<Response> {
    const body = fields === undefined ? {} : { body: JSON.stringify(fields) };
    return fetch(`${this.server.url}${path}`, { method, ...body });
  }

  /** Publishes a notice to all tabs; gives its id. */
  async notify(text: string): Promise<string> {
    const response = await this.request("POST", "/api/notify", { text });
    return ((await response.json()) as { id: string }).id;
  }
}

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the fixture is set in tests only");
  return part;
}
