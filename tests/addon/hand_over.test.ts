import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream";
import express from "express";
import { createHub } from "../../js/src/server/index.js";
import { attaching, newest, nextEnd, serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

type Exchange = [req: IncomingMessage, res: ServerResponse];

test("Node forgets the socket, and the stream goes on", async () => {
  const hub = createHub({ name: "given away" });
  const exchanges: Exchange[] = [];
  const before = (...exchange: Exchange) => void exchanges.push(exchange);
  const { port, forgotten, close } = await attaching(hub, { channels: ["c"] }, { before });
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => forgotten() === 1);
  const [[req, res] = []] = exchanges;
  expect([req?.socket.destroyed, res?.destroyed]).toEqual([true, true]);
  for (let n = 1; n <= 3; n++) {
    hub.publish("c", { event: "e", data: n });
    await client.untilEvents(n);
  }
  expect(client.events).toEqual(["e:1", "e:2", "e:3"]);
  client.leave();
  await close();
});

test("a server that has stopped listening leaves handed-over streams open, and waits for them", async () => {
  const hub = createHub({ name: "outlives" });
  const { server, port, streams, connections, forgotten } = await attaching(hub, { channels: ["c"] });
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => forgotten() === 1);
  expect(await connections()).toBe(1);
  let isClosed = false;
  server.close(() => {
    isClosed = true;
  });
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  expect(isClosed).toBe(false);
  const stream = await newest(streams);
  stream.close();
  await client.until(({ isWhole, hasEnded }) => isWhole && hasEnded);
  expect(await stream.closed).toBe("closed");
  await until(() => isClosed);
  expect(await connections()).toBe(0);
});

describe("code that counts on Node's socket keeps it", () => {
  const listeners: Record<string, (req: IncomingMessage, res: ServerResponse, tell: () => void) => void> = {
    'req.on("close")': (req, _, tell) => req.on("close", tell),
    'req.once("close")': (req, _, tell) => req.once("close", tell),
    'req.on("aborted")': (req, _, tell) => req.on("aborted", tell),
    'res.on("close")': (_, res, tell) => res.on("close", tell),
    "events.once(req)": (req, _, tell) => void once(req, "close").then(tell, tell),
    "stream.finished(res)": (_, res, tell) => void finished(res, () => tell()),
  };

  test.each(
    Object.keys(listeners).flatMap((name) => [
      [name, "before"],
      [name, "after"],
    ]),
  )("%s, added %s attach, hears when the client leaves", async (name, when) => {
    const hub = createHub({ name: `${name} ${when}` });
    let count = 0;
    const listen = (req: IncomingMessage, res: ServerResponse) =>
      listeners[name]?.(req, res, () => {
        count += 1;
      });
    const { port, forgotten, close } = await attaching(hub, { channels: ["c"] }, { [when]: listen });
    const client = await (await RawClient.open(port)).untilOpen();
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    expect([forgotten(), count]).toEqual([0, 0]);
    client.leave();
    await until(() => count > 0);
    await until(() => hub.stats().connections === 0);
    expect(count).toBe(1);
    await close();
  });

  test.each(["before", "after"])("a log line on finish, asked for %s attach, is written at the end", async (when) => {
    const hub = createHub({ name: `finish ${when}` });
    const lines: string[] = [];
    // As morgan does.
    const log = (req: IncomingMessage, res: ServerResponse) => {
      res.once("finish", () => lines.push(`${req.method} ${req.url} ${res.statusCode}`));
    };
    const { port, streams, forgotten, close } = await attaching(hub, { channels: ["c"] }, { [when]: log });
    const client = await (await RawClient.open(port, { path: "/logged" })).untilOpen();
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    expect([forgotten(), lines]).toEqual([0, []]);
    (await newest(streams)).close();
    await client.until(({ isWhole }) => isWhole);
    await until(() => lines.length > 0);
    expect(lines).toEqual(["GET /logged 200"]);
    client.leave();
    await close();
  });

  test("a logging middleware of Express", async () => {
    const hub = createHub({ name: "express log" });
    const lines: string[] = [];
    const app = express();
    app.use((req, res, next) => {
      res.on("finish", () => lines.push(`${req.method} ${req.originalUrl} ${res.statusCode}`));
      next();
    });
    app.post("/events", express.json(), (req, res) => hub.attach(req, res, { channels: [req.body.channel] }));
    const { port, close } = await serving(app);
    const body = JSON.stringify({ channel: "c" });
    const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };
    const client = new RawClient(port);
    client.request({ method: "POST", path: "/events", headers });
    client.socket.write(body);
    await client.untilOpen();
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    const [end, drained] = [nextEnd(hub), hub.drain({ withinMs: 5000 })];
    await client.until(({ isWhole }) => isWhole);
    await drained;
    expect(await end).toBe("draining");
    await until(() => lines.length > 0);
    expect(lines).toEqual(["POST /events 200"]);
    client.leave();
    await close();
  });
});

describe("handOver decides", () => {
  test("true: whoever listens is told at once that Node has no socket any more", async () => {
    const hub = createHub({ name: "forced" });
    let closes = 0;
    const before = (req: IncomingMessage) =>
      req.on("close", () => {
        closes += 1;
      });
    const { port, forgotten, close } = await attaching(hub, { channels: ["c"], handOver: true }, { before });
    const client = await (await RawClient.open(port)).untilOpen();
    await until(() => forgotten() === 1 && closes === 1);
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    client.leave();
    await close();
  });

  test("false: Node keeps it", async () => {
    const hub = createHub({ name: "kept" });
    const { port, forgotten, close } = await attaching(hub, { channels: ["c"], handOver: false });
    const client = await (await RawClient.open(port)).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    expect(forgotten()).toBe(0);
    client.leave();
    await until(() => hub.stats().connections === 0);
    await close();
  });
});

test.each(["client", "server"])(
  "listeners that come after a hand-over hear of the real end, by the %s",
  async (who) => {
    const hub = createHub({ name: `late ${who}` });
    const exchanges: Exchange[] = [];
    const before = (...exchange: Exchange) => void exchanges.push(exchange);
    const { port, streams, forgotten, close } = await attaching(hub, { channels: ["c"] }, { before });
    const client = await (await RawClient.open(port)).untilOpen();
    await until(() => forgotten() === 1);
    const [[req, res] = []] = exchanges;
    const heard: string[] = [];
    req?.on("close", () => heard.push("req 1"));
    req?.once("close", () => heard.push("req 2"));
    res?.on("close", () => heard.push("res"));
    const removed = () => heard.push("removed");
    res?.on("close", removed);
    res?.off("close", removed);
    hub.publish("c", { event: "e", data: 1 });
    await client.untilEvents(1);
    expect(heard).toEqual([]);
    if (who === "client") client.leave();
    else (await newest(streams)).close();
    await (await newest(streams)).closed;
    await until(() => heard.length >= 3);
    expect(heard.sort()).toEqual(["req 1", "req 2", "res"]);
    client.leave();
    await close();
  },
);
