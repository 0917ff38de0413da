// Alerts: what a hub tells when something about it becomes alarming, and when it is well again.
import { type AlertEvent, type AlertOptions, createHub, type HubOptions } from "../../js/src/server/index.js";
import { until } from "./listening.js";

let count = 0;
const hubWith = (alerts: AlertOptions, more: HubOptions = {}) =>
  createHub({ name: `alerts ${++count}`, alerts: { everyMs: 10, memory: false, ...alerts }, ...more });

/** Asks with a client that is let in, or is not. */
const open = (hub: ReturnType<typeof hubWith>, isAllowed = true) =>
  hub.response(new Request("http://host/"), { channels: ["c"], authorize: () => isAllowed });

test("connections above the share of the limit, and below it again", async () => {
  const hub = hubWith({ connections: { above: 0.5, forMs: 0 } }, { limits: { connections: 4 } });
  const heard: AlertEvent[] = [];
  const end = hub.on("alert", (event) => void heard.push(event));
  const responses = await Promise.all([open(hub), open(hub), open(hub)]);
  await until(() => heard.length === 1);
  expect(heard[0]).toEqual({ name: "connections", state: "raised", value: 0.75, above: 0.5 });
  await responses[0]?.body?.cancel();
  await responses[1]?.body?.cancel();
  await until(() => heard.length === 2);
  expect(heard[1]).toEqual({ name: "connections", state: "resolved", value: 0.25, above: 0.5 });
  end();
  await responses[2]?.body?.cancel();
});

test("refusals, records of errors and memory", async () => {
  const hub = hubWith({
    failuresPerSecond: { above: 0.04, forMs: 0 },
    errorRecordsPerSecond: { above: 0.04, forMs: 0 },
    memory: { above: 0, forMs: 0 },
  });
  const heard = new Map<string, AlertEvent>();
  const end = hub.on("alert", (event) => void heard.set(event.name, event));
  for (let n = 0; n < 3; n++) {
    await open(hub, false);
    hub.publish("c", { event: "log", data: { level: "error", message: "no" } });
    hub.publish("c", { event: "log", data: { level: "info", message: "yes" } });
  }
  await until(() => heard.size === 3);
  expect([...heard.keys()].sort()).toEqual(["errorRecordsPerSecond", "failuresPerSecond", "memory"]);
  expect(heard.get("failuresPerSecond")?.value).toBeCloseTo(3 / 60, 1);
  expect(heard.get("errorRecordsPerSecond")?.value).toBeCloseTo(3 / 60, 1);
  end();
});

test("an alert that is switched off or has not lasted is none, and nobody who has left is told", async () => {
  const hub = hubWith({
    failuresPerSecond: false,
    errorRecordsPerSecond: { above: 0.001, forMs: 3_600_000 },
    memory: { above: 0, forMs: 0 },
  });
  const heard: string[] = [];
  hub.on("alert", ({ name }) => void heard.push(name))();
  const end = hub.on("alert", ({ name }) => void heard.push(name));
  await open(hub, false);
  hub.publish("c", { event: "log", data: { level: "fatal" } });
  await until(() => heard.length > 0);
  expect(heard).toEqual(["memory"]);
  end();
});

test("the logger gets them without a listener, once a stream was opened", async () => {
  const entries: unknown[][] = [];
  const write = (level: string) => (message: string, fields: object) => void entries.push([level, message, fields]);
  const logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const hub = hubWith({ memory: { above: 0, forMs: 0 } }, { logger });
  const response = await open(hub);
  await until(() => entries.some(([level]) => level === "warn"));
  expect(entries.find(([level]) => level === "warn")).toEqual([
    "warn",
    "millrace: alert memory raised",
    { hub: hub.name, kind: "alert", name: "memory", state: "raised", value: expect.any(Number), above: 0 },
  ]);
  await response.body?.cancel();
});

test("the same options again do not begin anew, and false is none", async () => {
  const name = `alerts ${++count}`;
  const alerts = { everyMs: 30, memory: { above: 0, forMs: 0 } };
  const heard: string[] = [];
  const end = createHub({ name, alerts }).on("alert", (event) => void heard.push(event.name));
  await until(() => {
    createHub({ name, alerts }); // as a route handler does that makes its hub
    return heard.length > 0;
  });
  expect(heard).toEqual(["memory"]);
  end();
  const none: string[] = [];
  const off = createHub({ name: `alerts ${++count}`, alerts: false });
  off.on("alert", (event) => void none.push(event.name))();
  expect(none).toEqual([]);
});

test("what is raised is resolved where its alert goes, and is not raised twice by other options", async () => {
  const hub = hubWith({ memory: { above: 0, forMs: 0 } });
  const heard: AlertEvent[] = [];
  const end = hub.on("alert", (event) => void heard.push(event));
  await until(() => heard.length === 1);
  createHub({ name: hub.name, alerts: { everyMs: 11, memory: { above: 0.000_001, forMs: 0 }, latencyMs: 5 } });
  createHub({ name: hub.name, alerts: false });
  await until(() => heard.length > 1);
  expect(heard.map(({ name, state, above }) => [name, state, above])).toEqual([
    ["memory", "raised", 0],
    ["memory", "resolved", 0.000_001],
  ]);
  end();
});

test("who begins to listen is told of what is alarming already", async () => {
  const hub = hubWith({ memory: { above: 0, forMs: 0 } });
  for (let round = 0; round < 2; round++) {
    const heard: string[] = [];
    const end = hub.on("alert", ({ state }) => void heard.push(state));
    await until(() => heard.length > 0);
    expect(heard).toEqual(["raised"]);
    end();
  }
});

test("where nobody is ever let in, the logger is told, too", async () => {
  const entries: unknown[][] = [];
  const write = (level: string) => (message: string) => void entries.push([level, message]);
  const logger = { debug() {}, info() {}, warn: write("warn"), error: write("error") };
  const hub = hubWith({ failuresPerSecond: { above: 0.01, forMs: 0 } }, { logger });
  await open(hub, false);
  await until(() => entries.length > 1);
  expect(entries).toEqual([
    ["warn", "millrace: request refused"],
    ["warn", "millrace: alert failuresPerSecond raised"],
  ]);
});

test.each<[object, string]>([
  [{ latency: 5 }, 'alerts has no option "latency": is it "latencyMs"?'],
  [{ latencyMs: "5" }, "alerts.latencyMs must be an object, not string"],
  [{ latencyMs: -1 }, "alerts.latencyMs must be a number of at least 0, not -1"],
  [{ latencyMs: { above: 5, below: 6 } }, "alerts.latencyMs.below must be at most 5, not 6"],
  [{ latencyMs: { below: 6 } }, "alerts.latencyMs.above must be a number of at least 0, not undefined"],
  [{ everyMs: 1 }, "alerts.everyMs must be a number of at least 10, not 1"],
  [{ everyMs: 3e9 }, "alerts.everyMs must be at most 2147483647, not 3000000000"],
])("%j is refused", (alerts, message) => {
  expect(() => createHub({ name: "wrong alerts", alerts: alerts as AlertOptions })).toThrow(new TypeError(message));
});
