import { jest } from "@jest/globals";
import { Connection, GRACE_MS } from "../../../js/src/react/store.js";
import type { StoreOptions } from "../../../js/src/react/types.js";
import { ScriptedServer, settle, until } from "../client/scripted-server.js";

let server: ScriptedServer;
beforeEach(async () => {
  // The store's own timers only: the network and the tests' waiting go on.
  jest.useFakeTimers({ doNotFake: ["performance", "setImmediate", "clearImmediate", "nextTick", "queueMicrotask"] });
  server = await ScriptedServer.start();
});
afterEach(async () => {
  jest.runOnlyPendingTimers();
  jest.useRealTimers();
  await server.stop();
});

function subscribe(connection: Connection, options: StoreOptions = {}) {
  const heard: unknown[] = [];
  const news = { changes: 0, heard };
  const all: StoreOptions = { ...options, onMessage: ({ data }) => heard.push(data) };
  const unsubscribe = connection.subscribe({ changed: () => void news.changes++, options: () => all });
  return { news, unsubscribe };
}

test("what comes before the timer is one change, and what comes after it another", async () => {
  const connection = new Connection("changes", server.url);
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
  const connection = new Connection("grace", server.url);
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

test("without subscribers nothing is connected, and nothing kept", async () => {
  const connection = new Connection("idle", server.url);
  const { news, unsubscribe } = subscribe(connection);
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await until(() => news.heard.length === 1);
  jest.advanceTimersByTime(1);
  expect(connection.snapshot().data).toBe(1);
  unsubscribe();
  jest.advanceTimersByTime(GRACE_MS);
  expect(connection.snapshot()).toMatchObject({ state: "connecting", data: null });
  await settle();
  expect(server.requests).toBe(1);
});

test("the history is as long as the longest that is asked for, and may be empty", async () => {
  const connection = new Connection("history", server.url);
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
