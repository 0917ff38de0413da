import type { ServerResponse } from "node:http";
import type { Page } from "playwright-core";
import { AT_ONCE, events, inTurn, openStream } from "./support/answers.js";
import { Bench, runIn } from "./support/bench.js";
import type { Answer } from "./support/resource.js";
import type { ClientName } from "./support/tools.js";

const MINUTES = 60_000;
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start(["--disable-back-forward-cache"]);
}, MINUTES);
afterAll(() => bench?.stop(), MINUTES);

interface Heard {
  heard: string[];
}

const hasHeard = (page: Page, what: string) =>
  page.waitForFunction((wanted) => (window as unknown as Heard).heard.includes(wanted), what);

// eventsource-bfcache. There the connection is closed when the page goes into the cache, and opened when it comes back;
// Chromium keeps it while nothing comes in. Either way the page must not be kept out of the cache, and must be connected
// when it comes out.
test.each<ClientName>(["EventSource", "SSEClient"])(
  "eventsource-bfcache: a page with an open %s goes into the cache, and receives when it is back",
  async (client) => {
    const { page, server } = bench;
    let opened: ServerResponse | undefined;
    const first: Answer = (exchange) => {
      opened = exchange.res;
      return openStream(`${AT_ONCE}${events("1")}`)(exchange);
    };
    const resource = server.serve(inTurn(first, openStream(events("2"))));
    const there = page.url();
    const code = ({ Source }: { Source: typeof EventSource }, url: string) => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      window.addEventListener("pageshow", ({ persisted }) => void heard.push(persisted ? "back" : "loaded anew"));
      new Source(url).onmessage = ({ data }) => void heard.push(data);
    };
    await runIn(page, "window", client, code, resource.url);
    await hasHeard(page, "1");

    await page.goto(`${there}?elsewhere`);
    await page.evaluate(() => history.back());
    await page.waitForURL(there, { waitUntil: "commit" });
    await hasHeard(page, "back");
    opened?.write(events("2"));
    await hasHeard(page, "2");

    expect(await page.evaluate(() => (window as unknown as Heard).heard)).toEqual(["1", "back", "2"]);
    await page.goto(`${there}?${client}`);
  },
  MINUTES,
);
