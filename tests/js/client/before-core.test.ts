import { jest } from "@jest/globals";
import type { ClientCore } from "../../../js/src/core/contract.js";
import { javascriptCore } from "../../../js/src/core/javascript/index.js";
import { ScriptedServer, settle, until } from "./scripted-server.js";

// Here the core is loaded when the test says so, or not at all.
let loaded: PromiseWithResolvers<ClientCore>;
jest.unstable_mockModule("../../../js/src/core/load-client.js", () => ({ loadClientCore: () => loaded.promise }));
const { closeAll, ManualClock, nextEvent, watch } = await import("./helpers.js");

const server = ScriptedServer.forEachTest(closeAll);
beforeEach(() => {
  loaded = withResolvers();
});

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve = (_: T): void => {};
  let reject = (_: unknown): void => {};
  const promise = new Promise<T>((ok, failed) => {
    [resolve, reject] = [ok, failed];
  });
  return { promise, resolve, reject };
}

test("the request does not wait for the core, and what is answered meanwhile does", async () => {
  const { client, messages, log } = watch(server.url);
  const exchange = await server.next();
  exchange.stream("id: 1\ndata: one\n\n");
  exchange.write("data: two\n\n");
  await settle();
  expect(log).toEqual([]);
  expect([client.state, client.health, client.attempts, client.implementation]).toEqual([
    "connecting",
    "degraded",
    0,
    null,
  ]);
  loaded.resolve(javascriptCore);
  await until(() => messages.length === 2);
  expect(log).toEqual(["connected", "open", "message", "message"]);
  expect(client.implementation).toBe("javascript");
  expect(server.requests).toBe(1);
});

test("a refusal that is there before the core is reported after it", async () => {
  const { client, errors } = watch(server.url);
  (await server.next()).respond(401);
  await settle();
  expect(errors).toEqual([]);
  loaded.resolve(javascriptCore);
  await nextEvent(client, "close");
  expect(errors.map(({ code, status }) => [code, status])).toEqual([["BAD_RESPONSE", 401]]);
});

test("a connection that fails before the core is there is tried again after it", async () => {
  const { client, errors } = watch(server.url);
  (await server.next()).destroy();
  await settle();
  expect(errors).toEqual([]);
  loaded.resolve(javascriptCore);
  (await server.next()).stream();
  await nextEvent(client, "open");
  expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED"]);
});

test("close() before the core is there ends the request, and nothing follows", async () => {
  const { client, log } = watch(server.url);
  const exchange = await server.next();
  client.close();
  await exchange.gone;
  loaded.resolve(javascriptCore);
  await settle();
  expect(log).toEqual(["disconnected", "close"]);
  client.reconnect();
  (await server.next()).stream();
  await nextEvent(client, "open");
});

test("closed and started again before the core is there: one connection", async () => {
  const { client, log } = watch(server.url);
  const first = await server.next();
  client.close();
  client.reconnect();
  await first.gone;
  (await server.next()).stream();
  loaded.resolve(javascriptCore);
  await nextEvent(client, "open");
  await settle();
  expect(server.requests).toBe(2);
  expect(log).toEqual(["disconnected", "close", "connecting", "connected", "open"]);
});

test("a core that cannot be loaded is a failed attempt, and there is another", async () => {
  const clock = new ManualClock();
  const { client, errors, log, messages } = watch(server.url, { clock, retry: { baseMs: 1000, maxMs: 3000 } });
  for (const delayMs of [500, 1000, 1500, 1500]) {
    const exchange = await server.next();
    const cause = new TypeError("Failed to fetch dynamically imported module");
    loaded.reject(cause);
    await exchange.gone;
    await until(() => clock.isWaiting);
    expect([clock.delays.at(-1), client.state]).toEqual([delayMs, "reconnecting"]);
    expect(errors.at(-1)).toMatchObject({ code: "CONNECTION_FAILED", cause });
    loaded = withResolvers();
    clock.fire();
  }
  expect([client.attempts, client.health, client.state]).toEqual([4, "degraded", "connecting"]);
  (await server.next()).stream("data: x\n\n");
  loaded.resolve(javascriptCore);
  await until(() => messages.length === 1);
  expect(client.attempts).toBe(0);
  expect(log.slice(0, 4)).toEqual(["reconnecting", "error", "connecting", "reconnecting"]);
});

test.each(["reconnect", "close"] as const)("%s() while it waits to load the core again", async (what) => {
  const clock = new ManualClock();
  const { client, log } = watch(server.url, { clock });
  await server.next();
  loaded.reject(new TypeError("Failed to fetch"));
  await until(() => clock.isWaiting);
  loaded = withResolvers();
  log.length = 0;
  client[what]();
  expect(clock.isWaiting).toBe(false);
  if (what === "reconnect") await server.next();
  expect(log).toEqual(what === "close" ? ["disconnected", "close"] : ["connecting"]);
});

test.each([
  ["the platform refuses it", new EvalError("unsafe-eval"), {}],
  ["the attempts are used up", new TypeError("Failed to fetch"), { attempts: 1 }],
])("it is the end where %s", async (_, cause, retry) => {
  const { client, errors, log } = watch(server.url, { retry });
  const exchange = await server.next();
  loaded.reject(cause);
  await nextEvent(client, "close");
  await exchange.gone;
  expect(errors.map((error) => [error.code, error.cause])).toEqual([["CONNECTION_FAILED", cause]]);
  expect(log).toEqual(["error", "error", "close"]);
});

test("the time that the core takes does not count as silence", async () => {
  const clock = new ManualClock();
  const { client, errors } = watch(server.url, { clock, silenceMs: 1000 });
  const exchange = await server.next();
  clock.pass(60_000);
  loaded.resolve(javascriptCore);
  await until(() => clock.isWaiting);
  clock.pass(999);
  exchange.stream();
  await nextEvent(client, "open");
  expect(errors).toEqual([]);
});
