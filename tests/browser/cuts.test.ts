import { randomInt } from "node:crypto";
import type { Browser } from "playwright-core";
import { CuttingProxy } from "./support/cutting-proxy.js";
import { DemoPage, launchChromium } from "./support/demo-page.js";
import { demoFolder, NextServer } from "./support/next-server.js";

const MINUTES = 60_000;
const EVENTS = 1000;
const CUTS = 5;
let server: NextServer;
let browser: Browser;

beforeAll(async () => {
  server = await NextServer.start(demoFolder, ["start"]);
  browser = await launchChromium();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, MINUTES);

const textOf = (n: number) => `event number ${n}.`;

/** One event in each fifth of the stream, in which the connection is cut. */
function chooseCuts(): string[] {
  const part = EVENTS / CUTS;
  return Array.from({ length: CUTS }, (_, index) => textOf(1 + index * part + randomInt(part - 1)));
}

test(
  "1,000 events arrive once and in order, though the connection is cut five times in the middle of one",
  async () => {
    const cuts = chooseCuts();
    const proxy = await CuttingProxy.start(server.port, cuts);
    try {
      const demo = await DemoPage.open(await browser.newContext(), proxy.url);
      const published: string[] = [];
      for (let n = 1; n <= EVENTS; n += 1) {
        const body = JSON.stringify({ text: textOf(n) });
        const response = await fetch(`${server.url}/api/notify`, { method: "POST", body });
        published.push(((await response.json()) as { id: string }).id);
      }
      await demo.hasDelivered("notify", EVENTS, 2 * MINUTES);

      const delivered = await demo.delivered("notify");
      expect(delivered.map(({ lastEventId }) => lastEventId)).toEqual(published);
      expect(delivered.map(({ data }) => (data as { text: string }).text)).toEqual(
        published.map((_, index) => textOf(index + 1)),
      );
      expect(proxy.cuts).toEqual(cuts);
      await demo.shows("reconnects", String(CUTS));
      expect(await demo.text("duplicates")).toBe("0");
      expect(demo.errors).toEqual([]);
    } finally {
      await proxy.stop();
    }
  },
  5 * MINUTES,
);
