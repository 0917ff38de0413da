// The log of a room in Chromium: cut and continued, and ten thousand records a second.
import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import type { LogStream } from "../../js/src/react/index.js";
import { createHub, createLogEmitter } from "../../js/src/server/index.js";
import { connectBrowser } from "./support/browser.js";
import { close, listen, pageServer } from "./support/react-page.js";

const MINUTES = 60_000;
const ROOM = "room 1/ä";
const RECORDS = 20_000;

let browser: Browser;
let server: Server;
let origin: string;
let emitter: ReturnType<typeof createLogEmitter>;
let isBroken = false;

/** What the page keeps for the test. */
interface Seen {
  last: LogStream;
  events: number;
  renders: number;
  most: number;
  longest: number;
}
type Seeing = { seen: Seen };

const program = `
  import { createRoot } from "react-dom/client";
  import { useLogStream } from "millrace/react";

  const seen = (window.seen = { events: 0, renders: 0, most: 0, longest: 0 });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: "longtask" });
  function Logs() {
    const result = useLogStream(${JSON.stringify(ROOM)}, {
      onEvent: (type) => void (type === "log" && seen.events++),
      retry: { baseMs: 10, maxMs: 50 },
      breaker: false,
      fallback: { afterAttempts: 1000 },
    });
    seen.last = result;
    seen.renders++;
    seen.most = Math.max(seen.most, result.logs.length);
    return (
      <main>
        <p role="status">{result.notice ?? "Live"}</p>
        <ol>{result.logs.slice(-200).map((log) => <li key={log.key}>{log.timestamp} {log.level} {log.message}</li>)}</ol>
        <button onClick={result.clear}>Clear</button>
      </main>
    );
  }
  createRoot(document.querySelector("#root")).render(<Logs />);
`;

beforeAll(async () => {
  const hub = createHub({ name: "browser logs" });
  emitter = createLogEmitter(hub, {
    policy: { rate: false, merge: false, history: { events: 30_000 } },
    warnOfVague: false,
  });
  server = pageServer(program, (request, response) => {
    const id = /^\/api\/rooms\/([^/]+)\/logs/.exec(request.url ?? "")?.[1];
    if (id === undefined) return false;
    if (isBroken) response.writeHead(503).end();
    else void emitter.attach(request, response, decodeURIComponent(id), { lag: { events: 30_000, bytes: 2 ** 26 } });
    return true;
  });
  origin = await listen(server);
  browser = await connectBrowser();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await close(server);
}, MINUTES);

async function open(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => (window as unknown as Seeing).seen.last?.isConnected);
  return page;
}

const seenBy = (page: Page) => page.evaluate(() => (window as unknown as Seeing).seen);
const shows = (page: Page, message: string) =>
  page.waitForFunction((text) => (window as unknown as Seeing).seen.last.logs.at(-1)?.message === text, message, {
    timeout: MINUTES,
  });

test(
  "two pages see the same, and what they missed comes once",
  async () => {
    const pages = [await open(), await open()];
    emitter.emitLog(ROOM, "story", "info", "Chapter 1 is written");
    for (const page of pages) await shows(page, "Chapter 1 is written");
    isBroken = true;
    server.closeAllConnections();
    for (const page of pages) await page.getByText("The connection is lost: trying to connect again").waitFor();
    for (let n = 2; n <= 20; n++) emitter.emitLog(ROOM, "story", "info", `Chapter ${n} is written`);
    isBroken = false;
    for (const page of pages) {
      await shows(page, "Chapter 20 is written");
      await page.getByText("Live", { exact: true }).waitFor();
      const { last } = await seenBy(page);
      expect(last.logs.map(({ message }) => message)).toEqual(
        Array.from({ length: 20 }, (_, n) => `Chapter ${n + 1} is written`),
      );
    }
    await pages[0]?.getByRole("button", { name: "Clear" }).click();
    await pages[0]?.waitForFunction(() => (window as unknown as Seeing).seen.last.logs.length === 0);
    expect((await seenBy(pages[1] as Page)).last.logs).toHaveLength(20);
    for (const page of pages) await page.close();
  },
  2 * MINUTES,
);

test(
  "ten thousand records a second leave the page drawing, and a thousand are kept",
  async () => {
    const page = await open();
    const before = await page.evaluate(() => {
      const { seen } = window as unknown as Seeing;
      seen.longest = 0; // what loading took
      return { ...seen };
    });
    let sent = 0;
    await new Promise<void>((resolve) => {
      const began = performance.now();
      const timer = setInterval(() => {
        const due = Math.min(RECORDS, ((performance.now() - began) / 1000) * 10_000);
        for (; sent < due; sent++)
          emitter.emitLog(ROOM, "code", "info", `File ${sent + 1} is compiled`, { bytes: 1000 + sent });
        if (sent < RECORDS) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
    await shows(page, `File ${RECORDS} is compiled`);
    const seen = await seenBy(page);
    expect(seen.events - before.events).toBe(RECORDS);
    expect(seen.most).toBe(1000);
    expect(seen.last.logs).toHaveLength(1000);
    expect(seen.renders - before.renders).toBeLessThan((seen.events - before.events) / 20);
    await page.close();
  },
  2 * MINUTES,
);
