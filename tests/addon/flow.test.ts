// Events that wait because of their channel's policy, as publishers and clients see them.
import { jest } from "@jest/globals";
import {
  type ChannelPolicy,
  createHub,
  type HubMessage,
  type HubOptions,
  SSEError,
} from "../../js/src/server/index.js";
import { until } from "./listening.js";
import { StreamReader } from "./reading.js";

let count = 0;
const hubWith = (policy: Omit<ChannelPolicy, "match">, options: HubOptions = {}) =>
  createHub({ name: `flow ${++count}`, policies: [{ match: "c:*", ...policy }], ...options });
type TestHub = ReturnType<typeof hubWith>;

const message = (data: unknown, more: object = {}) =>
  ({ event: "e", data, ...more }) as HubMessage<Record<string, unknown>>;
const statesOf = (hub: TestHub, ...messages: ReturnType<typeof message>[]) =>
  messages.map((one) => hub.publish("c:1", one).state);

async function readerOf(hub: TestHub) {
  const response = await hub.response(new Request("http://host/"), { channels: ["c:1"] });
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

test("beyond the rate events wait, and leave in their order", async () => {
  const hub = hubWith({ rate: { perSecond: 20, burst: 2 } });
  const reader = await readerOf(hub);
  const receipts = [1, 2, 3, 4].map((n) => hub.publish("c:1", message(n)));
  expect(receipts).toEqual([
    { state: "sent", id: expect.stringMatching(/\.1$/), recipients: 1 },
    { state: "sent", id: expect.stringMatching(/\.2$/), recipients: 1 },
    { state: "held", id: null, recipients: 0 },
    { state: "held", id: null, recipients: 0 },
  ]);
  expect(hub.stats().heldEvents).toBe(2);
  await reader.untilEvents(4);
  expect(reader.events).toEqual(["e:1", "e:2", "e:3", "e:4"]);
  expect(reader.lastEventId).toMatch(/\.4$/);
  expect(hub.stats().heldEvents).toBe(0);
});

test("a full buffer refuses where the policy says so", () => {
  const hub = hubWith({ rate: { perSecond: 0.001, burst: 1, buffer: { events: 1 }, overflow: "refuse" } });
  expect(statesOf(hub, message(1), message(2))).toEqual(["sent", "held"]);
  expect(() => hub.publish("c:1", message(3))).toThrow(SSEError);
  expect(() => hub.publish("c:1", message(3))).toThrow(
    expect.objectContaining({ code: "RATE_LIMITED", retryAfterMs: expect.any(Number) }),
  );
});

test("what a full buffer loses is counted", async () => {
  const hub = hubWith({ rate: { perSecond: 0.001, burst: 1, buffer: { events: 2 } } });
  const reader = await readerOf(hub);
  statesOf(hub, ...[1, 2, 3, 4, 5].map((n) => message(n)));
  expect(hub.stats().policies["c:*"]?.dropped).toBe(2);
  hub.flush("c:1");
  await reader.untilEvents(3);
  expect(reader.events).toEqual(["e:1", "e:4", "e:5"]);
});

test("similar events become one, which says for how many it stands", async () => {
  const hub = hubWith({ merge: { windowMs: 50 } });
  const reader = await readerOf(hub);
  const before = Date.now();
  const mergeKey = "timeout";
  expect(statesOf(hub, ...[1, 2, 3].map((n) => message({ n }, { mergeKey })), message("another"))).toEqual([
    "sent",
    "held",
    "merged",
    "sent",
  ]);
  const published = Date.now();
  await reader.untilEvents(3);
  expect(reader.events.slice(0, 2)).toEqual(['e:{"n":1}', 'e:"another"']);
  const merged = JSON.parse(reader.events[2]?.slice(2) ?? "");
  expect(merged).toEqual({ n: 3, count: 3, firstAt: expect.any(String), lastAt: expect.any(String) });
  for (const at of [merged.firstAt, merged.lastAt]) {
    expect(new Date(at).toISOString()).toBe(at);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(at)).toBeLessThanOrEqual(published);
  }
});

test("of a throttled key the first comes, and then the newest", async () => {
  const hub = hubWith({ throttle: { everyMs: 50 } });
  const reader = await readerOf(hub);
  const keyed = (n: number) => message(n, { throttleKey: "progress" });
  expect(statesOf(hub, keyed(1), keyed(2), keyed(3))).toEqual(["sent", "held", "merged"]);
  await reader.untilEvents(2);
  expect(reader.events).toEqual(["e:1", "e:3"]);
});

test("without a policy for it, a key has no effect", () => {
  const hub = createHub({ name: `flow ${++count}` });
  const keyed = message(1, { throttleKey: "k", userId: "ann" });
  expect(statesOf(hub, keyed, keyed)).toEqual(["sent", "sent"]);
});

test.each<[string, object, string]>([
  ["both keys", { mergeKey: "a", throttleKey: "b" }, "a message has a mergeKey or a throttleKey, not both"],
  ["a key of no text", { mergeKey: 1 }, "mergeKey must be a string"],
  ["another of no text", { throttleKey: {} }, "throttleKey must be a string"],
  ["an empty user", { userId: "" }, "userId must not be empty"],
])("a message with %s is a TypeError", (_what, more, said) => {
  const hub = hubWith({ throttle: { everyMs: 50 } });
  expect(() => hub.publish("c:1", message(1, more))).toThrow(TypeError);
  expect(() => hub.publish("c:1", message(1, more))).toThrow(said);
});

test("a held event that is invalid is refused at once", () => {
  const hub = hubWith({ rate: { perSecond: 0.001, burst: 1 } });
  hub.publish("c:1", message(1));
  expect(() => hub.publish("c:1", { ...message(1), event: "a\nb" })).toThrow(
    expect.objectContaining({ code: "INVALID_FIELD" }),
  );
  expect(() => hub.publish("c:1", message("x".repeat(9 << 20)))).toThrow(
    expect.objectContaining({ code: "EVENT_TOO_LARGE" }),
  );
  expect(hub.stats().heldEvents).toBe(0);
});

describe("what waits goes first", () => {
  const slow: Omit<ChannelPolicy, "match"> = { rate: { perSecond: 0.001, burst: 1 } };

  test("when the channel is flushed", async () => {
    const hub = hubWith(slow);
    const reader = await readerOf(hub);
    statesOf(hub, message(1), message(2));
    hub.channel("c:1").flush();
    hub.channel("c:2").flush();
    hub.flush();
    await reader.untilEvents(2);
    expect(reader.events).toEqual(["e:1", "e:2"]);
    expect(() => hub.flush("")).toThrow(TypeError);
  });

  test.each(["drain", "close"] as const)("before the end, by %s", async (how) => {
    const hub = hubWith(slow);
    const reader = await readerOf(hub);
    statesOf(hub, message(1), message(2), message(3));
    if (how === "close") hub.close();
    else void hub.drain({ withinMs: 1000, retrySpreadMs: 0 });
    await reader.toEnd();
    expect(reader.events).toEqual(["e:1", "e:2", "e:3"]);
    expect(hub.publish("c:1", message(4)).state).toBe("sent");
  });

  test("when its rule is taken back", async () => {
    const name = `flow ${++count}`;
    const hub = createHub({ name, rate: { perSecond: 0.001, burst: 1 } });
    const reader = await readerOf(hub);
    statesOf(hub, message(1), message(2));
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    createHub({ name, rate: false });
    warn.mockRestore();
    await reader.untilEvents(2);
    expect(reader.events).toEqual(["e:1", "e:2"]);
  });
});

test("a listener in the process hears a held event when it leaves", async () => {
  const hub = hubWith({ throttle: { everyMs: 20 } });
  const heard: unknown[] = [];
  const stop = hub.subscribe("c:1", ({ data, id }) => heard.push([data, id]));
  statesOf(hub, message(1, { throttleKey: "k" }), message(2, { throttleKey: "k" }));
  await until(() => heard.length === 2);
  expect(heard).toEqual([
    [1, expect.stringMatching(/\.1$/)],
    [2, expect.stringMatching(/\.2$/)],
  ]);
  stop();
});
