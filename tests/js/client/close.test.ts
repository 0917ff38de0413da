import { closeAll, ManualClock, nextEvent, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("close() before anything was sent", async () => {
  const { client, log } = watch(server.url);
  client.close();
  client.close();
  await settle();
  expect(log).toEqual(["disconnected", "close"]);
  expect([client.state, client.readyState]).toEqual(["disconnected", client.CLOSED]);
  expect(server.requests).toBe(0);
});

test("close() while the server has not answered", async () => {
  const { client, log } = watch(server.url);
  const exchange = await server.next();
  client.close();
  await exchange.gone;
  await settle();
  expect(log).toEqual(["disconnected", "close"]);
});

test("close() while headers are being made", async () => {
  let give = (_: HeadersInit): void => {};
  const headers = new Promise<HeadersInit>((resolve) => {
    give = resolve;
  });
  let called = false;
  const { client, log } = watch(server.url, {
    headers: () => {
      called = true;
      return headers;
    },
  });
  await until(() => called);
  client.close();
  give({});
  await settle();
  expect(log).toEqual(["disconnected", "close"]);
  expect(server.requests).toBe(0);
});

test("close() during a wait leaves no timer", async () => {
  const clock = new ManualClock();
  const { client, log } = watch(server.url, { clock });
  (await server.next()).respond(500);
  await until(() => clock.isWaiting);
  client.close();
  expect(clock.isWaiting).toBe(false);
  expect(log).toEqual(["reconnecting", "error", "disconnected", "close"]);
});

test("close() in the middle of a chunk: what follows is not dispatched, and comes again when restarted", async () => {
  const { client, messages, log } = watch(server.url);
  client.addEventListener("message", () => client.close(), { once: true });
  const first = await server.next();
  first.stream("id: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n");
  await first.gone;
  await settle();
  expect(messages).toEqual(["message:one"]);
  expect(log).toEqual(["connected", "open", "message", "disconnected", "close"]);
  expect(client.lastEventId).toBe("1");

  client.reconnect();
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  second.stream(`${MILLRACE}id: 1\ndata: one\n\nid: 2\ndata: two\n\n`);
  await until(() => messages.length === 2);
  expect(messages).toEqual(["message:one", "message:two"]);
});

test.each(["statechange", "open", "error"])("close() from a listener of %s", async (type) => {
  const { client, log } = watch(server.url);
  client.addEventListener(type, () => client.close());
  const exchange = await server.next();
  if (type === "error") exchange.respond(500);
  else exchange.stream("data: x\n\n");
  await nextEvent(client, "close");
  await settle();
  expect(log.filter((name) => name === "close")).toEqual(["close"]);
  expect(log.at(-1)).toBe("close");
  expect(log).not.toContain("message");
  expect(server.requests).toBe(1);
});

test("after close(), JSON that does not parse is no news either", async () => {
  const { client, log } = watch(server.url);
  client.addEventListener("message", () => client.close());
  client.on("message", () => {});
  (await server.next()).stream("data: {oops\n\n");
  await nextEvent(client, "close");
  await settle();
  expect(log.at(-1)).toBe("close");
});

test("a signal closes it", async () => {
  const controller = new AbortController();
  const { client, log } = watch(server.url, { signal: controller.signal });
  const exchange = await server.next();
  exchange.stream();
  await nextEvent(client, "open");
  controller.abort();
  await exchange.gone;
  expect(log).toEqual(["connected", "open", "disconnected", "close"]);
  client.reconnect();
  expect(client.state).toBe("disconnected");
});

test("with a signal that is aborted it never connects", async () => {
  const { client, log } = watch(server.url, { signal: AbortSignal.abort() });
  expect([client.state, client.readyState]).toEqual(["disconnected", client.CLOSED]);
  await settle();
  expect(log).toEqual([]);
  expect(server.requests).toBe(0);
});
