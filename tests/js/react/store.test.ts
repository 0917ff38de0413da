import { jest } from "@jest/globals";
import type { SSEError } from "../../../js/src/client/index.js";
import { SharedConnection } from "../../../js/src/react/shared-connection.js";
import { GRACE_MS } from "../../../js/src/react/store.js";
import type { StoreOptions } from "../../../js/src/react/types.js";
import { ManualClock } from "../client/helpers.js";
import { MILLRACE, ScriptedServer, settle, until } from "../client/scripted-server.js";

beforeEach(() => {
  // The store's own timers only: the network and the tests' waiting go on.
  jest.useFakeTimers({ doNotFake: ["performance", "setImmediate", "clearImmediate", "nextTick", "queueMicrotask"] });
});
afterEach(() => {
  jest.runOnlyPendingTimers();
  jest.useRealTimers();
});
const server = ScriptedServer.forEachTest(() => {}, MILLRACE);

/** Waits for nothing, until something is received. */
class HurriedClock extends ManualClock {
  override setTimer(run: () => void, delayMs: number): unknown {
    const timer = super.setTimer(run, delayMs);
    if (delayMs <= 1000) setImmediate(() => this.isWaiting && this.fire());
    return timer;
  }
}

function subscribe(connection: SharedConnection, options: StoreOptions = {}) {
  const heard: unknown[] = [];
  const news = { changes: 0, heard };
  const all: StoreOptions = { ...options, onMessage: ({ json }) => heard.push(json) };
  const unsubscribe = connection.subscribe({ changed: () => void news.changes++, options: () => all });
  return { news, unsubscribe };
}

test("what comes before the timer is one change, and what comes after it another", async () => {
  const connection = new SharedConnection("changes", server.url);
  const { news, unsubscribe } = subscribe(connection);
  const exchange = await server.next();
  exchange.stream(Array.from({ length: 500 }, (_, index) => `data: ${index}\n\n`).join(""));
  await until(() => news.heard.length === 500);
  const before = connection.snapshot();
  expect([news.changes, before.state, before.history.length]).toEqual([0, "connecting", 0]);
  jest.advanceTimersByTime(1);
  expect(news.changes).toBe(1);
  expect(connection.snapshot()).toMatchObject({ state: "connected", data: 499 });
  expect(connection.snapshot().history.map(({ data }) => data)).toEqual(news.heard.slice(-200));
  exchange.write("data: 500\n\n");
  await until(() => news.heard.length === 501);
  jest.advanceTimersByTime(1);
  expect(news.changes).toBe(2);
  expect(connection.snapshot().history.map(({ data }) => data)).toEqual(news.heard.slice(-200));
  expect(before.history).toEqual([]);
  unsubscribe();
});

test("who comes within the grace keeps the connection for good", async () => {
  const connection = new SharedConnection("grace", server.url);
  const first = subscribe(connection);
  const exchange = await server.next();
  exchange.stream();
  first.unsubscribe();
  jest.advanceTimersByTime(GRACE_MS - 1);
  const second = subscribe(connection);
  jest.advanceTimersByTime(10 * GRACE_MS);
  exchange.write("data: 1\n\n");
  await until(() => second.news.heard.length === 1);
  expect(first.news.heard).toEqual([]);
  second.unsubscribe();
  jest.advanceTimersByTime(GRACE_MS);
  await exchange.gone;
  expect(server.requests).toBe(1);
});

test("a stop() among what is told later is heard of after what had come before it", async () => {
  const connection = new SharedConnection("later", server.url);
  const heard: unknown[] = [];
  const options: StoreOptions = {
    onMessage: ({ json }) => {
      heard.push(json);
      if (json === 2) connection.stop();
    },
    onClose: ({ reason }) => heard.push(reason),
  };
  const subscriber = { changed: () => {}, options: () => options };
  const leave = connection.subscribe(subscriber);
  const other = subscribe(new SharedConnection("later", server.url));
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => other.news.heard.length === 1);
  leave();
  exchange.write("data: 2\n\ndata: 3\n\n");
  await until(() => other.news.heard.length === 3);
  const leaveAgain = connection.subscribe(subscriber);
  expect(heard).toEqual([1, 2, 3, "client"]);
  leaveAgain();
  other.unsubscribe();
});

test("without subscribers nothing is connected, and nothing kept but what a component had that may be shown again", async () => {
  const connection = new SharedConnection("idle", server.url);
  const { news, unsubscribe } = subscribe(connection);
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => news.heard.length === 1);
  jest.advanceTimersByTime(1);
  expect(connection.snapshot().data).toBe(1);
  unsubscribe();
  jest.advanceTimersByTime(GRACE_MS);
  expect(connection.snapshot()).toMatchObject({ state: "disconnected", data: 1 });
  expect(new SharedConnection("idle", server.url).snapshot()).toMatchObject({ state: "connecting", data: null });
  await settle();
  expect(server.requests).toBe(1);
});

test("the history is as long as the longest that is asked for, and may be empty", async () => {
  const connection = new SharedConnection("history", server.url);
  const none = subscribe(connection, { historySize: 0 });
  const exchange = await server.next();
  exchange.stream("data: 1\n\ndata: 2\n\n");
  await until(() => none.news.heard.length === 2);
  jest.advanceTimersByTime(1);
  expect(connection.snapshot()).toMatchObject({ data: 2, history: [] });
  const two = subscribe(connection, { historySize: 2 });
  exchange.write("data: 3\n\ndata: 4\n\ndata: 5\n\n");
  await until(() => two.news.heard.length === 3);
  jest.advanceTimersByTime(1);
  expect(connection.snapshot().history.map(({ data }) => data)).toEqual([4, 5]);
  none.unsubscribe();
  two.unsubscribe();
});

test("throttled: the snapshot is renewed as often as the most hurried wants, and every event is heard at once", async () => {
  const connection = new SharedConnection("throttle", server.url);
  const slow = subscribe(connection, { throttleMs: 1000 });
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => slow.news.heard.length === 1);
  jest.advanceTimersByTime(1);
  expect(connection.snapshot()).toMatchObject({ data: 1, state: "connected" });
  const { changes } = slow.news;
  exchange.write("data: 2\n\ndata: 3\n\n");
  await until(() => slow.news.heard.length === 3);
  jest.advanceTimersByTime(998);
  expect([slow.news.changes, connection.snapshot().data]).toEqual([changes, 1]);
  jest.advanceTimersByTime(2);
  expect([slow.news.changes, connection.snapshot().data]).toEqual([changes + 1, 3]);

  exchange.write("data: 4\n\n");
  await until(() => slow.news.heard.length === 4);
  const fast = subscribe(connection, { throttleMs: 10 });
  jest.advanceTimersByTime(0);
  expect([slow.news.changes, connection.snapshot().data]).toEqual([changes + 2, 4]);
  exchange.write("data: 5\n\n");
  await until(() => fast.news.heard.length === 1);
  jest.advanceTimersByTime(10);
  expect([slow.news.changes, connection.snapshot().data]).toEqual([changes + 3, 5]);
  expect(connection.snapshot().history.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5]);
  slow.unsubscribe();
  fast.unsubscribe();
});

test("throttled: a cut and its error show at once, with the events before it", async () => {
  const connection = new SharedConnection("throttled-cut", server.url);
  const errors: string[] = [];
  const onError = ({ code }: SSEError) => void errors.push(code);
  const { news, unsubscribe } = subscribe(connection, { throttleMs: Infinity, onError });
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => news.heard.length === 1);
  jest.advanceTimersByTime(1);
  exchange.write("data: 2\n\n");
  await until(() => news.heard.length === 2);
  jest.advanceTimersByTime(10_000);
  expect(connection.snapshot()).toMatchObject({ data: 1, error: null });
  exchange.destroy();
  await until(() => errors.length === 1);
  jest.advanceTimersByTime(0);
  expect(connection.snapshot()).toMatchObject({ data: 2, error: { code: "CONNECTION_FAILED" }, isConnected: false });
  unsubscribe();
});

test.each([0, 1000])(
  "who leaves while the snapshot is due (throttleMs %d) is not told, and no timer stays",
  async (ms) => {
    const connection = new SharedConnection(`leave-${ms}`, server.url);
    const { news, unsubscribe } = subscribe(connection, { throttleMs: ms, silenceMs: 0 });
    const exchange = await server.next();
    exchange.stream("data: 1\n\n");
    await until(() => news.heard.length === 1);
    jest.advanceTimersByTime(1);
    const { changes } = news;
    exchange.write("data: 2\n\n");
    await until(() => news.heard.length === 2);
    unsubscribe();
    jest.advanceTimersByTime(GRACE_MS);
    expect(jest.getTimerCount()).toBe(0);
    expect(news.changes).toBe(changes);
    await exchange.gone;
  },
);

test("health is the client's own: missing heartbeats show though the state stays", async () => {
  const clock = new ManualClock();
  const headers = { "content-type": "text/event-stream", "x-heartbeat-interval": "10" };
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
  });
  const connection = new SharedConnection("health", server.url);
  const { news, unsubscribe } = subscribe(connection, { clock, fetch: async () => new Response(body, { headers }) });
  await until(() => news.heard.length === 1);
  await settle();
  jest.advanceTimersByTime(0);
  expect(connection.snapshot()).toMatchObject({ health: "healthy", transport: "stream" });
  clock.fire();
  jest.advanceTimersByTime(0);
  expect(connection.snapshot()).toMatchObject({ health: "degraded", state: "connected" });
  clock.fire();
  jest.advanceTimersByTime(0);
  expect(connection.snapshot()).toMatchObject({ health: "critical", state: "connected" });
  unsubscribe();
});

test("where streaming is impossible it says that it polls", async () => {
  const poll = { events: [{ event: "message", data: "1", id: "a" }], lastEventId: "a", verdict: null };
  const fetch = async (_: string, { headers }: RequestInit) =>
    new Headers(headers).get("accept")?.startsWith("application/json")
      ? Response.json(poll)
      : new Response(null, { status: 503 });
  const connection = new SharedConnection("polling", server.url);
  const { news, unsubscribe } = subscribe(connection, { fetch, fallback: {}, clock: new HurriedClock() });
  await until(() => news.heard.length === 1);
  await settle();
  jest.advanceTimersByTime(0);
  expect(connection.snapshot()).toMatchObject({ transport: "polling", health: "degraded", isConnected: true, data: 1 });
  unsubscribe();
});

test("start() begins what stop() has ended, and leaves alone what goes on", async () => {
  const connection = new SharedConnection("start", server.url);
  connection.start();
  connection.stop();
  expect(server.requests).toBe(0);
  const { news, unsubscribe } = subscribe(connection);
  connection.start();
  const first = await server.next();
  first.stream("id: 1\ndata: 1\n\n");
  await until(() => news.heard.length === 1);
  connection.start();
  first.write("id: 2\ndata: 2\n\n");
  await until(() => news.heard.length === 2);
  connection.stop();
  await first.gone;
  jest.advanceTimersByTime(60_000);
  expect(connection.snapshot()).toMatchObject({ state: "disconnected", health: "disconnected", data: 2 });
  connection.start();
  const second = await server.next();
  expect([second.lastEventId, server.requests]).toEqual(["2", 2]);
  unsubscribe();
});

test("a function among the options is the one of the last render", async () => {
  const connection = new SharedConnection("latest", server.url);
  const called: string[] = [];
  const optionsOf = (render: string): StoreOptions => ({
    isFinal: () => {
      called.push(`isFinal of ${render}`);
      return false;
    },
    onUnauthorized: async () => {
      called.push(`onUnauthorized of ${render}`);
      return true;
    },
    parse: (text) => {
      called.push(`parse of ${render}: ${text}`);
      return text;
    },
    onMessage: (event) => void event.json,
    clock: new HurriedClock(),
  });
  let options = optionsOf("the first");
  const unsubscribe = connection.subscribe({ changed: () => {}, options: () => options });
  options = optionsOf("the second");
  (await server.next()).respond(401);
  (await server.next()).respond(404);
  (await server.next()).stream("data: 1\n\n");
  await until(() => called.length === 3);
  expect(called).toEqual(["onUnauthorized of the second", "isFinal of the second", "parse of the second: 1"]);
  unsubscribe();
});

test("a function that parses one type is the one of the last render; which types have one counts at the beginning", async () => {
  const connection = new SharedConnection("parsers", server.url);
  const heard: unknown[] = [];
  const optionsOf = (render: string): StoreOptions => ({
    parse: { message: (text, type) => `${type} ${text} by ${render}`, a: "text" },
    onEvent: (_, data) => heard.push(data),
  });
  let options = optionsOf("the first");
  const unsubscribe = connection.subscribe({ changed: () => {}, options: () => options });
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => heard.length === 1);
  options = optionsOf("the second");
  exchange.write("data: 2\n\nevent: a\ndata: 3\n\nevent: constructor\ndata: 4\n\n");
  await until(() => heard.length === 4);
  expect(heard).toEqual(["message 1 by the first", "message 2 by the second", "3", 4]);
  unsubscribe();
});

test("what a refusal is asked about may come later, and from any of the components", async () => {
  const connection = new SharedConnection("refused", server.url);
  const called: string[] = [];
  let options: StoreOptions = { clock: new HurriedClock() };
  const unsubscribe = connection.subscribe({ changed: () => {}, options: () => options });
  const other = subscribe(new SharedConnection("refused", server.url));
  (await server.next()).respond(503);
  const second = await server.next();
  options = {
    ...options,
    isFinal: ({ status }) => {
      called.push(`isFinal ${status}`);
      return status === 418;
    },
    onUnauthorized: () => void called.push("onUnauthorized"),
  };
  second.respond(401);
  (await server.next()).respond(404);
  (await server.next()).respond(418);
  await until(() => called.length === 3);
  await settle();
  jest.advanceTimersByTime(1);
  expect(called).toEqual(["onUnauthorized", "isFinal 404", "isFinal 418"]);
  expect(connection.snapshot().state).toBe("error");
  unsubscribe();
  other.unsubscribe();
});

test("where nobody renews what lets the user in, a 401 is the end", async () => {
  const connection = new SharedConnection("unauthorized", server.url);
  const codes: unknown[] = [];
  const { unsubscribe } = subscribe(connection, { onError: ({ status }) => codes.push(status) });
  (await server.next()).respond(401);
  await until(() => codes.length === 1);
  expect(codes).toEqual([401]);
  unsubscribe();
});
