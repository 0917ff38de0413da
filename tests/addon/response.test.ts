import { createHub, type Hub, type ResponseOptions, SSEError, type SSEMessage } from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

const ask = (headers: Record<string, string> = {}) => new Request("http://host/events", { headers });

async function open(hub: Hub, options: Partial<ResponseOptions> = {}, lastEventId?: string) {
  const request = ask(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId });
  return reading(await hub.response(request, { channels: ["c"], ...options }));
}

function reading({ body }: Response): StreamReader {
  if (body === null) throw new Error("no body");
  return new StreamReader(body);
}

const noticeOf = (verdict: string) => `millrace.resume:{"verdict":"${verdict}"}`;
const publish = (hub: Hub, data: unknown) => hub.publish("c", { event: "e", data }).id;

describe("X-Last-Event-ID", () => {
  const begin = async (hub: Hub, options: Partial<ResponseOptions> = {}, headers: Record<string, string> = {}) => {
    const { headers: said, body } = await hub.response(ask(headers), { channels: ["c"], ...options });
    await body?.cancel();
    return said.get("X-Last-Event-ID");
  };

  test("is a cursor: who is cut before the first byte resumes there, and misses nothing", async () => {
    const hub = createHub({ name: "beginning" });
    const id = publish(hub, "before");
    expect(await begin(hub, { retryMs: 250 })).toBe(id);
    publish(hub, "in between");
    const resumed = await (await open(hub, {}, id ?? "")).untilEvents(2);
    expect(resumed.events).toEqual([noticeOf("continued"), 'e:"in between"']);
    await resumed.cancel();
  });

  test("is not said to a client that has a cursor, or is to be given a snapshot again", async () => {
    const hub = createHub({ name: "no beginning" });
    const id = publish(hub, "before");
    expect(await begin(hub, {}, { "Last-Event-ID": id ?? "" })).toBeNull();
    expect(await begin(hub, {}, { "Last-Event-ID": "another.1" })).toBeNull();
    expect(await begin(hub, { snapshot: () => ({ data: "all" }) })).toBeNull();
    expect(await begin(hub, { snapshot: () => null })).toBe(id);
  });
});

describe("snapshot", () => {
  const snapshot = () => ({ event: "state", data: "all" });

  test("goes before the position's id: who is cut within it is given it again, and who is cut after it resumes", async () => {
    const hub = createHub({ name: "snapshot first" });
    const id = publish(hub, "before");
    const reader = await (await open(hub, { snapshot })).untilEvents(1);
    expect(reader.items).toMatchObject([{ type: "state", data: '"all"', lastEventId: "" }]);
    expect(reader.text).toMatch(`event: state\ndata: "all"\n\nid: ${id}\n\n`);
    publish(hub, "after");
    await reader.untilEvents(2);
    expect(reader.events).toEqual(['state:"all"', 'e:"after"']);
    await reader.cancel();
    const resumed = await (await open(hub, { snapshot }, id ?? "")).untilEvents(2);
    expect(resumed.events).toEqual([noticeOf("continued"), 'e:"after"']);
    await resumed.cancel();
  });

  test("may be several messages, or none", async () => {
    const hub = createHub({ name: "snapshot counts" });
    const several = [
      { event: "state", data: 1 },
      { event: "state", data: 2 },
    ];
    const reader = await (await open(hub, { snapshot: () => several })).untilEvents(2);
    expect(reader.events).toEqual(["state:1", "state:2"]);
    await reader.cancel();
    for (const none of [null, undefined, []]) {
      const bare = await (await open(hub, { snapshot: async () => none })).until(({ text }) => text.includes("id:"));
      expect(bare.events).toEqual([]);
      await bare.cancel();
    }
  });

  test("is asked for by who begins or has missed something, and told which", async () => {
    const hub = createHub({ name: "snapshot verdicts", history: { events: 3 } });
    const asked: unknown[] = [];
    const remember: ResponseOptions["snapshot"] = (context) => {
      asked.push(context);
      return snapshot();
    };
    const old = publish(hub, 0);
    const recent = [1, 2, 3, 4].map((n) => publish(hub, n)).at(-2);
    const verdicts = [undefined, old, "another.1", recent];
    const streams = [];
    for (const id of verdicts)
      streams.push(await (await open(hub, { snapshot: remember }, id ?? undefined)).untilEvents(1));
    const channels = ["c"];
    expect(asked).toEqual([
      { channels, lastEventId: undefined, verdict: null },
      { channels, lastEventId: old, verdict: "gap" },
      { channels, lastEventId: "another.1", verdict: "reset" },
    ]);
    await streams[1]?.untilEvents(2);
    expect(streams[1]?.events.slice(0, 2).sort()).toEqual([noticeOf("gap"), 'state:"all"']);
    await streams[3]?.untilEvents(2);
    expect(streams[3]?.events).toEqual([noticeOf("continued"), "e:4"]);
    await Promise.all(streams.map((stream) => stream.cancel()));
  });

  test("what is published while it is made follows it, and none is lost", async () => {
    const hub = createHub({ name: "snapshot async", history: { events: 1000 } });
    let finish: (message: SSEMessage) => void = () => {};
    let begin = () => {};
    const began = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const snapshot = () => {
      begin();
      return new Promise<SSEMessage>((resolve) => {
        finish = resolve;
      });
    };
    const opening = open(hub, { snapshot });
    await began;
    for (let n = 0; n < 500; n++) {
      publish(hub, n);
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    finish({ event: "state", data: "made" });
    const reader = await opening;
    publish(hub, 500);
    await reader.untilEvents(502);
    expect(reader.events).toEqual(['state:"made"', ...Array.from({ length: 501 }, (_, n) => `e:${n}`)]);
    await reader.cancel();
  });

  test("one that fails is the application's error, and leaves nothing open", async () => {
    const hub = createHub({ name: "snapshot fails" });
    const errors: unknown[] = [];
    hub.on("error", ({ code, error, channels }) => errors.push([code, (error as Error).message, channels]));
    const fail = () => Promise.reject(new Error("the database is away"));
    expect((await hub.response(ask(), { channels: ["c"], snapshot: fail })).status).toBe(500);
    const unserializable = () => ({ data: 1n });
    expect((await hub.response(ask(), { channels: ["c"], snapshot: unserializable })).status).toBe(500);
    const nonsense = (() => 7) as unknown as () => null;
    expect((await hub.response(ask(), { channels: ["c"], snapshot: nonsense })).status).toBe(500);
    expect(errors).toEqual([
      ["snapshot", "the database is away", ["c"]],
      ["snapshot", expect.stringMatching(/^data cannot be written as JSON/), ["c"]],
      ["snapshot", "message must be an object, not 7", ["c"]],
    ]);
    const refuse = () => {
      throw new SSEError("NO_SUCH_CHANNEL", "There is no such job");
    };
    expect((await hub.response(ask(), { channels: ["c"], snapshot: refuse })).status).toBe(404);
    expect(hub.stats().connections).toBe(0);
  });
});

test("events filters, replayed and live ones", async () => {
  const hub = createHub({ name: "filters" });
  const id = publish(hub, 0);
  hub.publish("c", { event: "wanted", data: 1 });
  hub.publish("c", { event: "other", data: 2 });
  const reader = await (await open(hub, { events: ["wanted", "too"] }, id ?? "")).untilEvents(2);
  hub.publish("c", { event: "other", data: 3 });
  expect(hub.publish("c", { event: "other", data: 4 }).recipients).toBe(0);
  expect(hub.publish("c", { event: "too", data: 5 }).recipients).toBe(1);
  await reader.untilEvents(3);
  expect(reader.events).toEqual([noticeOf("continued"), "wanted:1", "too:5"]);
  await reader.cancel();
});

test.each(["done", ["failed", "done"]])("closeAfter %j ends the stream, and for good", async (closeAfter) => {
  const hub = createHub({ name: `completes ${closeAfter}` });
  const reasons: string[] = [];
  const reader = await open(hub, { closeAfter, onClose: (reason) => reasons.push(reason) });
  publish(hub, 1);
  hub.publish("c", { event: "done", data: 2 });
  await reader.toEnd();
  expect(reader.events).toEqual(["e:1", "done:2"]);
  expect(reasons).toEqual(["completed"]);
  const again = await hub.response(ask({ "Last-Event-ID": reader.lastEventId }), { channels: ["c"], closeAfter });
  expect([again.status, again.body]).toEqual([204, null]);
  expect(hub.stats().connections).toBe(0);
});

test("a closeAfter event is seen, and ends the stream, where only others are asked for", async () => {
  const hub = createHub({ name: "filter and end" });
  const reasons: string[] = [];
  const onClose = (reason: string) => reasons.push(reason);
  const reader = await open(hub, { events: ["e"], closeAfter: ["done", "failed"], onClose });
  hub.publish("c", { event: "other", data: 1 });
  publish(hub, 2);
  hub.publish("c", { event: "failed", data: 3 });
  expect((await reader.toEnd()).events).toEqual(["e:2", "failed:3"]);
  expect(reasons).toEqual(["completed"]);
});

test("so does one of a stream that is registered for others only", async () => {
  const hub = createHub({ name: "registered filter and end" });
  const stream = hub.createStream({ closeAfter: "done" });
  hub.register("job", stream.send, { events: ["progress"] });
  hub.publish("job", { event: "other", data: 1 });
  hub.publish("job", { event: "done", data: 2 });
  expect(await new StreamReader(stream.stream).toEnd()).toMatchObject({ events: ["done:2"] });
  expect(await stream.closed).toBe("completed");
});

test("closeAfter of some channels: in the others such an event is one as others", async () => {
  const hub = createHub({ name: "ends of one channel" });
  const closeAfter = { events: ["done"], channels: ["c"] };
  const channels = ["c", "beside"];
  const reader = reading(await hub.response(ask(), { channels, closeAfter }));
  hub.publish("beside", { event: "done", data: 1 });
  const { id } = hub.publish("c", { event: "e", data: 2 });
  hub.publish("c", { event: "done", data: 3 });
  hub.publish("beside", { event: "e", data: 4 });
  expect((await reader.toEnd()).events).toEqual(["done:1", "e:2", "done:3"]);
  const again = (from: string | null) =>
    hub.response(ask({ "Last-Event-ID": String(from) }), { channels, closeAfter, from: "now" });
  expect((await again(reader.lastEventId)).status).toBe(204);
  const rest = await again(id);
  expect(rest.status).toBe(200);
  expect((await reading(rest).toEnd()).events).toContain("done:3");
});

test("closeAfter counts as it was when it was given", async () => {
  const hub = createHub({ name: "changed ends" });
  const events = ["done"];
  const opening = hub.response(ask(), { channels: ["c"], closeAfter: { events } });
  events[0] = "other";
  const reader = reading(await opening);
  hub.publish("c", { event: "other", data: 1 });
  hub.publish("c", { event: "done", data: 2 });
  expect((await reader.toEnd()).events).toEqual(["other:1", "done:2"]);
  expect(() => hub.createStream({ closeAfter: "do\nne" })).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
});

test("so it is with channels that a stream is registered for", async () => {
  const hub = createHub({ name: "registered ends of one channel" });
  const stream = hub.createStream({ closeAfter: { events: "done", channels: ["job"] } });
  hub.register("beside", stream.send, { events: ["tick"] });
  hub.register("job", stream.send, { events: ["tick"] });
  hub.publish("beside", { event: "done", data: 1 });
  hub.publish("beside", { event: "tick", data: 2 });
  hub.publish("job", { event: "done", data: 3 });
  expect(await new StreamReader(stream.stream).toEnd()).toMatchObject({ events: ["tick:2", "done:3"] });
});

test("what follows a closeAfter event is not sent any more", async () => {
  const hub = createHub({ name: "over" });
  const reader = await open(hub, { closeAfter: "done" });
  hub.publish("c", { event: "done", data: 1 });
  publish(hub, "too late");
  expect((await reader.toEnd()).events).toEqual(["done:1"]);
});

test("headers come on top of the usual ones", async () => {
  const hub = createHub({ name: "headers" });
  const headers = { "X-Own": "1", "Cache-Control": "no-cache" };
  const response = await hub.response(ask(), { channels: ["c"], headers, traceId: "t", maxDurationMs: 90_000 });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-own": "1",
    "cache-control": "no-cache",
    "content-type": "text/event-stream; charset=utf-8",
    "x-trace-id": "t",
    "x-stream-max-seconds": "90",
  });
  await response.body?.cancel();
});

describe("the hub's defaults", () => {
  test("hold for its streams, unless they have their own", async () => {
    const defaults = { retryMs: 123, heartbeat: { everyMs: 4000 }, maxDurationMs: 60_000, lag: { events: 3 } };
    const hub = createHub({ name: "defaults", ...defaults, lagGraceMs: 0 });
    const usual = await hub.response(ask(), { channels: ["c"] });
    expect(usual.headers.get("x-heartbeat-interval")).toBe("4");
    expect(usual.headers.get("x-stream-max-seconds")).toBe("60");
    const own = await hub.response(ask(), { channels: ["c"], retryMs: 5, heartbeat: false, maxDurationMs: 1000 });
    expect(own.headers.get("x-heartbeat-interval")).toBeNull();
    expect(own.headers.get("x-stream-max-seconds")).toBe("1");
    const readers = [reading(usual), reading(own)];
    for (const reader of readers) await reader.until(({ text }) => text.includes("id:"));
    expect(readers.map(({ items }) => items[0])).toEqual([
      { kind: "retry", ms: 123 },
      { kind: "retry", ms: 5 },
    ]);
    await Promise.all(readers.map((reader) => reader.cancel()));
  });

  test("lag: a stream that does not read is ended, one that has more room is not", async () => {
    const hub = createHub({ name: "default lag", lag: { events: 3 }, lagGraceMs: 0 });
    const [usual, roomy] = [hub.createStream(), hub.createStream({ lag: { events: 30 } })];
    for (const { stream } of [usual, roomy]) await new StreamReader(stream).until(({ text }) => text !== "");
    for (const { send } of [usual, roomy]) for (let n = 0; n < 10; n++) send({ data: n });
    expect(await usual.closed).toBe("lagging");
    expect(roomy.signal.aborted).toBe(false);
    roomy.close();
  });

  test("wrong ones are told of where they are given", () => {
    expect(() => createHub({ name: "wrong", retryMs: -1 })).toThrow(/^retryMs must be whole milliseconds/);
    expect(() => createHub({ name: "wrong", maxDurationMs: 0 })).toThrow(TypeError);
    expect(() => createHub({ name: "wrong", lag: { overflow: "block" as never } })).toThrow(TypeError);
    expect(() => createHub({ name: "wrong", authorize: true as never })).toThrow(TypeError);
  });
});

test("a heartbeat event says how the stream is", async () => {
  const hub = createHub({ name: "beats" });
  const heartbeat = { everyMs: 5, event: "beat" };
  const reader = await open(hub, { channels: ["a", "b"], heartbeat, maxDurationMs: 60_000 });
  hub.publish("a", { event: "e", data: 1 });
  hub.publish("b", { event: "e", data: 2 });
  await reader.until(({ events }) => events.filter((event) => event.startsWith("beat:")).length >= 2);
  const beats = reader.events.filter((event) => event.startsWith("beat:")).map((event) => JSON.parse(event.slice(5)));
  const last = beats.at(-1);
  expect(last).toEqual({
    streamId: expect.stringMatching(/^s\d+$/),
    uptimeMs: expect.any(Number),
    events: expect.any(Number),
    channels: 2,
    remainingMs: expect.any(Number),
  });
  expect(last.events).toBeGreaterThanOrEqual(2);
  expect(last.uptimeMs + last.remainingMs).toBe(60_000);
  await reader.cancel();
  const endless = await (await open(hub, { heartbeat })).untilEvents(1);
  expect(JSON.parse(endless.events[0]?.slice(5) ?? "")).toMatchObject({ events: 0, remainingMs: null });
  await endless.cancel();
});
