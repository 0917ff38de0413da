import { jest } from "@jest/globals";
import {
  createHub,
  createSSEStream,
  type ReceivedMessage,
  refusalResponse,
  registerConnection,
  SSEError,
} from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

interface Events {
  progress: { done: number };
  note: string;
}

const request = (headers: Record<string, string> = {}) => new Request("http://host/", { headers });
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

test("response is a whole route handler: channels, replay, headers", async () => {
  const hub = createHub<Events>({ name: "whole" });
  const { id } = hub.publish("job:1", { event: "progress", data: { done: 1 } });
  hub.publish("job:1", { event: "progress", data: { done: 2 } });
  const response = await hub.response(request({ "Last-Event-ID": id ?? "" }), {
    channels: ["job:1", "job:2"],
    traceId: "t",
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-trace-id")).toBe("t");
  hub.publish("job:2", { event: "note", data: "live" });
  if (response.body === null) throw new Error("no body");
  const reader = await new StreamReader(response.body).untilEvents(3);
  expect(reader.events).toEqual(['millrace.resume:{"verdict":"continued"}', 'progress:{"done":2}', 'note:"live"']);
  await reader.cancel();
  expect(hub.stats()).toMatchObject({ connections: 0, channels: 2, isDraining: false });
});

test("hubs of one name are one hub; of two names, two", async () => {
  const received: ReceivedMessage[] = [];
  const stop = createHub({ name: "shared" }).subscribe("c", (message) => received.push(message));
  createHub({ name: "other" }).publish("c", { event: "e", data: "not here" });
  createHub({ name: "shared" }).publish("c", { event: "e", data: "here" });
  await until(() => received.length > 0);
  expect(received.map(({ data }) => data)).toEqual(["here"]);
  stop();
});

test("a listener in the process is no connection, and hears nothing once it is stopped", async () => {
  const hub = createHub({ name: "listening", limits: { connections: 0 } });
  const [first, second]: ReceivedMessage[][] = [[], []];
  const stop = hub.subscribe("c", (message) => first?.push(message));
  hub.subscribe("c", (message) => second?.push(message));
  expect(hub.connectionCount()).toBe(0);
  expect(hub.publish("c", { event: "e", data: 1 }).recipients).toBe(0);
  await until(() => second?.length === 1);
  stop();
  hub.publish("c", { event: "e", data: 2 });
  await until(() => second?.length === 2);
  expect(first?.map(({ data }) => data)).toEqual([1]);
});

test("a function that listens to the hub's events twice is called twice, until each is ended", async () => {
  const hub = createHub({ name: "listens twice" });
  let heard = 0;
  const listener = () => {
    heard += 1;
  };
  const ends = [hub.on("close", listener), hub.on("close", listener)];
  for (const expected of [2, 3, 3]) {
    const response = await hub.response(new Request("http://host/"), { channels: ["c"] });
    await response.body?.cancel();
    expect(heard).toBe(expected);
    ends.shift()?.();
  }
});

test("a listener that is stopped from inside hears nothing more of the same turn", async () => {
  const hub = createHub({ name: "stopping" });
  const [first, second]: ReceivedMessage[][] = [[], []];
  const stop = hub.subscribe("c", (message) => {
    first?.push(message);
    stop();
  });
  hub.subscribe("c", (message) => second?.push(message));
  for (let n = 0; n < 5; n++) hub.publish("c", { event: "e", data: n });
  await until(() => second?.length === 5);
  expect(first).toHaveLength(1);
});

test("a function that passes events to a stream which has ended leaves with it", async () => {
  const hub = createHub({ name: "forwarding" });
  const stream = hub.createStream();
  const heard: ReceivedMessage[] = [];
  hub.register("c", (message) => stream.send(message));
  hub.subscribe("c", (message) => heard.push(message));
  stream.close();
  expect(hub.connectionCount("c")).toBe(1);
  hub.publish("c", { event: "e", data: 1 });
  await until(() => heard.length === 1);
  expect(hub.connectionCount("c")).toBe(0);
});

test("a request that is aborted already is answered, and opens nothing", async () => {
  const hub = createHub({ name: "aborted" });
  const aborted = new Request("http://host/", { signal: AbortSignal.abort() });
  expect((await hub.response(aborted, { channels: ["c"] })).status).toBe(200);
  expect(hub.stats().connections).toBe(0);
});

test("a channel handle publishes, listens and counts", async () => {
  const channel = createHub<Events>({ name: "handles" }).channel("room");
  const received: ReceivedMessage[] = [];
  const stop = channel.subscribe((message) => received.push(message));
  channel.publish({ event: "note", data: "hi" });
  await until(() => received.length === 1);
  expect([channel.key, channel.connections]).toEqual(["room", 0]);
  stop();
});

describe("limits are refused with problem+json", () => {
  test("503 SERVER_FULL beyond limits.connections", async () => {
    const hub = createHub({ name: "full", limits: { connections: 1 } });
    const first = await hub.response(request(), { channels: ["c"] });
    const refused = await hub.response(request(), { channels: ["c"] });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "SERVER_FULL", status: 503 });
    await first.body?.cancel();
    expect((await hub.response(request(), { channels: ["c"] })).status).toBe(200);
  });

  test("429 TOO_MANY_CONNECTIONS beyond perChannel and perUser, and nothing is left open", async () => {
    const hub = createHub({ name: "limited", limits: { perChannel: 2, perUser: 1 } });
    const ann = { channels: ["a"], userId: "ann" };
    expect((await hub.response(request(), ann)).status).toBe(200);
    const refused = await hub.response(request(), ann);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      code: "TOO_MANY_CONNECTIONS",
      detail: expect.stringContaining("perUser"),
    });
    expect((await hub.response(request(), { channels: ["a"], userId: "bob" })).status).toBe(200);
    const third = await hub.response(request(), { channels: ["b", "a"] });
    expect(await third.json()).toMatchObject({ detail: expect.stringContaining("perChannel") });
    expect(hub.stats().connections).toBe(2);
    expect(hub.connectionKeys()).toEqual(["a"]);
  });

  test("and so can a handler of one's own, which learns nothing of other errors", () => {
    const hub = createHub({ name: "own handler", limits: { connections: 0 } });
    let refusal: Response | undefined;
    try {
      hub.createStream();
    } catch (error) {
      refusal = refusalResponse(error);
    }
    expect(refusal?.status).toBe(503);
    expect(refusalResponse(new SSEError("STREAM_CLOSED", "it has ended"))).toBeUndefined();
    expect(refusalResponse("anything else")).toBeUndefined();
  });
});

test("history limits hold for each channel, and stay when others are set", async () => {
  const hub = createHub({ name: "short", history: { events: 3 } });
  createHub({ name: "short", limits: { perUser: 5 } });
  const { id } = hub.publish("c", { event: "e", data: 0 });
  for (let n = 1; n <= 5; n++) hub.publish("c", { event: "e", data: n });
  const response = await hub.response(request({ "Last-Event-ID": id ?? "" }), { channels: ["c"] });
  if (response.body === null) throw new Error("no body");
  const reader = await new StreamReader(response.body).untilEvents(4);
  expect(reader.events).toEqual(['millrace.resume:{"verdict":"gap"}', "e:3", "e:4", "e:5"]);
  await reader.cancel();
});

test("a stream of one hub cannot be registered with another", () => {
  const stream = createHub({ name: "mine" }).createStream();
  expect(() => registerConnection("c", stream.send)).toThrow(/hub "mine", not of "default"/);
  stream.close();
});

test("a thousand streams that become readable wake JavaScript once", async () => {
  const streams = Array.from({ length: 1000 }, () => createSSEStream({ heartbeat: false }));
  for (const stream of streams) registerConnection("thousand", stream.send);
  const hub = createHub();
  const reading = streams.map(({ stream }) => new StreamReader(stream).untilEvents(3));
  await turn();
  for (let n = 0; n < 3; n++) hub.publish("thousand", { event: "e", data: n });
  for (const reader of await Promise.all(reading)) expect(reader.events).toEqual(["e:0", "e:1", "e:2"]);
  for (const stream of streams) stream.close();
});

test("a listener that throws STREAM_CLOSED, as one that passes events on to a stream, hears the next event all the same", async () => {
  const hub = createHub({ name: "listener of a closed stream" });
  const errors: string[] = [];
  hub.on("error", ({ code }) => errors.push(code));
  const { send, close } = hub.createStream();
  close();
  let heard = 0;
  const stop = hub.subscribe("c", ({ event, data }) => {
    heard++;
    send({ event, data });
  });
  hub.publish("c", { event: "e", data: 1 });
  await until(() => heard === 1);
  hub.publish("c", { event: "e", data: 2 });
  await until(() => heard === 2);
  stop();
  expect(errors).toEqual(["listener", "listener"]);
});

test("events go on under fake timers, also behind a turn that took long", async () => {
  const hub = createHub({ name: "fake timers" });
  let wasSlow = false;
  const slow = hub.subscribe("slow", () => {
    const began = performance.now();
    while (performance.now() - began < 3);
    wasSlow = true;
  });
  hub.publish("slow", { event: "e", data: 1 });
  await until(() => wasSlow);
  const heard: unknown[] = [];
  const stop = hub.subscribe("c", ({ data }) => heard.push(data));
  const realImmediate = setImmediate;
  jest.useFakeTimers();
  try {
    for (let n = 0; n < 3; n++) hub.publish("c", { event: "e", data: n });
    while (heard.length < 3) await new Promise((resolve) => realImmediate(resolve));
  } finally {
    jest.useRealTimers();
  }
  slow();
  stop();
  expect(heard).toEqual([0, 1, 2]);
});
