import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { createHub } from "../../js/src/server/index.js";
import { connectBrowser } from "./support/browser.js";

const MINUTES = 60_000;
const EVENTS = 300;
const hub = createHub({ name: "compressed for Chromium", compress: true, history: { events: 2 * EVENTS } });
let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await connectBrowser();
  server = createServer((req, res) => {
    if (req.url === "/events") void hub.attach(req, res, { channels: ["c"] });
    else res.writeHead(200, { "Content-Type": "text/html" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server.close(resolve));
}, MINUTES);

// Every other event is so short that it goes as a stored block.
const textOf = (n: number) =>
  n % 2 === 0 ? `${n}` : `event ${n}: ${"some words that come again and again, ".repeat(n % 50)}`;

test(
  "Chromium's EventSource reads a gzip stream of events that were deflated once, each as it comes",
  async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const answer = page.waitForResponse((response) => response.url().endsWith("/events"));
    await page.evaluate(() => {
      const received: string[] = [];
      Object.assign(window, { received });
      const source = new EventSource("/events");
      source.addEventListener("text", ({ data }) => received.push(JSON.parse(data)));
    });
    expect((await answer).headers()["content-encoding"]).toBe("gzip");
    const count = (n: number) =>
      page.waitForFunction((least) => (window as unknown as { received: string[] }).received.length >= least, n);

    // The first ones singly: a decoder that waited for more would stop here.
    for (let n = 0; n < 10; n++) {
      hub.publish("c", { event: "text", data: textOf(n) });
      await count(n + 1);
    }
    for (let n = 10; n < EVENTS; n++) hub.publish("c", { event: "text", data: textOf(n) });
    await count(EVENTS);
    const received = await page.evaluate(() => (window as unknown as { received: string[] }).received);
    expect(received).toEqual(Array.from({ length: EVENTS }, (_, n) => textOf(n)));
    await page.close();
  },
  MINUTES,
);
