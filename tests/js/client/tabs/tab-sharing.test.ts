import { SSEError } from "../../../../js/src/shared/errors.js";
import { randomOf } from "../../../support/random.js";
import { Browser } from "./browser.js";
import { Source, Tab } from "./tab.js";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});

async function open(source: Source, count: number, options: ConstructorParameters<typeof Tab>[2] = {}): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let n = 0; n < count; n++) {
    tabs.push(new Tab(browser, source, options));
    await browser.settle();
  }
  return tabs;
}

async function publish(source: Source, count: number): Promise<void> {
  source.publish(count);
  await browser.settle();
}

const connected = (tabs: readonly Tab[]) => tabs.flatMap((tab, index) => (tab.isConnected ? [index] : []));

describe.each([true, false])("events with ids: %s", (hasIds) => {
  test("a quiet stream is not told again to those who ask whether the leader is there", async () => {
    const source = new Source(hasIds);
    const tabs = await open(source, 3);
    await publish(source, 20);
    for (let minute = 0; minute < 10; minute++) await browser.pass(60_000);
    await publish(source, 1);
    for (const tab of tabs) expect(tab.seen).toEqual(range(1, 21));
    expect(source.requests).toBe(1);
  });

  test("every change of the leader goes on where it was", async () => {
    const source = new Source(hasIds);
    const tabs = await open(source, 4);
    await publish(source, 50);
    while (tabs.length > 1) {
      tabs.shift()?.close();
      await browser.settle();
      await publish(source, 50);
      for (const tab of tabs) expect(tab.seen).toEqual(range(1, source.count));
      expect(connected(tabs)).toEqual([0]);
    }
  });

  test("a tab that comes late gets the last 200, and one that was away what it lacks", async () => {
    const source = new Source(hasIds);
    const [, second] = await open(source, 2);
    await publish(source, 300);
    second?.page.put("away");
    await publish(source, 100);
    const [late] = await open(source, 1);
    second?.page.put("here");
    await browser.settle();
    await publish(source, 1);
    expect(late?.seen).toEqual(range(201, 401));
    expect(second?.seen).toEqual(range(1, 401));
  });
});

describe("a tab that cannot have a connection", () => {
  test.each(["hidden", "away"] as const)("leaves it to another: the leader is %s", async (presence) => {
    const source = new Source(true);
    const tabs = await open(source, 3, { pauses: true });
    tabs[0]?.page.put(presence);
    await browser.settle();
    await publish(source, 5);
    expect(connected(tabs)).toEqual([1]);
    expect(tabs[1]?.seen).toEqual(range(1, 5));
    tabs[0]?.page.put("here");
    await browser.settle();
    await publish(source, 5);
    for (const tab of tabs) expect(tab.seen).toEqual(range(1, 10));
    expect(connected(tabs)).toEqual([1]);
  });

  test("is not the next: who is hidden leaves the queue", async () => {
    const source = new Source(true);
    const tabs = await open(source, 3, { pauses: true });
    tabs[1]?.page.put("hidden");
    tabs[0]?.close();
    await browser.settle();
    await publish(source, 5);
    expect(connected(tabs)).toEqual([2]);
    tabs[2]?.close();
    await browser.settle();
    expect(connected(tabs)).toEqual([]);
    await publish(source, 5);
    tabs[1]?.page.put("here");
    await browser.settle();
    expect(connected(tabs)).toEqual([1]);
    expect(tabs[1]?.seen).toEqual(range(1, 10));
  });

  test("hidden without `pauseWhenHidden`, it keeps it", async () => {
    const source = new Source(true);
    const tabs = await open(source, 2);
    tabs[0]?.page.put("hidden");
    await browser.settle();
    expect(connected(tabs)).toEqual([0]);
  });
});

test("where the browser refuses its locks, each tab has a connection of its own", async () => {
  browser.refusal = new DOMException("not here", "SecurityError");
  const source = new Source(true);
  const tabs = await open(source, 2);
  await publish(source, 5);
  expect(connected(tabs)).toEqual([0, 1]);
  for (const tab of tabs) expect(tab.seen).toEqual(range(1, 5));
});

test("a leader whose head is slow is left alone", async () => {
  const source = new Source(true);
  source.connect = () => {
    source.requests++;
  };
  await open(source, 3);
  await browser.pass(300_000);
  expect(source.requests).toBe(1);
});

test("a leader that hangs is robbed, and follows when it runs again", async () => {
  const source = new Source(true);
  const tabs = await open(source, 2);
  await publish(source, 3);
  const [leader, follower] = tabs as [Tab, Tab];
  leader.page.runs = false;
  await publish(source, 3);
  await browser.pass(70_000);
  expect(follower.seen).toEqual(range(1, 6));
  leader.page.runs = true;
  await browser.settle();
  await publish(source, 3);
  for (const tab of tabs) expect(tab.seen).toEqual(range(1, 9));
  expect(connected(tabs)).toEqual([1]);
});

test("a tab that hung itself robs nobody", async () => {
  const source = new Source(true);
  const tabs = await open(source, 2);
  await publish(source, 1);
  await browser.pass(58_000);
  const follower = tabs[1] as Tab;
  await browser.pass(2_000); // it has asked, and the answer is under way
  follower.page.runs = false;
  await browser.pass(3_600_000);
  follower.page.runs = true;
  await browser.pass(1);
  expect(connected(tabs)).toEqual([0]);
  expect(source.requests).toBe(1);
});

describe("what the leader no longer has", () => {
  test("comes from the server, and then the tab follows again", async () => {
    const source = new Source(true);
    const [leader] = await open(source, 1);
    await publish(source, 10);
    leader?.close();
    const tabs = await open(source, 1); // begins at 10
    await publish(source, 5);
    tabs.push(...(await open(source, 1, { cursor: "e.3" })));
    await browser.settle();
    expect(connected(tabs)).toEqual([0, 1]);
    await publish(source, 5);
    await browser.pass(2_000);
    expect(connected(tabs)).toEqual([0]);
    await publish(source, 5);
    expect(tabs[1]?.seen).toEqual(range(4, 25));
    expect(tabs[1]?.told).toEqual([]);
  });

  test("is a gap where events have no ids", async () => {
    const source = new Source(false);
    const tabs = await open(source, 2);
    await publish(source, 1);
    tabs[1]?.page.put("away");
    await publish(source, 2_000);
    tabs[1]?.page.put("here");
    await browser.settle();
    expect(tabs[1]?.told).toEqual(['{"verdict":"gap"}']);
    expect(tabs[1]?.seen).toEqual([1, ...range(1_002, 2_001)]);
  });

  test("is no reason to ask for an answer once more", async () => {
    const source = new Source(true);
    const tabs = await open(source, 2, { mayAsk: false });
    await publish(source, 1);
    tabs[1]?.page.put("away");
    await publish(source, 2_000);
    tabs[1]?.page.put("here");
    await browser.settle();
    expect(source.requests).toBe(1);
    expect(tabs[1]?.told).toEqual(['{"verdict":"gap"}']);
  });
});

test("the end is the end for all tabs, and nobody asks again", async () => {
  const source = new Source(true);
  const tabs = await open(source, 3);
  tabs[0]?.ended({ reason: "completed", reconnect: false });
  await browser.pass(1_000);
  for (const tab of tabs) expect(tab.told).toEqual(["completed"]);
  expect(source.requests).toBe(1);
});

test.each(["before", "after"])("a tab that comes just %s the end gets what there was, and the end", async (when) => {
  const source = new Source(true);
  const [first] = await open(source, 1, { mayAsk: false });
  await publish(source, 3);
  let second: Tab | undefined;
  if (when === "before") second = new Tab(browser, source, { mayAsk: false });
  first?.ended({ reason: "closed", reconnect: false });
  if (when === "after") await browser.settle();
  second ??= new Tab(browser, source, { mayAsk: false });
  await browser.pass(10_000);
  expect([second.seen, second.told, source.requests]).toEqual([range(1, 3), ["closed"], 1]);
  const [later] = await open(source, 1, { mayAsk: false });
  expect([later?.isConnected, source.requests]).toEqual([true, 2]);
});

test("a final error before the first byte is that of a tab that has just come, too", async () => {
  const source = new Source(true);
  const first = new Tab(browser, source, { mayAsk: false });
  const second = new Tab(browser, source, { mayAsk: false });
  first.begin = () => first.giveUp(new SSEError("BAD_RESPONSE", "status 400"));
  await browser.pass(10_000);
  expect([first.told, second.told]).toEqual([["BAD_RESPONSE"], ["BAD_RESPONSE"]]);
});

test("an answer that may not be asked for twice is not asked for by the next tab", async () => {
  const source = new Source(true);
  const tabs = await open(source, 3, { mayAsk: false });
  tabs[0]?.close();
  await browser.pass(1_000);
  expect(tabs[1]?.told).toEqual(["CONNECTION_FAILED"]);
  expect(tabs[2]?.told).toEqual(["CONNECTION_FAILED"]);
  expect(source.requests).toBe(1);
});

test("an answer that may not be asked for twice is not given up by a page that is hidden or frozen", async () => {
  const source = new Source(true);
  const tabs = await open(source, 2, { mayAsk: false, pauses: true });
  for (const presence of ["hidden", "away", "here"] as const) {
    tabs[0]?.page.put(presence);
    await browser.settle();
    await publish(source, 5);
    expect(connected(tabs)).toEqual([0]);
  }
  for (const tab of tabs) expect(tab.seen).toEqual(range(1, 15));
  expect(source.requests).toBe(1);
});

test.each([
  undefined,
  null,
  "text",
  7,
  {},
  { from: "x" },
  { from: "x", kind: "events" },
  { from: "x", kind: "events", term: "t", at: 0, events: [null], cursor: "" },
  { from: "x", kind: "events", term: "t", at: 0.5, events: [], cursor: "" },
  { from: "x", kind: "state", term: "t" },
  { from: "x", kind: "state", term: "t", state: { state: "unknown" } },
  { from: "x", kind: "welcome", to: "y", term: "t", at: 0, events: {}, cursor: "", state: null },
  { from: "x", kind: "events", term: "t", at: 0, events: [{ type: "n", data: "", lastEventId: "" }], cursor: "" },
  { from: "x", kind: "hello", cursor: 7 },
  { from: "x", kind: "hello", cursor: "", place: { term: 1 } },
  { from: "x", kind: "end", term: "t", end: null },
  { from: "x", kind: "what comes in a later version" },
])("a message that is none changes nothing: %j", async (message) => {
  const source = new Source(true);
  const tabs = await open(source, 2);
  const page = browser.open();
  const channel = page.open("millrace 1:name");
  channel.postMessage(message);
  await browser.settle();
  await publish(source, 3);
  for (const tab of tabs) expect(tab.seen).toEqual([1, 2, 3]);
  expect(connected(tabs)).toEqual([0]);
});

test.each([...range(1, 300), 11378])(
  "whatever happens, every tab sees all from its first event on, once: seed %i",
  async (seed) => {
    const random = randomOf(seed);
    browser = new Browser(random);
    const source = new Source(true);
    const tabs: Tab[] = [];
    const any = () => tabs[Math.floor(random() * tabs.length)] as Tab;
    const happenings = [
      () => source.publish(1 + Math.floor(random() * 20)),
      () => source.publish(1 + Math.floor(random() * 20)),
      () => tabs.length < 5 && tabs.push(new Tab(browser, source, { pauses: random() < 0.5 })),
      () => tabs.length > 1 && tabs.splice(tabs.indexOf(any()), 1)[0]?.close(),
      () => any().page.put("hidden"),
      () => any().page.put("away"),
      () => any().page.put("here"),
      () => {
        any().page.runs = random() < 0.5;
      },
      () => browser.pass(random() * 70_000),
      () => browser.settle(),
    ];
    tabs.push(new Tab(browser, source));
    for (let step = 0; step < 60; step++) await happenings[Math.floor(random() * happenings.length)]?.();

    for (const tab of tabs) {
      tab.page.runs = true;
      await browser.settle();
      tab.page.put("here");
    }
    await browser.pass(300_000);
    source.publish(1);
    await browser.pass(1_000);
    expect(connected(tabs)).toHaveLength(1);
    for (const tab of tabs) {
      expect(tab.told.filter((word) => word !== "reconnect")).toEqual([]);
      expect(tab.seen).toEqual(range(tab.seen[0] ?? 0, source.count));
    }
  },
);
