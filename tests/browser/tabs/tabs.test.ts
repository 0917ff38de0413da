import type { Browser, BrowserContext, Page } from "playwright-core";
import { connectBrowser } from "../support/browser.js";
import { SharedServer } from "./shared-server.js";

const MINUTE = 60_000;
let browser: Browser;
let server: SharedServer;
let context: BrowserContext;

beforeAll(async () => {
  browser = await connectBrowser();
}, MINUTE);
afterAll(() => browser?.close());

let names = 0;
beforeEach(async () => {
  names += 1;
  server = await SharedServer.start(`tabs ${names}`);
  context = await browser.newContext();
}, MINUTE);
afterEach(async () => {
  await context.close();
  await server.stop();
});

async function openTab(url = "/events", options: { readonly body?: string } = {}): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/`);
  await page.evaluate((arg) => connect(arg.url, arg.options), { url, options });
  return page;
}

const isConnected = (page: Page) => page.waitForFunction(() => seen.client.state === "connected");
const has = (page: Page, number: number) =>
  page.waitForFunction((wanted) => seen.numbers.at(-1) === wanted, number, { timeout: MINUTE });
const numbersOf = (page: Page) => page.evaluate(() => seen.numbers);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test(
  "ten tabs on HTTP/1.1 share one connection, none stalls, and each gets every event once",
  async () => {
    const tabs: Page[] = [];
    for (let n = 0; n < 10; n += 1) tabs.push(await openTab());
    for (const tab of tabs) await isConnected(tab);
    server.publish(300);
    for (const tab of tabs) await has(tab, 300);
    for (const tab of tabs) expect(await numbersOf(tab)).toEqual(range(1, 300));
    expect(server.connections).toBe(1);
  },
  3 * MINUTE,
);

test(
  "a tab that comes late gets what the others have",
  async () => {
    const first = await openTab();
    await isConnected(first);
    server.publish(50);
    await has(first, 50);
    const late = await openTab();
    await has(late, 50);
    server.publish(50);
    await has(late, 100);
    expect(await numbersOf(late)).toEqual(range(1, 100));
    expect(server.connections).toBe(1);
  },
  MINUTE,
);

test(
  "when the tab with the connection is closed, another takes it over: nothing is lost or repeated",
  async () => {
    const tabs = [await openTab(), await openTab(), await openTab(), await openTab()];
    for (const tab of tabs) await isConnected(tab);
    server.publish(100);
    for (const tab of tabs) await has(tab, 100);
    while (tabs.length > 1) {
      server.publish(20); // some of it is on its way when the leader goes
      await tabs.shift()?.close();
      server.publish(80);
      for (const tab of tabs) await has(tab, server.published);
      for (const tab of tabs) expect(await numbersOf(tab)).toEqual(range(1, server.published));
    }
    for (const tab of tabs) expect(await tab.evaluate(() => seen.verdicts)).not.toContain("gap");
  },
  3 * MINUTE,
);

test(
  "a cut is the same for all tabs, and so is what they say of it",
  async () => {
    const tabs = [await openTab(), await openTab()];
    for (const tab of tabs) await isConnected(tab);
    server.publish(10);
    for (const tab of tabs) await has(tab, 10);
    server.cut();
    // Until the thread that writes to the socket has closed it, too, events still go through the old connection.
    await until(() => server.connections === 0 || server.asked === 2);
    server.publish(10);
    for (const tab of tabs) await has(tab, 20);
    for (const tab of tabs) {
      expect(await numbersOf(tab)).toEqual(range(1, 20));
      expect(await tab.evaluate(() => seen.states)).toEqual(expect.arrayContaining(["reconnecting", "connected"]));
      expect(await tab.evaluate(() => seen.verdicts)).toContain("continued");
    }
  },
  MINUTE,
);

test(
  "closing a client leaves the connection to the other tabs",
  async () => {
    const tabs = [await openTab(), await openTab()];
    for (const tab of tabs) await isConnected(tab);
    await tabs[0]?.evaluate(() => seen.client.close());
    const [first, second] = tabs as [Page, Page];
    expect(await first.evaluate(() => seen.client.readyState)).toBe(2);
    await isConnected(second);
    server.publish(5);
    await has(second, 5);
    expect(await numbersOf(second)).toEqual(range(1, 5));
    expect(await numbersOf(first)).toEqual([]);
  },
  MINUTE,
);

test(
  "a tab that takes over before the first byte came begins where the tab before it did",
  async () => {
    server.headsOnly = true;
    const [first, second] = [await openTab(), await openTab()];
    for (const tab of [first, second]) await isConnected(tab);
    server.headsOnly = false;
    server.publish(3);
    await first.close();
    await has(second, 3);
    expect(await numbersOf(second)).toEqual(range(1, 3));
    expect(await second.evaluate(() => seen.verdicts)).toEqual(["continued"]);
  },
  MINUTE,
);

test(
  "a tab that hangs with the connection has it taken away, and follows when it is back",
  async () => {
    const [leader, follower] = [await openTab(), await context.newPage()] as const;
    await isConnected(leader);
    // Its patience is 60 s and 5 s.
    await follower.addInitScript(() => {
      const { setTimeout } = globalThis;
      globalThis.setTimeout = ((run: () => void, ms = 0) => setTimeout(run, ms / 50)) as typeof globalThis.setTimeout;
    });
    await follower.goto(`${server.url}/`);
    await follower.evaluate(() => connect());
    await isConnected(follower);
    server.publish(3);
    await has(follower, 3);

    const debuggerOf = await context.newCDPSession(leader);
    await debuggerOf.send("Debugger.enable");
    const hangs = new Promise((resolve) => debuggerOf.once("Debugger.paused", resolve));
    await debuggerOf.send("Debugger.pause");
    const tick = leader.evaluate(() => {}).catch(() => {});
    await hangs;
    server.publish(3);
    await has(follower, 6);

    await debuggerOf.send("Debugger.resume");
    await tick;
    await has(leader, 6);
    server.publish(3);
    for (const tab of [leader, follower]) await has(tab, 9);
    for (const tab of [leader, follower]) expect(await numbersOf(tab)).toEqual(range(1, 9));
    await until(() => server.connections === 1);
  },
  MINUTE,
);

test(
  "a tab that is frozen leaves the connection to another, and has everything when it is thawed",
  async () => {
    const tabs = [await openTab(), await openTab()] as const;
    const [leader, follower] = tabs;
    for (const tab of tabs) await isConnected(tab);
    server.publish(3);
    for (const tab of tabs) await has(tab, 3);
    // What the browser says before it freezes a page; it freezes none that can be seen.
    await leader.evaluate(() => document.dispatchEvent(new Event("freeze")));
    await until(() => server.asked === 2);
    server.publish(3);
    await has(follower, 6);
    expect(await numbersOf(leader)).toEqual(range(1, 3));
    await leader.evaluate(() => document.dispatchEvent(new Event("resume")));
    server.publish(3);
    for (const tab of tabs) await has(tab, 9);
    for (const tab of tabs) expect(await numbersOf(tab)).toEqual(range(1, 9));
    await until(() => server.connections === 1);
  },
  MINUTE,
);

test(
  "a frame that may not lock has a connection of its own",
  async () => {
    const page = await context.newPage();
    await page.goto(`${server.url}/frame`);
    const frame = page.frames()[1];
    await frame?.evaluate((url) => connect(url, { transport: "fetch" }), `${server.url}/open`);
    await until(() => server.opened > 0);
    await frame?.waitForFunction(() => seen.client.state === "connected");
  },
  MINUTE,
);

test(
  "three tabs ask for one answer once, each has all of it, and its end is the end for all",
  async () => {
    const options = { body: "question" };
    const tabs: Page[] = [];
    for (let n = 0; n < 3; n += 1) tabs.push(await openTab("/answer", options));
    for (const tab of tabs) await isConnected(tab);
    server.answer(1, 50, false);
    for (const tab of tabs) await has(tab, 50);
    server.answer(51, 55, true);
    for (const tab of tabs) await tab.waitForFunction(() => seen.client.completed);
    for (const tab of tabs) expect(await numbersOf(tab)).toEqual(range(1, 55));
    expect(server.posts).toBe(1);
  },
  MINUTE,
);

test(
  "the sixth stream to one host is warned of, once a page, where pages are developed",
  async () => {
    const warnings: string[] = [];
    for (let n = 1; n <= 6; n += 1) {
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "warning" && warnings.push(`${n} ${message.text()}`));
      await page.goto(`${server.url}/`);
      await page.evaluate(() => connect("/events", { shareAcrossTabs: false }));
      await isConnected(page);
      if (n < 6) expect(warnings).toEqual([]);
    }
    await until(() => warnings.length > 0);
    expect(warnings[0]).toMatch(/^6 Millrace: 6 event streams to http:\/\/127\.0\.0\.1:\d+ are open.*shareAcrossTabs/);
    expect(warnings).toHaveLength(1);
  },
  MINUTE,
);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
