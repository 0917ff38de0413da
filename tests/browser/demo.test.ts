import type { Browser, BrowserContext } from "playwright-core";
import { DemoPage, launchChromium } from "./support/demo-page.js";
import { demoFolder, NextServer } from "./support/next-server.js";
import { openRawEvents } from "./support/raw-events.js";

const MINUTES = 60_000;
let server: NextServer;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  server = await NextServer.start(demoFolder, ["start"]);
  browser = await launchChromium();
}, MINUTES);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, MINUTES);

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(() => context.close());

const post = (path: string, fields: object) =>
  fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(fields) });

test(
  "a page connects and says so",
  async () => {
    const demo = await DemoPage.open(context, server.url);
    expect(await demo.page.getByRole("status").first().textContent()).toBe("connected");
    await demo.shows("connections", "1");
    expect(await demo.text("duplicates")).toBe("0");
    expect(await demo.text("reconnects")).toBe("0");
    expect(demo.errors).toEqual([]);
  },
  MINUTES,
);

test(
  "a notice in one tab is a toast in all",
  async () => {
    const [ada, bob] = [await DemoPage.open(context, server.url), await DemoPage.open(context, server.url)];
    await ada.page.getByLabel("Your name").fill("Ada");
    await ada.page.getByLabel("Message to everyone").fill("Hello, <b>all</b> of you");
    await ada.button("Send").click();
    for (const demo of [ada, bob]) {
      await demo.shows("toast", /^Ada\s*Hello, <b>all<\/b> of you$/);
      await demo.hasDelivered("notify", 1);
    }
    expect(await ada.delivered("notify")).toEqual(await bob.delivered("notify"));
  },
  MINUTES,
);

test(
  "an answer goes on after its connection was dropped, and is the one that the server wrote",
  async () => {
    const opened = new Promise<string>((resolve) =>
      context.on("request", (request) => request.url().includes("/api/events?") && resolve(request.url())),
    );
    const demo = await DemoPage.open(context, server.url);
    const events = await openRawEvents(await opened);

    await demo.button("How do I stream a response?").click();
    await demo.hasDelivered("chat.token", 20);
    await demo.button("Drop my connection").click();
    await demo.shows("verdict", "resumed: continued");
    await demo.shows("answer-status", "complete, identical to what the server wrote");

    let written = "";
    for await (const { event, data } of events) {
      if (event === "chat.token") written += (JSON.parse(data) as { text: string }).text;
      if (event === "chat.end") break;
    }
    expect(await demo.element("answer").textContent()).toBe(written);
    expect(await demo.text("reconnects")).toBe("1");
    expect(await demo.text("duplicates")).toBe("0");
    expect(demo.errors).toEqual([]);
  },
  2 * MINUTES,
);

test(
  "a build of the core runs to its end in two tabs alike, and in one that comes late",
  async () => {
    const [first, second] = [await DemoPage.open(context, server.url), await DemoPage.open(context, server.url)];
    await first.button("Build and test").click();
    await second.hasDelivered("run.line", 20, 2 * MINUTES);
    const late = await DemoPage.open(context, server.url);
    await late.page.locator(".line[data-n='20']").waitFor();
    expect((await post("/api/run", {})).status).toBe(409);

    for (const demo of [first, second, late]) {
      await demo.shows("run-status", /^(passed|failed|cancelled)$/, 8 * MINUTES);
      const lastLines = (await demo.page.locator(".line").allTextContents()).slice(-20).join("\n");
      // The output says why, if it has failed.
      expect([await demo.text("run-status"), lastLines]).toEqual(["passed", lastLines]);
    }
    const lines = await first.delivered("run.line");
    expect(lines).toEqual(await second.delivered("run.line"));
    expect(lines.map(({ data }) => (data as { n: number }).n)).toEqual(lines.map((_, index) => index + 1));
    const shown = (demo: DemoPage) => demo.page.locator(".line").allTextContents();
    expect(await shown(late)).toEqual(await shown(first));

    // Its progress is what the tools said.
    for (const step of ["step-compile", "step-test"]) {
      const counted = await first.element(step).locator(".step-count").textContent();
      const [, done, total] = /^(\d+) of (\d+)$/.exec(String(counted)) ?? [];
      expect(Number(done)).toBeGreaterThan(1);
      expect(done).toBe(total);
    }
    expect(first.errors).toEqual([]);
  },
  10 * MINUTES,
);

test(
  "a run that is cancelled ends, and another can begin",
  async () => {
    const demo = await DemoPage.open(context, server.url);
    await demo.button("Build and test").click();
    await demo.shows("run-status", "running");
    await demo.button("Cancel").click();
    await demo.shows("run-status", "cancelled");
    expect((await fetch(`${server.url}/api/run`, { method: "DELETE" })).status).toBe(409);
    expect((await post("/api/run", {})).status).toBe(202);
    expect((await fetch(`${server.url}/api/run`, { method: "DELETE" })).status).toBe(204);
    await demo.shows("run-status", "cancelled");
  },
  2 * MINUTES,
);

test.each([
  { what: "no channels", path: "/api/events" },
  { what: "a channel that there is not", path: "/api/events?channels=run,secrets" },
  { what: "a body that is no JSON", path: "/api/chat", body: "no JSON" },
  { what: "a tab that is no name", path: "/api/chat", body: '{"tab":"../x","question":"Why?"}' },
  { what: "a notice without text", path: "/api/notify", body: '{"text":"  "}' },
  { what: "a notice that is too long", path: "/api/notify", body: JSON.stringify({ text: "x".repeat(501) }) },
  { what: "no stream to drop", path: "/api/drop", body: "{}" },
])("$what is refused as a problem", async ({ path, body }) => {
  const response = await fetch(`${server.url}${path}`, body === undefined ? {} : { method: "POST", body });
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 400, code: "BAD_REQUEST" });
});
