import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { createHub } from "../../js/src/server/index.js";
import { CuttingProxy } from "./support/cutting-proxy.js";
import { launchChromium } from "./support/demo-page.js";
import { demoFolder, NextServer } from "./support/next-server.js";

// Streams that the core writes to the socket itself, as the browser's own EventSource and the hook receive them when the
// connection is cut in the middle of events.
const MINUTES = 60_000;
const EVENTS = 1000;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
}, MINUTES);
afterAll(() => browser?.close());

const textOf = (n: number) => `event number ${n}.`;
const texts = Array.from({ length: EVENTS }, (_, n) => textOf(n + 1));

/** One event in each part of the stream. */
function chooseCuts(cuts: number): string[] {
  const part = Math.floor(EVENTS / cuts);
  return Array.from({ length: cuts }, (_, index) => textOf(1 + index * part + randomInt(part - 1)));
}

interface Received {
  /** Of the EventSource or the hook, when it is connected. */
  isOpen: boolean;
  texts: string[];
  ids: string[];
}

const received = (page: Page) => page.evaluate(() => (window as unknown as { received: Received }).received);

async function hasReceivedAll(page: Page): Promise<Received> {
  const last = textOf(EVENTS);
  await page.waitForFunction(
    (text) => (window as unknown as { received: Received }).received.texts.includes(text),
    last,
    { timeout: 2 * MINUTES },
  );
  return received(page);
}

/** Opens an EventSource on an empty page of the same origin. */
async function openEventSource(origin: string, path: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/empty`, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto(`${origin}/empty`);
  await page.evaluate(
    (url) =>
      new Promise<void>((resolve) => {
        const all: Received = { isOpen: false, texts: [], ids: [] };
        Object.assign(window, { received: all });
        const source = new EventSource(url);
        source.addEventListener("open", () => resolve());
        source.addEventListener("notify", ({ data, lastEventId }) => {
          all.texts.push(JSON.parse(data).text);
          all.ids.push(lastEventId);
        });
      }),
    path,
  );
  return page;
}

test(
  "an EventSource gets every event of a route handler once and in order",
  async () => {
    const server = await NextServer.start(demoFolder, ["start"]);
    const cuts = chooseCuts(2); // Chromium comes back after three seconds
    const proxy = await CuttingProxy.start(server.port, cuts);
    try {
      const page = await openEventSource(proxy.url, "/api/events?channels=notify");
      const ids: string[] = [];
      for (const text of texts) {
        const response = await fetch(`${server.url}/api/notify`, { method: "POST", body: JSON.stringify({ text }) });
        ids.push(((await response.json()) as { id: string }).id);
      }
      expect(await hasReceivedAll(page)).toMatchObject({ texts, ids });
      expect(proxy.cuts).toEqual(cuts);
      await page.close();
    } finally {
      await proxy.stop();
      await server.stop();
    }
  },
  3 * MINUTES,
);

describe("hub.attach on node:http", () => {
  const hub = createHub({ name: "browser", history: { events: EVENTS } });
  let server: Server;
  let proxy: CuttingProxy;

  beforeAll(async () => {
    const root = join(import.meta.dirname, "../..");
    const program = {
      contents: `
        import { createRoot } from "react-dom/client";
        import { useEventSource } from "millrace/react";
        const received = (window.received = { isOpen: false, texts: [], ids: [] });
        const retry = { baseMs: 50, maxMs: 200 };
        function Page() {
          const onMessage = ({ json, lastEventId }) => {
            received.texts.push(json.text);
            received.ids.push(lastEventId);
          };
          received.isOpen = useEventSource("/events", { events: ["notify"], onMessage, retry }).isConnected;
        }
        createRoot(document.body.appendChild(document.createElement("main"))).render(<Page />);
      `,
      resolveDir: root,
      loader: "tsx",
    } as const;
    const built = buildSync({ stdin: program, bundle: true, format: "iife", jsx: "automatic", write: false });
    server = createServer(async (req, res) => {
      if (req.url === "/events") await hub.attach(req, res, { channels: ["c"], retryMs: 50 });
      else
        res.writeHead(200, { "Content-Type": "text/html" }).end(`<body><script>${built.outputFiles[0]?.text}</script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }, MINUTES);
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  afterEach(() => proxy?.stop());

  test.each(["an EventSource", "useEventSource"])(
    "%s gets every event once and in order",
    async (reader) => {
      const cuts = chooseCuts(5);
      proxy = await CuttingProxy.start((server.address() as AddressInfo).port, cuts);
      let page: Page;
      if (reader === "an EventSource") {
        page = await openEventSource(proxy.url, "/events");
      } else {
        page = await browser.newPage();
        await page.goto(proxy.url);
        await page.waitForFunction(() => (window as unknown as { received: Received }).received.isOpen);
      }
      const ids: string[] = [];
      for (const text of texts) {
        ids.push(hub.publish("c", { event: "notify", data: { text } }).id);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await hasReceivedAll(page)).toMatchObject({ texts, ids });
      expect(proxy.cuts).toEqual(cuts);
      await page.close();
    },
    3 * MINUTES,
  );
});
