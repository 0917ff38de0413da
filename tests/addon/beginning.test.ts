// How a stream begins: the greeting, where who has no cursor begins, the types that a client asks for, and what does not exist.
import { addPolicies, createHub, type HubOptions, type ResponseOptions, SSEError } from "../../js/src/server/index.js";
import { until } from "./listening.js";
import { StreamReader } from "./reading.js";

let count = 0;
const hubWith = (options: HubOptions = {}) => createHub({ name: `beginning ${++count}`, ...options });
type TestHub = ReturnType<typeof hubWith>;
type Options = Partial<ResponseOptions>;

const ask = (hub: TestHub, options: Options = {}, headers: Record<string, string> = {}, query = "") =>
  hub.response(new Request(`http://host/${query}`, { headers }), { channels: ["c"], ...options });

async function reading(hub: TestHub, options?: Options, headers?: Record<string, string>, query?: string) {
  const response = await ask(hub, options, headers, query);
  expect(response.status).toBe(200);
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

function publishAll(hub: TestHub, from: number, to: number, event = "e"): void {
  for (let n = from; n <= to; n++) hub.publish("c", { event, data: n });
}

test.each([
  ["now", []],
  ["earliest", ["e:1", "e:2", "e:3"]],
  [{ last: 2 }, ["e:2", "e:3"]],
  [{ last: 0 }, []],
  [{ last: Number.MAX_SAFE_INTEGER }, ["e:1", "e:2", "e:3"]],
  [(channel: string) => ({ last: channel === "c" ? 1 : 5 }), ["e:3"]],
] as [ResponseOptions["from"], string[]][])("from %p", async (from, events) => {
  const hub = hubWith();
  publishAll(hub, 1, 3);
  const reader = await reading(hub, { from: from as "now" });
  publishAll(hub, 4, 4);
  await reader.untilEvents(events.length + 1);
  expect(reader.events).toEqual([...events, "e:4"]);
  await reader.cancel();
});

test("who comes with a cursor continues there", async () => {
  const hub = hubWith();
  publishAll(hub, 1, 3);
  const { id } = hub.publish("c", { event: "e", data: 4 });
  publishAll(hub, 5, 5);
  const reader = await reading(hub, { from: "earliest" }, { "Last-Event-ID": id as string });
  await reader.untilEvents(2);
  expect(reader.events).toEqual(['millrace.resume:{"verdict":"continued"}', "e:5"]);
  await reader.cancel();
});

test("who is cut before the first event has a cursor that misses nothing", async () => {
  const hub = hubWith();
  publishAll(hub, 1, 3);
  const first = await ask(hub, { from: "earliest" });
  const cursor = first.headers.get("X-Last-Event-ID");
  expect(cursor).toMatch(/\.0$/);
  await first.body?.cancel();
  const again = await reading(hub, { from: "earliest" }, { "Last-Event-ID": cursor as string });
  await again.untilEvents(4);
  expect(again.events.slice(1)).toEqual(["e:1", "e:2", "e:3"]);
  await again.cancel();
});

test("polls begin there, too, page by page", async () => {
  const hub = hubWith();
  const data = "x".repeat(20_000);
  for (let n = 1; n <= 4; n++) hub.publish("c", { event: "e", data: `${n}${data}` });
  const seen: string[] = [];
  for (let cursor = "", hasMore = true; hasMore; ) {
    const headers: Record<string, string> = {
      Accept: "application/json",
      ...(cursor !== "" && { "Last-Event-ID": cursor }),
    };
    const page = await (await ask(hub, { from: "earliest" }, headers)).json();
    seen.push(...page.events.map((event: { data: string }) => JSON.parse(event.data)[0]));
    ({ lastEventId: cursor, hasMore = false } = page);
  }
  expect(seen).toEqual(["1", "2", "3", "4"]);
});

test("registered streams and functions may begin before, too", async () => {
  const hub = hubWith();
  publishAll(hub, 1, 3);
  const stream = hub.createStream();
  hub.register("c", stream.send, { from: { last: 1 } });
  const heard: unknown[] = [];
  hub.register("c", ({ data }) => heard.push(data), { from: "earliest" });
  const reader = await new StreamReader(stream.stream).untilEvents(1);
  expect(reader.events).toEqual(["e:3"]);
  await until(() => heard.length === 3);
  expect(heard).toEqual([1, 2, 3]);
  stream.close();
});

test("a start that is none is refused", async () => {
  const hub = hubWith();
  for (const from of ["begin", 5, { first: 1 }, { last: -1 }, { last: Number.NaN }, null]) {
    await expect(ask(hub, { from: from as "now" })).rejects.toThrow(/^from/);
    expect(() => hub.register("c", () => {}, { from: from as "now" })).toThrow(/^from/);
  }
  const errors: unknown[] = [];
  hub.on("error", ({ error, code }) => errors.push([code, String(error)]));
  expect((await ask(hub, { from: () => "soon" as "now" })).status).toBe(500);
  expect(errors).toEqual([["from", expect.stringMatching(/TypeError: from\("c"\) must be "now"/)]]);
});

test("the greeting comes first", async () => {
  const hub = hubWith();
  const reader = await reading(hub, { greeting: "Connected to c", retryMs: 5 });
  await reader.until(({ raw }) => raw.includes("id: "));
  expect(reader.raw).toMatch(/^: Connected to c\n\nevent: millrace\.begin\ndata: .*\n\nretry: 5\n\nid: .*\n\n$/);
  await reader.cancel();
  for (const greeting of ["two\nlines", "heartbeat", "x".repeat(1001), "\0"]) {
    await expect(ask(hub, { greeting })).rejects.toThrow(/^greeting must be one line/);
  }
});

describe("a client asks for some types", () => {
  test.each([
    ["by the header", { "X-Event-Types": "b, c" }, ""],
    ["by the query", {}, "?eventTypes=b%2Cc"],
    ["percent-encoded", { "X-Event-Types": "%62,c" }, ""],
  ])("%s, and is sent no others", async (_, headers, query) => {
    const hub = hubWith();
    const reader = await reading(hub, {}, headers as Record<string, string>, query);
    for (const event of ["a", "b", "c", "d"]) publishAll(hub, 1, 1, event);
    await reader.untilEvents(2);
    expect(reader.events).toEqual(["b:1", "c:1"]);
    await reader.cancel();
  });

  test("of those that the route sends", async () => {
    const hub = hubWith();
    const reader = await reading(hub, { events: ["a", "b"], closeAfter: "end" }, { "X-Event-Types": "b,c" });
    for (const event of ["a", "b", "c", "end"]) publishAll(hub, 1, 1, event);
    await reader.toEnd();
    expect(reader.events).toEqual(["b:1", "end:1"]);
  });

  test("none of which the route sends, or a malformed list: refused", async () => {
    const hub = hubWith();
    const codeOf = async (header: string, events?: string[]) =>
      (await (await ask(hub, events ? { events } : {}, { "X-Event-Types": header })).json()).code;
    expect(await codeOf("c", ["a", "b"])).toBe("BAD_REQUEST");
    expect(await codeOf("%zz")).toBe("BAD_REQUEST");
    for (const header of [" , ", Array.from({ length: 501 }, (_, at) => `t${at}`).join()]) {
      const all = await reading(hub, {}, { "X-Event-Types": header });
      publishAll(hub, 1, 1);
      await all.untilEvents(1);
      await all.cancel();
    }
  });
});

test("what does not exist is answered 404, once the client was let in", async () => {
  const hub = hubWith();
  const asked: string[] = [];
  const exists = (channels: readonly string[]) => {
    asked.push(...channels);
    return false;
  };
  expect((await ask(hub, { exists, authorize: () => false })).status).toBe(403);
  expect(asked).toEqual([]);
  const answer = await ask(hub, { exists });
  expect([answer.status, (await answer.json()).code]).toEqual([404, "NO_SUCH_CHANNEL"]);
  expect((await ask(hub, { exists: (() => "yes") as never })).status).toBe(404);
  const own = () => Promise.reject(new SSEError("NO_SUCH_CHANNEL", "There is no room 5"));
  expect((await (await ask(hub, { exists: own })).json()).detail).toBe("There is no room 5");
  expect(hub.stats().channels).toBe(0);
  await (await ask(hub, { exists: async () => true })).body?.cancel();
});

test("policies of modules rule what the hub's own do not", () => {
  const hub = hubWith({ policies: [{ match: "own:*", maxBytes: 300 }] });
  addPolicies(hub, [
    { match: "own:*", maxBytes: 1000 },
    { match: "module:*", maxBytes: 400 },
  ]);
  const sizes = (channel: string, size: number) => () => hub.publish(channel, { event: "e", data: "x".repeat(size) });
  expect(sizes("own:1", 500)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  expect(sizes("module:1", 500)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  addPolicies(hub, [{ match: "module:*", maxBytes: 1000 }]);
  createHub({ name: hub.name, channelTtlMs: 5000 });
  expect(sizes("module:1", 500)).not.toThrow();
  expect(sizes("module:1", 1500)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  expect(Object.keys(hub.stats().policies)).toEqual(expect.arrayContaining(["own:*", "module:*"]));
  expect(() => addPolicies(hub, [{ match: "m", heartbeat: {} }])).toThrow(/policies\[0\]/);
});

test("a document may come in parts, and may be begun anew", async () => {
  const hub = hubWith();
  const job = hub.document("c", { parts: { "c:steps": ["steps", "none"], "c:name": ["name"] } });
  expect(await job.exists()).toBe(false);
  job.set({ name: "build", steps: [1, 2] });
  expect(await job.exists()).toBe(true);
  const reader = await (await reading(hub)).untilEvents(3);
  expect(reader.events).toEqual([
    'state:{"name":"build","steps":[1,2]}',
    'c:steps:{"steps":[1,2]}',
    'c:name:{"name":"build"}',
  ]);
  job.patch({ name: "again" }, { event: "begun", isWhole: true });
  expect(await job.get()).toEqual({ name: "again" });
  await reader.untilEvents(4);
  expect(reader.events[3]).toBe('begun:{"name":"again"}');
  await reader.cancel();
});

test("who wants some types only is sent those of a document", async () => {
  const hub = hubWith();
  const job = hub.document("c", { parts: { p: ["x"], q: ["y"] }, events: ["changed"] });
  job.set({ x: 1, y: 2 });
  for (let n = 0; n < 2; n++) {
    const part = await (await reading(hub, { events: ["p"] })).untilEvents(1);
    expect(part.events).toEqual(['p:{"x":1}']);
    await part.cancel();
  }
  const two = await (await reading(hub, {}, { "X-Event-Types": "q,state" })).untilEvents(2);
  expect(two.events).toEqual(['state:{"x":1,"y":2}', 'q:{"y":2}']);
  const none = await reading(hub, { events: ["patch", "other"] });
  job.patch({ x: 5 });
  hub.publish("c", { event: "other", data: 1 });
  await none.untilEvents(2);
  expect(none.events).toEqual(['patch:{"x":5}', "other:1"]);
  const after = await (await reading(hub, { events: ["p"] })).untilEvents(1);
  expect(after.events).toEqual(['p:{"x":5}']);
  await Promise.all([two, none, after].map((reader) => reader.cancel()));
});

describe("a greeting that is an event", () => {
  const greeting: ResponseOptions["greeting"] = ({ streamId, channels, verdict }) => ({
    event: "connected",
    data: { streamId, channels, verdict },
  });

  test("is first, also for who comes back", async () => {
    const hub = hubWith();
    const { id } = hub.publish("c", { event: "e", data: 1 });
    publishAll(hub, 2, 2);
    const reader = await reading(hub, { greeting });
    publishAll(hub, 3, 3);
    await reader.untilEvents(2);
    expect(reader.events).toEqual([
      expect.stringMatching(/^connected:{"streamId":"s\d+","channels":\["c"\],"verdict":null}$/),
      "e:3",
    ]);
    await reader.cancel();
    const again = await reading(hub, { greeting }, { "Last-Event-ID": id as string });
    await again.untilEvents(4);
    expect(again.events[0]).toBe('millrace.resume:{"verdict":"continued"}');
    expect(again.events[1]).toMatch(/^connected:.*"continued"}$/);
    expect(again.events.slice(2)).toEqual(["e:2", "e:3"]);
    await again.cancel();
  });

  test("is not in polls", async () => {
    const hub = hubWith();
    const response = await ask(hub, { greeting }, { Accept: "application/json" });
    expect(((await response.json()) as { events: unknown[] }).events).toEqual([]);
  });

  test("that throws, or is none, is answered with 500", async () => {
    const hub = hubWith();
    const errors: unknown[] = [];
    hub.on("error", ({ code }) => errors.push(code));
    const failing = [
      () => {
        throw new Error("no");
      },
      () => ({}),
      () => undefined,
      () => ({ event: "a\nb", data: 1 }),
    ];
    for (const greeting of failing) expect((await ask(hub, { greeting: greeting as never })).status).toBe(500);
    expect(hub.stats().connections).toBe(0);
    expect(errors).toEqual(failing.map(() => "greeting"));
  });
});

describe("labels", () => {
  test("choose among the events that have one", async () => {
    const hub = hubWith();
    const put = (label: string | undefined, data: number) =>
      hub.publish("c", { event: "e", data, ...(label && { label }) });
    put("red", 1);
    put("blue", 2);
    const reader = await reading(hub, { labels: ["red", "green"], from: "earliest" });
    put(undefined, 3);
    put("blue", 4);
    expect(put("green", 5).recipients).toBe(1);
    await reader.untilEvents(3);
    expect(reader.events).toEqual(["e:1", "e:3", "e:5"]);
    await reader.cancel();
    const poll = await ask(hub, { labels: ["blue"], from: "earliest" }, { Accept: "application/json" });
    const { events } = (await poll.json()) as { events: { data: string }[] };
    expect(events.map(({ data }) => data)).toEqual(["2", "3", "4"]);
  });

  test.each([
    [[], "labels must not be empty"],
    ["red", "labels must be an array of strings"],
    [Array.from({ length: 1001 }, (_, at) => `${at}`), "labels must be at most 1000"],
  ])("%p are none", async (labels, message) => {
    await expect(ask(hubWith(), { labels: labels as string[] })).rejects.toThrow(message);
  });

  test("of a message must be texts", () => {
    expect(() => hubWith().publish("c", { event: "e", data: 1, label: "" })).toThrow("label must not be empty");
    expect(() => hubWith().publish("c", { event: "e", data: 1, label: 5 as never })).toThrow("label must be a string");
  });

  test("and types that a client asks for are bounded together", async () => {
    const hub = hubWith();
    const labels = Array.from({ length: 100 }, (_, at) => `l${at}`);
    const types = Array.from({ length: 21 }, (_, at) => `t${at}`).join();
    const reader = await reading(hub, { labels }, { "X-Event-Types": types });
    expect(hub.publish("c", { event: "none of them", data: 1, label: "l1" }).recipients).toBe(1);
    await reader.cancel();
  });
});
