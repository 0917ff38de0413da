// Policies of channels: what createHub accepts, and what connections and publishers are refused by them.

import { refusalResponse } from "../../js/src/server/http/refusal.js";
import {
  type ChannelPolicy,
  createHub,
  type HubOptions,
  memoryContentStore,
  policies,
  SSEError,
} from "../../js/src/server/index.js";
import { until } from "./listening.js";

let count = 0;
const hubWith = (list: readonly ChannelPolicy[], options: HubOptions = {}) =>
  createHub({ name: `policies ${++count}`, policies: list, ...options });

const request = (headers: Record<string, string> = {}) => new Request("http://host/", { headers });
const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe("what is not a policy", () => {
  test.each<[string, unknown, string]>([
    ["no array", {}, "policies must be an array of policies"],
    ["no object", ["room:*"], "policies[0] must be an object, not string"],
    ["no match", [{}], "policies[0].match must be a string, not undefined"],
    ["an empty match", [{ match: "" }], 'policies[0].match must not be empty; "**" matches every channel'],
    ["a star within a part", [{ match: "room*" }], 'policies[0].match has the part "room*"'],
    ["three stars", [{ match: "a:***" }], 'policies[0].match has the part "***"'],
    ["half of a surrogate pair", [{ match: "\ud800" }], "policies[0].match must not hold half of a surrogate pair"],
    ["the same match", [{ match: "a" }, { match: "a", name: "b" }], "policies[1].match is that of a policy before it"],
    ["the same name", [{ match: "a" }, { match: "b", name: "a" }], "policies[1].name is that of a policy before it"],
    ["an empty name", [{ match: "a", name: "" }], 'policies[0].name cannot be ""'],
    ["the name of the rest", [{ match: "a", name: "default" }], 'policies[0].name cannot be "default"'],
    ["a misspelt option", [{ match: "a", trottle: {} }], 'policies[0] has no option "trottle": is it "throttle"?'],
    ["an unknown preset", [{ match: "a", preset: "log" }], 'policies[0].preset cannot be "log": is it "logs"?'],
    ["limits of the hub", [{ match: "a", limits: { perChannel: 1 } }], 'policies[0].limits has no option "perChannel"'],
    [
      "a negative limit",
      [{ match: "a", limits: { total: -1 } }],
      "policies[0].limits.total must be a number of at least 0",
    ],
    [
      "more in one channel than in all",
      [{ match: "a", limits: { connections: 5, total: 4 } }],
      "policies[0].limits.connections is above policies[0].limits.total",
    ],
    [
      "no publish at all",
      [{ match: "a", limits: { publishesPerUser: 0 } }],
      "policies[0].limits.publishesPerUser must be a number of at least 0.001",
    ],
    [
      "a tiny history",
      [{ match: "a", history: { bytes: 5 } }],
      "policies[0].history.bytes must be a number of at least 1024",
    ],
    ["a rate of no number", [{ match: "a", rate: 10 }], "policies[0].rate must be an object, not 10"],
    ["a rate without its number", [{ match: "a", rate: {} }], "policies[0].rate.perSecond must be a number"],
    [
      "no burst",
      [{ match: "a", rate: { perSecond: 1, burst: 0 } }],
      "policies[0].rate.burst must be a number of at least 1",
    ],
    [
      "a huge burst",
      [{ match: "a", rate: { perSecond: 1, burst: 1e9 } }],
      "policies[0].rate.burst must be at most 1000000",
    ],
    [
      "an unknown overflow",
      [{ match: "a", rate: { perSecond: 1, overflow: "drop" } }],
      'policies[0].rate.overflow cannot be "drop"',
    ],
    [
      "a buffer of nothing, of which the oldest is dropped",
      [{ match: "a", rate: { perSecond: 1, buffer: { events: 0 } } }],
      'policies[0].rate.overflow must be "refuse"',
    ],
    [
      "a window of nothing",
      [{ match: "a", merge: { windowMs: 0 } }],
      "policies[0].merge.windowMs must be a number of at least 1",
    ],
    ["a flag", [{ match: "a", throttle: true }], "policies[0].throttle must be an object, not boolean"],
    [
      "a wrong heartbeat",
      [{ match: "a", heartbeat: { everyMs: 0 } }],
      "policies[0].heartbeat.everyMs must be a number",
    ],
  ])("%s", (_what, list, message) => {
    expect(() => hubWith(list as ChannelPolicy[])).toThrow(TypeError);
    expect(() => hubWith(list as ChannelPolicy[])).toThrow(message);
  });

  test("the hub's own options are checked as those of a policy", () => {
    expect(() => createHub({ name: "own", rate: { perSecond: Number.NaN } })).toThrow(
      "rate.perSecond must be a number",
    );
    expect(() => createHub({ name: "own", limits: { publishesPerUser: -1 } })).toThrow(
      "limits.publishesPerUser must be a number",
    );
  });
});

test("presets are plain objects, and a preset is as if it were spread", () => {
  const rateOf = (policy: Omit<ChannelPolicy, "match">) => {
    const hub = hubWith([{ match: "a", ...policy }]);
    return Array.from({ length: 12 }, () => hub.publish("a", { event: "e", data: {} }).state);
  };
  const ten = [...Array(10).fill("sent"), "held", "held"];
  expect(rateOf(policies.logs)).toEqual(ten);
  expect(rateOf({ preset: "logs" })).toEqual(ten);
  expect(rateOf({ preset: "logs", rate: { perSecond: 11 } })).toEqual([...Array(11).fill("sent"), "held"]);
  expect(rateOf({ preset: "logs", rate: false })).toEqual(Array(12).fill("sent"));
  expect(rateOf({ preset: "chat" })).toEqual(Array(12).fill("sent"));
});

test("what a policy leaves out is as the hub's own options say, and what is false is not", () => {
  const hub = hubWith([{ match: "same" }, { match: "none", rate: false }], { rate: { perSecond: 1 } });
  for (const [channel, state] of Object.entries({ same: "held", none: "sent", else: "held" })) {
    hub.publish(channel, { event: "e", data: 1 });
    expect([channel, hub.publish(channel, { event: "e", data: 2 }).state]).toEqual([channel, state]);
  }
});

test("connections of a channel, and of all channels of a policy", async () => {
  const hub = hubWith([{ match: "room:*", limits: { connections: 1, total: 2 } }]);
  const open = async (channel: string) => {
    const response = await hub.response(request({ Accept: "text/event-stream" }), { channels: [channel] });
    return { response, status: response.status };
  };
  const first = await open("room:a");
  expect(first.status).toBe(200);
  const full = await open("room:a");
  expect(full.status).toBe(429);
  expect(full.response.headers.get("retry-after")).toBe("5");
  expect(await full.response.json()).toMatchObject({
    code: "TOO_MANY_CONNECTIONS",
    detail: expect.stringMatching(/limits.connections of its policy/),
  });
  expect((await open("room:b")).status).toBe(200);
  const all = await open("room:c");
  expect(all.status).toBe(429);
  expect(await all.response.json()).toMatchObject({
    code: "TOO_MANY_CONNECTIONS",
    detail: expect.stringMatching(/limits.total/),
  });
  expect((await open("else")).status).toBe(200);
  expect(hub.stats().policies).toMatchObject({
    "room:*": { channels: 2, connections: 2, opened: 2, refused: { streams: { TOO_MANY_CONNECTIONS: 2 } } },
    default: { channels: 1, connections: 1, opened: 1, refused: { streams: {} } },
  });
  await first.response.body?.cancel();
  expect((await open("room:c")).status).toBe(200);
});

test("channels of a policy", async () => {
  const hub = hubWith([{ match: "room:*", limits: { channels: 1 } }]);
  hub.publish("room:a", { event: "e", data: 1 });
  expect(thrown(() => hub.publish("room:b", { event: "e", data: 1 }))).toMatchObject({ code: "SERVER_FULL" });
  const refused = await hub.response(request(), { channels: ["room:b"] });
  expect(refused.status).toBe(503);
  hub.publish("else", { event: "e", data: 1 });
});

test("a user who publishes too fast is refused, and told when to come back", async () => {
  const hub = hubWith([{ match: "chat:*", preset: "chat", limits: { publishesPerUser: 2 } }]);
  const say = (userId?: string, channel = "chat:1") =>
    hub.publish(channel, { event: "say", data: "hello", ...(userId && { userId }) });
  say("ann");
  say("ann", "chat:2");
  const error = thrown(() => say("ann")) as SSEError;
  expect(error).toBeInstanceOf(SSEError);
  expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: expect.any(Number) });
  expect(error.retryAfterMs).toBeGreaterThan(0);
  expect(error.retryAfterMs).toBeLessThanOrEqual(500);
  const answer = refusalResponse(error);
  expect(answer?.status).toBe(429);
  expect(answer?.headers.get("retry-after")).toBe("1");
  expect(await answer?.json()).toMatchObject({ code: "RATE_LIMITED", status: 429 });
  say("bob");
  say();
  say("ann", "else");
});

test("the heartbeat is the stream's own, or that of its channels' policies, or the hub's", async () => {
  const hub = hubWith(
    [
      { match: "fast:*", heartbeat: { everyMs: 5000 } },
      { match: "slow:*", heartbeat: { everyMs: 60_000 } },
      { match: "none:*", heartbeat: false },
    ],
    { heartbeat: { everyMs: 30_000 } },
  );
  const secondsOf = async (channels: string[], own = {}) => {
    const response = await hub.response(request(), { channels, ...own });
    await response.body?.cancel();
    return response.headers.get("x-heartbeat-interval");
  };
  expect(await secondsOf(["fast:1"])).toBe("5");
  expect(await secondsOf(["slow:1"])).toBe("60");
  expect(await secondsOf(["none:1"])).toBeNull();
  expect(await secondsOf(["else"])).toBe("30");
  expect(await secondsOf(["slow:1", "fast:1", "none:1"])).toBe("5");
  expect(await secondsOf(["slow:1", "else"])).toBe("30");
  expect(await secondsOf(["fast:1"], { heartbeat: { everyMs: 7000 } })).toBe("7");
});

type Heartbeat = NonNullable<HubOptions["heartbeat"]>;

test.each<[Heartbeat, Heartbeat, string]>([
  [{ adaptive: true }, { event: "beat", data: { n: 1 } }, "heartbeat.adaptive needs the usual heartbeat.data"],
  [{ everyMs: 20_000, adaptive: { fromMs: 10_000 } }, { everyMs: 5000 }, "fromMs must be at most 5000"],
  [{ adaptive: true }, { everyMs: 300 }, "heartbeat.everyMs, with adaptive, must be a number of at least 1000"],
])("the hub's heartbeat %j and a policy's %j contradict each other", (own, heartbeat, message) => {
  const policies = [{ name: "p", match: "a", heartbeat }];
  const said = (name: string, options: HubOptions) => () =>
    createHub({ name: `policies ${count} ${name}`, ...options });
  count += 1;
  expect(said("both", { heartbeat: own, policies })).toThrow('heartbeat of the policy "p", with the hub\'s own: ');
  expect(said("both", { heartbeat: own, policies })).toThrow(message);
  said("later", { policies })();
  expect(said("later", { heartbeat: own })).toThrow(message);
  said("stays", { heartbeat: own, policies: [{ match: "a", heartbeat: false }] })();
});

test("policies that are given again replace those before, for channels that are there, too", () => {
  const name = `policies ${++count}`;
  const hub = createHub({ name });
  hub.publish("a", { event: "e", data: 1 });
  createHub({ name, policies: [{ match: "a", rate: { perSecond: 1 } }] });
  hub.publish("a", { event: "e", data: 2 });
  expect(hub.publish("a", { event: "e", data: 3 }).state).toBe("held");
  createHub({ name });
  expect(hub.publish("a", { event: "e", data: 4 }).state).toBe("held");
  expect(Object.keys(hub.stats().policies)).toEqual(["a", "default"]);
});

test("in production, other policies than those before are a contradiction", () => {
  const name = `policies ${++count}`;
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    createHub({ name, policies: [{ match: "a", preset: "logs" }] });
    createHub({ name, policies: [{ match: "a", ...policies.logs }] });
    createHub({ name });
    expect(thrown(() => createHub({ name, policies: [{ match: "b" }] }))).toMatchObject({
      code: "CONFLICTING_OPTIONS",
      message: expect.stringContaining("another policies"),
    });
    expect(hubNames(name)).toEqual(["a", "default"]);
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
});

const hubNames = (name: string) => Object.keys(createHub({ name }).stats().policies);

describe("records", () => {
  const log = {
    properties: {
      level: { enum: ["info", "error"] },
      message: { type: "string", minLength: 1 },
      duration: { type: "number", minimum: 0 },
    },
    required: ["level", "message"],
  } as const;
  const put = (data: unknown, event = "log", options: Partial<ChannelPolicy> = {}) =>
    thrown(() => hubWith([{ match: "a", records: { log }, ...options }]).publish("a", { event, data }));

  test("are taken where they are as they must be", () => {
    expect(put({ level: "info", message: "m", more: [1] })).toMatchObject({ state: "sent" });
    expect(put(1, "else", { records: false })).toMatchObject({ state: "sent" });
  });

  test.each([
    [{ message: "m" }, "log", "level", "level is missing: it must be one of info, error"],
    [{ level: "fatal", message: "m" }, "log", "level", 'level must be one of info, error, not "fatal"'],
    [{ level: "info", message: "" }, "log", "message", 'message must be a string that is not empty, not ""'],
    [
      { level: "info", message: "m", duration: -1 },
      "log",
      "duration",
      "duration must be a number of at least 0, not -1",
    ],
    [{ level: "info", message: "m" }, "logs", "event", 'event must be one of log, not "logs"'],
    [undefined, "log", "data", "data must be an object"],
  ])("%j as %s is refused", (data, event, member, message) => {
    const error = put(data, event);
    expect(error).toBeInstanceOf(SSEError);
    expect(error).toMatchObject({ code: "INVALID_DATA", message, cause: [{ message, path: [member] }] });
  });

  test("that are kept elsewhere were looked at", () => {
    const hub = createHub({
      ...{ name: `policies ${++count}`, contentStore: memoryContentStore() },
      policies: [{ match: "a", records: { log }, maxBytes: 256, oversize: "reference" }],
    });
    const large = { level: "info", message: "m".repeat(300) };
    expect(hub.publish("a", { event: "log", data: large })).toMatchObject({ state: "sent" });
    expect(() => hub.publish("a", { event: "log", data: { ...large, level: "x" } })).toThrow("level must be one of");
  });

  test.each<[string, unknown, string]>([
    ["nothing", {}, "records must name the events that are taken"],
    ["a text", "log", "records must be an object"],
    ["no properties", { log: {} }, "records.log.properties must be an object"],
    [
      "a misspelt type",
      { log: { properties: { a: { type: "text" } } } },
      'records.log.properties.a.type cannot be "text"',
    ],
    [
      "another keyword",
      { log: { properties: { a: { maximum: 1 } } } },
      'records.log.properties.a has no option "maximum"',
    ],
    ["an empty enum", { log: { properties: { a: { enum: [] } } } }, "records.log.properties.a.enum must not be empty"],
    ["an enum of numbers", { log: { properties: { a: { type: "number", enum: ["1"] } } } }, "names texts"],
    ["a quotation mark", { log: { properties: { a: { enum: ['"'] } } } }, "must not hold quotation marks"],
    ["what is required and nowhere", { log: { properties: {}, required: ["a"] } }, 'records.log.required has "a"'],
  ])("%s are no rules", (_, records, message) => {
    const error = thrown(() => hubWith([{ match: "a", records: records as never }]));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
  });
});

describe("a stamp", () => {
  test("is the time at which an event leaves", async () => {
    const hub = hubWith([{ match: "a", stamp: "timestamp", rate: { perSecond: 10, burst: 1 } }]);
    const times: string[] = [];
    const end = hub.subscribe("a", ({ data }) => times.push((data as { timestamp: string }).timestamp));
    const before = Date.now();
    for (let n = 0; n < 4; n++) hub.publish("a", { event: "e", data: { n, timestamp: "mine" } });
    await until(() => times.length === 4);
    end();
    const ms = times.map((time) => Date.parse(time));
    expect(times.map((time) => new Date(Date.parse(time)).toISOString())).toEqual(times);
    expect(ms).toEqual([...ms].sort((a, b) => a - b));
    expect(ms[0]).toBeGreaterThanOrEqual(before);
    expect((ms[3] as number) - (ms[0] as number)).toBeGreaterThanOrEqual(290); // they left at the rate
  });

  test("has room in data that is cut", () => {
    const hub = hubWith([{ match: "a", stamp: "timestamp", maxBytes: 1000, oversize: "truncate" }]);
    let text = "";
    const end = hub.subscribe("a", (message) => {
      text = JSON.stringify(message.data);
    });
    hub.publish("a", { event: "e", data: { message: "m", metadata: { long: "x".repeat(5000) } } });
    return until(() => text !== "").then(() => {
      end();
      expect(text.length).toBeLessThanOrEqual(1000);
      expect(JSON.parse(text)).toMatchObject({ message: "m", timestamp: expect.stringMatching(/^20.*Z$/) });
    });
  });

  test("must have a name", () => {
    expect(() => hubWith([{ match: "a", stamp: "" }])).toThrow("policies[0].stamp must not be empty");
    expect(() => hubWith([{ match: "a", stamp: true as never }])).toThrow("policies[0].stamp must be a string");
  });
});
