import {
  createHub,
  createSSEStream,
  getConnectionCount,
  registerConnection,
  SSEError,
  sseResponse,
} from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";
import { serve } from "./serve.js";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SSEError) return error.code;
    throw error;
  }
  return "no error";
}

test("the first bytes set the client's cursor and deliver nothing", async () => {
  const stream = createSSEStream({ retryMs: 250 });
  const reader = await new StreamReader(stream.stream).until(({ text }) => text.includes("id:"));
  expect(reader.text).toMatch(/^retry: 250\n\nid: [0-9a-z]+\.\d+\n\n$/);
  expect(reader.items).toEqual([{ kind: "retry", ms: 250 }]);
  stream.close();
});

test("send writes every field, numbers the events and says the id", async () => {
  const stream = createSSEStream();
  const { id } = stream.send({ event: "progress", data: { done: 1 } });
  stream.send({ data: "text\nof two lines", raw: true });
  stream.send({ data: "a JSON string" });
  stream.send({ event: "mine", id: "my-id", retry: 100, data: null });
  stream.send({ event: "bare" });
  stream.comment("nothing to see");
  stream.close();
  const reader = await new StreamReader(stream.stream).toEnd();
  expect(reader.events).toEqual([
    'progress:{"done":1}',
    "message:text\nof two lines",
    'message:"a JSON string"',
    "mine:null",
    "bare:",
  ]);
  expect(reader.items[0]).toMatchObject({ lastEventId: id });
  expect(reader.items).toContainEqual({ kind: "retry", ms: 100 });
  expect(reader.text).toContain("id: my-id\n");
  expect(reader.text).toContain(": nothing to see\n");
});

test("what a stream cannot send later is refused when it is made", () => {
  expect(codeOf(() => createSSEStream({ heartbeat: { event: "a\nb" } }))).toBe("INVALID_FIELD");
  expect(codeOf(() => createSSEStream({ heartbeat: { event: "a", data: 1n } }))).toBe("UNSERIALIZABLE");
  expect(() => createSSEStream({ retryMs: 2 ** 32 + 5 })).toThrow(TypeError);
});

test("a message that is refused leaves the stream as it was", async () => {
  const stream = createSSEStream();
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(codeOf(() => stream.send({ data: cycle }))).toBe("UNSERIALIZABLE");
  expect(codeOf(() => stream.send({ data: 10n }))).toBe("UNSERIALIZABLE");
  expect(codeOf(() => stream.send({ data: () => 1 }))).toBe("UNSERIALIZABLE");
  expect(codeOf(() => stream.send({ data: { a: 1 }, raw: true }))).toBe("UNSERIALIZABLE");
  for (const bad of ["a\nb", "a\rb", "a\0b"]) {
    expect(codeOf(() => stream.send({ event: bad, data: 1 }))).toBe("INVALID_FIELD");
    expect(codeOf(() => stream.send({ id: bad, data: 1 }))).toBe("INVALID_FIELD");
  }
  for (const retry of [-1, 1.5, Number.NaN, 2 ** 32]) {
    expect(codeOf(() => stream.send({ retry }))).toBe("INVALID_FIELD");
  }
  expect(codeOf(() => stream.send({}))).toBe("INVALID_FIELD");
  expect(codeOf(() => stream.send({ event: "millrace.resume", data: 1 }))).toBe("INVALID_FIELD");
  expect(codeOf(() => stream.send({ data: "x".repeat(9 * 1024 * 1024) }))).toBe("EVENT_TOO_LARGE");
  stream.send({ data: "good" });
  stream.close();
  expect((await new StreamReader(stream.stream).toEnd()).events).toEqual(['message:"good"']);
});

test("lone surrogates and every other text arrive as well-formed UTF-8", async () => {
  const stream = createSSEStream();
  stream.send({ data: "a\ud800b \u{1f600} 日本", raw: true });
  stream.close();
  expect((await new StreamReader(stream.stream).toEnd()).events).toEqual(["message:a\ufffdb \u{1f600} 日本"]);
});

test("close sends what is left, ends once and says why", async () => {
  const reasons: string[] = [];
  const stream = createSSEStream({ onClose: (reason) => reasons.push(reason) });
  registerConnection("close", stream.send);
  stream.send({ data: 1 });
  stream.close("done");
  stream.close("again");
  expect(await stream.closed).toBe("done");
  expect(stream.signal.aborted).toBe(true);
  expect(stream.signal.reason).toBe("done");
  expect(reasons).toEqual(["done"]);
  expect(getConnectionCount("close")).toBe(0);
  expect(codeOf(() => stream.send({ data: 2 }))).toBe("STREAM_CLOSED");
  expect(codeOf(() => stream.comment("late"))).toBe("STREAM_CLOSED");
  expect(codeOf(() => registerConnection("close", stream.send))).toBe("STREAM_CLOSED");
  expect((await new StreamReader(stream.stream).toEnd()).events).toEqual(["message:1"]);
});

describe("a client that goes away is noticed", () => {
  test("by the request's signal", async () => {
    const abort = new AbortController();
    const stream = createSSEStream({ request: new Request("http://host/", { signal: abort.signal }) });
    registerConnection("gone", stream.send);
    abort.abort();
    expect(await stream.closed).toBe("disconnected");
    expect(getConnectionCount("gone")).toBe(0);
  });

  test("by a request that was aborted before", async () => {
    const stream = createSSEStream({ request: new Request("http://host/", { signal: AbortSignal.abort() }) });
    expect(await stream.closed).toBe("disconnected");
  });

  test("by a HEAD, whose answer has no body to be read", async () => {
    const stream = createSSEStream({ request: new Request("http://host/", { method: "HEAD" }) });
    expect(await stream.closed).toBe("disconnected");
    expect(() => registerConnection("gone", stream.send)).not.toThrow();
    expect(getConnectionCount("gone")).toBe(0);
  });

  test("by the stream's cancel", async () => {
    const stream = createSSEStream();
    registerConnection("gone", stream.send);
    await stream.stream.cancel();
    expect(await stream.closed).toBe("disconnected");
    expect(getConnectionCount("gone")).toBe(0);
  });

  test("by all of them at once, in one clean-up", async () => {
    const reasons: string[] = [];
    const abort = new AbortController();
    const request = new Request("http://host/", { signal: abort.signal });
    const stream = createSSEStream({ request, onClose: (reason) => reasons.push(reason) });
    const cancelled = stream.stream.cancel();
    abort.abort();
    stream.close();
    await cancelled;
    expect(reasons).toEqual(["disconnected"]);
  });

  test("over a real socket", async () => {
    let closed: Promise<string> | undefined;
    const server = await serve((request) => {
      const stream = createSSEStream({ request });
      registerConnection("socket", stream.send);
      closed = stream.closed;
      return sseResponse(stream);
    });
    const abort = new AbortController();
    const response = await fetch(server.url, { signal: abort.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(getConnectionCount("socket")).toBe(1);
    abort.abort();
    expect(await closed).toBe("disconnected");
    expect(getConnectionCount("socket")).toBe(0);
    await server.close();
  });
});

test("sseResponse tells the client what it can count on", () => {
  const stream = createSSEStream({ traceId: "t-1", maxDurationMs: 60000, heartbeat: { everyMs: 500 } });
  const response = sseResponse(stream, { headers: { "X-Own": "1" }, status: 203 });
  expect(response.status).toBe(203);
  expect(Object.fromEntries(response.headers)).toEqual({
    "cache-control": "no-cache, no-transform",
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    vary: "Accept",
    "x-trace-id": "t-1",
    "x-stream-max-seconds": "60",
    "x-heartbeat-interval": "0.5",
    "x-silence-threshold": "1.5",
    "x-last-event-id": expect.stringMatching(/^[0-9a-z]+\.\d+$/),
    "x-own": "1",
  });
  const cookies = new Headers([
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=2"],
  ]);
  expect(sseResponse(createSSEStream(), { headers: cookies }).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  stream.close();
});

describe("lifetime", () => {
  test("a comment keeps a quiet stream alive", async () => {
    const stream = createSSEStream({ heartbeat: { everyMs: 5 } });
    const reader = await new StreamReader(stream.stream).until(
      ({ text }) => (text.match(/\n: heartbeat\n/g) ?? []).length >= 3,
    );
    expect(reader.events).toEqual([]);
    stream.close();
  });

  test("a heartbeat's comment says what it is told to, and counts", async () => {
    const heartbeat = { everyMs: 5, comment: "heartbeat {n} of {streamId}, {remainingMs} left" };
    const stream = createSSEStream({ heartbeat });
    const reader = await new StreamReader(stream.stream).until(({ text }) => text.includes(": heartbeat 3"));
    expect(reader.text).toContain([1, 2, 3].map((n) => `: heartbeat ${n} of ${stream.id}, null left\n\n`).join(""));
    stream.close();
  });

  test("the fields of a heartbeat's data are filled in", async () => {
    const data = { stream_id: "{streamId}", heartbeat_count: "{n}", remaining: "{remainingSeconds}", text: "no. {n}" };
    const stream = createSSEStream({ heartbeat: { everyMs: 5, event: "heartbeat", data } });
    const reader = await new StreamReader(stream.stream).untilEvents(2);
    const said = (n: number) => ({ stream_id: stream.id, heartbeat_count: n, remaining: null, text: `no. ${n}` });
    expect(reader.events).toEqual([1, 2].map((n) => `heartbeat:${JSON.stringify(said(n))}`));
    stream.close();
  });

  test("a heartbeat can be an event", async () => {
    const stream = createSSEStream({ heartbeat: { everyMs: 5, event: "beat", data: { alive: true } } });
    const reader = await new StreamReader(stream.stream).untilEvents(2);
    expect(reader.events.slice(0, 2)).toEqual(['beat:{"alive":true}', 'beat:{"alive":true}']);
    stream.close();
  });

  test("maxDurationMs ends the stream with a complete event", async () => {
    const stream = createSSEStream({ maxDurationMs: 10 });
    stream.send({ data: 1 });
    const reader = await new StreamReader(stream.stream).toEnd();
    expect(reader.events).toEqual([
      "message:1",
      expect.stringMatching(/^complete:{"reason":"duration_cap","duration":\d+\.\d{3}}$/),
    ]);
    expect(await stream.closed).toBe("duration_cap");
  });
});

describe("a client that does not read", () => {
  test("is disconnected beyond its lag, and not before it was offered the events", async () => {
    const stream = createSSEStream({ lag: { events: 10 } });
    const reader = new StreamReader(stream.stream);
    await reader.until(({ text }) => text !== "");
    for (let n = 0; n < 11; n++) stream.send({ data: n });
    expect(await stream.closed).toBe("lagging");
  });

  test("is not slow before anybody has begun to read", async () => {
    const stream = createSSEStream({ lag: { events: 10 } });
    for (let n = 0; n < 1001; n++) stream.send({ data: n });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    stream.close();
    expect((await new StreamReader(stream.stream).toEnd()).events).toHaveLength(1001);
  });

  test("misses the oldest events under dropOldest, and is told", async () => {
    const hub = createHub({ name: "no time to catch up", lagGraceMs: 0 });
    const stream = hub.createStream({ lag: { events: 10, overflow: "dropOldest" } });
    const reader = new StreamReader(stream.stream);
    await reader.until(({ text }) => text !== "");
    const probe = hub.createStream();
    const seen = new StreamReader(probe.stream).untilEvents(1);
    for (let n = 0; n < 30; n++) stream.send({ data: n });
    probe.send({ data: "the turn is over" });
    await seen;
    await new Promise((resolve) => setImmediate(resolve));
    stream.close();
    const { events } = await reader.toEnd();
    expect(events[0]).toBe('millrace.resume:{"verdict":"gap"}');
    expect(events.slice(1)).toEqual(Array.from({ length: 10 }, (_, n) => `message:${n + 20}`));
    probe.close();
  });

  test("a reader that keeps up gets a burst of any length whole", async () => {
    const stream = createSSEStream();
    const reading = new StreamReader(stream.stream).untilEvents(5000);
    for (let n = 0; n < 5000; n++) stream.send({ data: n });
    expect((await reading).events).toEqual(Array.from({ length: 5000 }, (_, n) => `message:${n}`));
    stream.close();
  });
});
