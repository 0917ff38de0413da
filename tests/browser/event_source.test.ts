import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { createHub } from "../../js/src/server/index.js";
import { connectBrowser } from "./support/browser.js";
import { CuttingProxy } from "./support/cutting-proxy.js";
import { chooseCuts, EVENTS, texts } from "./support/numbered-texts.js";
import { hasReceivedAll, openEventSource, type Received } from "./support/received.js";

// Streams that the core writes to the socket itself, as the browser's own EventSource and the hook receive them when the
// connection is cut in the middle of events.
const MINUTES = 60_000;
let browser: Browser;

beforeAll(async () => {
  browser = await connectBrowser();
}, MINUTES);
afterAll(() => browser?.close());

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
        const breaker = { coolDownMs: 100 };
        function Page() {
          const onMessage = ({ json, lastEventId }) => {
            received.texts.push(json.text);
            received.ids.push(lastEventId);
          };
          received.isOpen = useEventSource("/events", { events: ["notify"], onMessage, retry, breaker }).isConnected;
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
        page = await openEventSource(browser, proxy.url, "/events");
      } else {
        page = await browser.newPage();
        await page.goto(proxy.url);
        await page.waitForFunction(() => (window as unknown as { received: Received }).received.isOpen);
      }
      const ids: (string | null)[] = [];
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
