import { jest } from "@jest/globals";
import { createHub, type SSEStream } from "../../js/src/server/index.js";
import { start } from "./child.js";
import { attaching, newest, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { serve } from "./serve.js";

jest.setTimeout(30_000);

const EACH = 20;
const times = <Value>(count: number, make: () => Promise<Value>) => Promise.all(Array.from({ length: count }, make));
const open = async (port: number) => (await RawClient.open(port)).untilOpen();
const retriesOf = (clients: readonly RawClient[]) =>
  clients.flatMap(({ items }) => items.flatMap((item) => (item.kind === "retry" ? [item.ms] : [])));

/** Evenly from 500 ms on, over 6 s. */
const SPREAD = { retryFromMs: 500, retrySpreadMs: 6000 };
const spreadOver = (count: number) => Array.from({ length: count }, (_, n) => 500 + n * (6000 / count));

test("drain ends attached and pulled streams, whole, and tells each client when to come back", async () => {
  const hub = createHub({ name: "drains" });
  const handedOver = await attaching(hub, { channels: ["c"] });
  const kept = await attaching(hub, { channels: ["c"], handOver: false });
  const throughNode = await attaching(hub, { channels: ["c"], direct: false });
  const reasons: string[] = [];
  const onClose = (reason: string) => reasons.push(reason);
  const pulled = await serve((request) => hub.response(request, { channels: ["c"], onClose }));
  const pulledPort = Number(new URL(pulled.url).port);
  const ports = [handedOver.port, kept.port, throughNode.port, pulledPort];
  const clients = (await Promise.all(ports.map((port) => times(EACH, () => open(port))))).flat();
  for (let n = 0; n < 100; n++) hub.publish("c", { event: "e", data: n });
  const events = Array.from({ length: 100 }, (_, n) => `e:${n}`);

  const drained = hub.drain({ withinMs: 1500, ...SPREAD });
  expect(hub.stats().isDraining).toBe(true);
  for (const port of ports) {
    const Accept = "text/event-stream, application/problem+json";
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Accept } });
    expect([response.status, await response.json()]).toMatchObject([503, { code: "DRAINING" }]);
    expect(response.headers.get("retry-after")).not.toBeNull();
  }
  await Promise.all(clients.map((client) => client.until(({ isWhole }) => isWhole)));
  await drained;
  expect(hub.stats().connections).toBe(0);
  for (const client of clients) expect(client.events).toEqual(events);
  expect(retriesOf(clients).sort((a, b) => a - b)).toEqual(spreadOver(4 * EACH));
  const streams = [handedOver, kept, throughNode].flatMap((server) => server.streams);
  const attached = (await Promise.all(streams.map(({ closed }) => closed))).filter((reason) => reason !== "refused");
  expect([...attached, ...reasons]).toEqual(Array(4 * EACH).fill("draining"));

  for (const client of clients) client.leave();
  await Promise.all([handedOver.close(), kept.close(), throughNode.close(), pulled.close()]);
});

test("what is published during the drain reaches those that are still there, and nobody is cut in the middle", async () => {
  const hub = createHub({ name: "drains under way" });
  const { port, close } = await attaching(hub, { channels: ["c"] });
  const clients = await times(EACH, () => open(port));
  let published = 0;
  let isDrained = false;
  const drained = hub.drain({ withinMs: 300, ...SPREAD }).then(() => {
    isDrained = true;
  });
  await until(() => {
    hub.publish("c", { event: "e", data: published++ });
    return isDrained;
  });
  await drained;
  await Promise.all(clients.map((client) => client.until(({ isWhole, hasEnded }) => isWhole && hasEnded)));
  const counts = clients.map(({ events }) => events.length);
  for (const { events } of clients) expect(events).toEqual(events.map((_, n) => `e:${n}`));
  expect(Math.max(...counts)).toBeGreaterThan(Math.min(...counts));
  await close();
});

test("a client that takes nothing does not hold the drain up", async () => {
  const hub = createHub({ name: "stalled", maxBytes: 2 ** 21, history: { bytes: 2 ** 26 } });
  const { port, streams, close } = await attaching(hub, {
    channels: ["c"],
    lag: { events: Infinity, bytes: Infinity },
  });
  const stalled = await open(port);
  const healthy = await open(port);
  stalled.socket.pause();
  const data = "x".repeat(2 ** 20);
  for (let n = 0; n < 16; n++) hub.publish("c", { event: "e", data });
  await hub.drain({ withinMs: 200, retrySpreadMs: 0 });
  await healthy.until(({ isWhole }) => isWhole);
  stalled.leave();
  await until(() => hub.stats().connections === 0);
  expect((await Promise.all(streams.map(({ closed }) => closed))).length).toBe(2);
  await close();
});

test("drain resolves once the listeners have heard everything, what has waited for its policy included", async () => {
  const hub = createHub({ name: "drains listeners", policies: [{ match: "r:*", rate: { perSecond: 1, burst: 1 } }] });
  const heard: unknown[] = [];
  hub.subscribe("r:1", ({ data }) => void heard.push(data));
  for (let n = 0; n < 5; n++) hub.publish("r:1", { event: "e", data: n });
  await hub.drain();
  expect(heard).toEqual([0, 1, 2, 3, 4]);
});

test("close ends everything at once", async () => {
  const hub = createHub({ name: "closed at once" });
  const { port, streams, close } = await attaching(hub, { channels: ["c"] });
  const client = await open(port);
  const pulled: SSEStream = hub.createStream();
  hub.publish("c", { event: "e", data: 1 });
  hub.close();
  hub.close();
  await client.until(({ isWhole, hasEnded }) => isWhole && hasEnded);
  expect(client.events).toEqual(["e:1"]);
  expect([await (await newest(streams)).closed, await pulled.closed]).toEqual(["draining", "draining"]);
  expect(() => hub.createStream()).toThrow(expect.objectContaining({ code: "DRAINING" }));
  await hub.drain();
  await close();
});

test("wrong options are told of, and drain nothing", async () => {
  const hub = createHub({ name: "wrong drain" });
  await expect(hub.drain({ withinMs: -1 })).rejects.toThrow(TypeError);
  await expect(hub.drain({ retryFromMs: Number.NaN })).rejects.toThrow(TypeError);
  await expect(hub.drain(1000 as never)).rejects.toThrow(TypeError);
  expect(hub.stats().isDraining).toBe(false);
});

test("SIGTERM ends a server with 50 attached and 50 pulled streams by itself", async () => {
  const child = start(`
    import { createServer } from "node:http";
    import { Readable } from "node:stream";
    import { createHub, drainOnSignal } from "millrace";
    const hub = createHub();
    drainOnSignal([hub], { withinMs: 1000, retryFromMs: 500, retrySpreadMs: 6000 });
    const server = createServer(async (req, res) => {
      if (req.url === "/attached") return void hub.attach(req, res, { channels: ["c"] });
      const abort = new AbortController();
      res.on("close", () => abort.abort());
      const request = new Request("http://host/", { headers: req.headers, signal: abort.signal });
      const response = await hub.response(request, { channels: ["c"] });
      res.writeHead(response.status, Object.fromEntries(response.headers));
      for await (const chunk of response.body) res.write(chunk);
      res.end();
    });
    server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
    process.on("SIGUSR2", () => {
      for (let n = 0; n < 10; n++) hub.publish("c", { event: "e", data: n });
      console.log("published");
    });
  `);
  const port = Number(await child.line("port "));
  const opening = ["/attached", "/pulled"].flatMap((path) =>
    Array.from({ length: 50 }, async () => (await RawClient.open(port, { path })).untilOpen()),
  );
  const clients = await Promise.all(opening);
  child.kill("SIGUSR2");
  await child.line("published");
  child.kill("SIGTERM");
  await Promise.all(clients.map((client) => client.until(({ isWhole }) => isWhole)));
  expect(await child.ended).toMatchObject({ code: 0, signal: null });
  for (const { events } of clients) expect(events).toEqual(Array.from({ length: 10 }, (_, n) => `e:${n}`));
  expect(retriesOf(clients).sort((a, b) => a - b)).toEqual(spreadOver(100));
});
