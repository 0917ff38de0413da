import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Health } from "../../js/src/react/index.js";
import { connectBrowser } from "./support/browser.js";
import { close, listen, pageServer } from "./support/react-page.js";

// The hook under load, and the badge as it is drawn, in a page of their own.
const MINUTES = 60_000;
const root = join(import.meta.dirname, "../..");
const screenshots = join(root, "build/screenshots");

let browser: Browser;
let server: Server;
let origin: string;
/** Lets the stream of `/million` go on after its first part. */
let goOn: () => void;
const mayGoOn = new Promise<void>((resolve) => {
  goOn = resolve;
});

/** What the page counts. */
interface Seen {
  events: number;
  /** Events that were not the one after the last. */
  misplaced: number;
  renders: number;
  /** Frames that the page drew while events came: those before which there were some. */
  frames: number;
  isShown: boolean;
}

const program = `
  import { createRoot } from "react-dom/client";
  import { ConnectionBadge, useEventSource } from "millrace/react";

  const seen = (window.seen = { events: 0, misplaced: 0, renders: 0, frames: 0, isShown: false });
  let eventsAtFrame = 0;
  const onMessage = ({ json: data }) => {
    if (data.n !== seen.events) seen.misplaced++;
    seen.events++;
  };
  const onFrame = () => {
    if (seen.events > eventsAtFrame) seen.frames++;
    eventsAtFrame = seen.events;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);

  function Stream({ path }) {
    const result = useEventSource(path, { onMessage, historySize: 200, parse: "json" });
    seen.renders++;
    seen.isShown = result.data?.n === seen.events - 1 && result.history.length === 200;
    return <p><ConnectionBadge result={result} /> {result.data?.n}</p>;
  }

  function Badges() {
    return ["healthy", "degraded", "critical", "disconnected"].map((health) => (
      <p key={health}><ConnectionBadge health={health} data-testid={health} style={{ padding: "0.5em" }} /></p>
    ));
  }

  const path = new URLSearchParams(location.search).get("stream");
  createRoot(document.querySelector("#root")).render(path ? <Stream path={path} /> : <Badges />);
`;

const eventsText = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `id: ${from + index}\ndata: {"n":${from + index}}\n\n`).join("");

/** Writes as fast as the page takes it. */
async function write(response: ServerResponse, from: number, to: number): Promise<void> {
  for (let n = from; n < to && !response.destroyed; n += 1000) {
    if (!response.write(eventsText(n, Math.min(n + 1000, to)))) await once(response, "drain");
  }
}

const FLOOD = 30_000;
const FLOOD_PER_TICK = 100;
const FIRST = 10_000;
const MILLION = 1_000_000;

const streams: Record<string, (response: ServerResponse) => unknown> = {
  /** 10,000 events a second. */
  "/flood": (response) => {
    let n = 0;
    const timer = setInterval(() => {
      response.write(eventsText(n, n + FLOOD_PER_TICK));
      n += FLOOD_PER_TICK;
      if (n >= FLOOD) clearInterval(timer);
    }, FLOOD_PER_TICK / 10);
    response.once("close", () => clearInterval(timer));
  },
  "/million": async (response) => {
    await write(response, 0, FIRST);
    await mayGoOn;
    await write(response, FIRST, MILLION);
  },
};

beforeAll(async () => {
  server = pageServer(program, (request, response) => {
    const stream = streams[request.url ?? ""];
    if (stream === undefined) return false;
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    stream(response);
    return true;
  });
  origin = await listen(server);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await close(server);
}, MINUTES);

async function open(stream: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/?stream=${stream}`);
  return page;
}

async function hasSeen(page: Page, events: number): Promise<Seen> {
  await page.waitForFunction(
    (all) => {
      const { seen } = window as unknown as { seen: Seen };
      return seen.events >= all && seen.isShown;
    },
    events,
    { timeout: 2 * MINUTES },
  );
  return page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

test(
  "10,000 events a second do not stop the page: it draws on, counts each event once, and shows the last",
  async () => {
    const page = await open("/flood");
    const seen = await hasSeen(page, FLOOD);
    expect(seen).toMatchObject({ events: FLOOD, misplaced: 0 });
    expect(seen.renders).toBeLessThan(FLOOD / 10);
    expect(seen.frames).toBeGreaterThan(20);
    await page.close();
  },
  3 * MINUTES,
);

/** Bytes in use after everything that can be collected was. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

test(
  "a million events leave the heap where ten thousand did",
  async () => {
    const page = await open("/million");
    await hasSeen(page, FIRST);
    const before = await heapOf(page);
    goOn();
    expect(await hasSeen(page, MILLION)).toMatchObject({ events: MILLION, misplaced: 0 });
    expect((await heapOf(page)) - before).toBeLessThan(2 * 1024 * 1024);
    await page.close();
  },
  3 * MINUTES,
);

const texts: Record<Health, string> = {
  healthy: "Live",
  degraded: "Degraded",
  critical: "Critical",
  disconnected: "Disconnected",
};

test.each(["light", "dark"] as const)(
  "the badge is drawn in its four states, %s",
  async (colorScheme) => {
    mkdirSync(screenshots, { recursive: true });
    const page = await browser.newPage({ colorScheme, deviceScaleFactor: 3 });
    await page.goto(origin);
    for (const [health, text] of Object.entries(texts)) {
      const badge = page.getByTestId(health);
      await badge.waitFor();
      expect(await badge.textContent()).toBe(text);
      const dot = await badge.locator("[aria-hidden]").boundingBox();
      expect([dot?.width, dot?.height]).toEqual([expect.closeTo(9.6, 1), expect.closeTo(9.6, 1)]);
      await badge.screenshot({ path: join(screenshots, `badge-${health}-${colorScheme}.png`) });
    }
    await page.locator("#root").screenshot({ path: join(screenshots, `badges-${colorScheme}.png`) });
    await page.close();
  },
  MINUTES,
);
