import { readdirSync } from "node:fs";
import express from "express";
import { fastify } from "fastify";
import { createHub, type SSEStream } from "../../js/src/server/index.js";
import { attaching, listening, newest, nextEnd, serving, until } from "./listening.js";
import { BEGIN } from "./notices.js";
import { RawClient } from "./raw_client.js";

const descriptors = () => readdirSync("/proc/self/fd").length;

describe("node:http", () => {
  test("the core writes whole chunks to the socket, and the body's end", async () => {
    const hub = createHub({ name: "chunks" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"], traceId: "t-1" });
    const client = await (await RawClient.open(port)).untilOpen();
    expect(client.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(client.header("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(client.header("cache-control")).toBe("no-cache, no-transform");
    expect(client.header("x-trace-id")).toBe("t-1");
    expect(client.chunks).toEqual([`${BEGIN}id: ${client.lastEventId}\n\n`]);

    const { id, recipients } = hub.publish("c", { event: "tick", data: { ü: "日本" } });
    expect(recipients).toBe(1);
    await client.untilEvents(1);
    expect(client.chunks[1]).toBe(`event: tick\nid: ${id}\ndata: {"ü":"日本"}\n\n`);

    const stream = await newest(streams);
    stream.send({ event: "own", data: 1 });
    for (let n = 0; n < 100; n++) hub.publish("c", { event: "tick", data: n });
    stream.close("done");
    await client.until(({ isWhole, hasEnded }) => isWhole && hasEnded);
    expect(client.events.slice(1)).toEqual(["own:1", ...Array.from({ length: 100 }, (_, n) => `tick:${n}`)]);
    expect(await stream.closed).toBe("done");
    expect(hub.stats().connections).toBe(0);
    await close();
  });

  test("what was sent before the stream is read is in its first chunk", async () => {
    const hub = createHub({ name: "first chunk" });
    const { id } = hub.publish("c", { event: "e", data: 0 });
    const { port, close } = await attaching(hub, { channels: ["c"], retryMs: 70 });
    for (let n = 1; n < 400; n++) hub.publish("c", { event: "e", data: n });
    const client = await RawClient.open(port, { headers: { "Last-Event-ID": id ?? "" } });
    await client.untilEvents(400);
    expect(client.items[0]).toEqual({ kind: "retry", ms: 70 });
    const events = Array.from({ length: 399 }, (_, n) => `e:${n + 1}`);
    expect(client.events).toEqual(['millrace.resume:{"verdict":"continued"}', ...events]);
    client.leave();
    await close();
  });

  test.each(["header", "query"])("a client that comes back resumes, by the id in the %s", async (way) => {
    const hub = createHub({ name: `resume ${way}` });
    const { port, close } = await attaching(hub, { channels: ["a", "b"] });
    const first = await (await RawClient.open(port)).untilOpen();
    hub.publish("a", { event: "e", data: 1 });
    await first.untilEvents(1);
    first.leave();
    hub.publish("b", { event: "e", data: 2 });
    const id = first.lastEventId;
    const request =
      way === "header" ? { headers: { "Last-Event-ID": id } } : { path: `/?x=1&lastEventId=${encodeURIComponent(id)}` };
    const second = await RawClient.open(port, request);
    await second.untilEvents(2);
    hub.publish("a", { event: "e", data: 3 });
    await second.untilEvents(3);
    expect(second.events).toEqual(['millrace.resume:{"verdict":"continued"}', "e:2", "e:3"]);
    second.leave();
    await close();
  });

  test("a connection that Node keeps serves the next request after the stream's end", async () => {
    const hub = createHub({ name: "keep-alive" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"], handOver: false });
    const client = await (await RawClient.open(port)).untilOpen();
    const { localPort } = client.socket;
    for (let round = 1; round <= 3; round++) {
      hub.publish("c", { event: "round", data: round });
      await client.untilEvents(round);
      (await newest(streams, round)).close();
      await client.until(({ isWhole }) => isWhole);
      client.request();
      await client.untilOpen();
    }
    expect(client.events).toEqual(["round:1", "round:2", "round:3"]);
    expect(client.socket.localPort).toBe(localPort);
    client.leave();
    await close();
  });

  test("headers of the application's own take the place of the usual ones, however they are spelt", async () => {
    const hub = createHub({ name: "spelling" });
    const headers = { "cache-control": "no-store", "CONTENT-TYPE": "text/event-stream", "X-Own": "1" };
    const { port, close } = await attaching(hub, { channels: ["c"], headers });
    const client = await RawClient.open(port);
    expect(client.head.match(/^(cache-control|content-type|x-own): .*$/gim)?.sort()).toEqual([
      "cache-control: no-store",
      "content-type: text/event-stream",
      "x-own: 1",
    ]);
    client.leave();
    await close();
  });

  test("HEAD gets the headers and opens nothing", async () => {
    const hub = createHub({ name: "head" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"] });
    const client = await RawClient.open(port, { method: "HEAD", headers: { Connection: "close" } });
    await client.until(({ hasEnded }) => hasEnded);
    expect([client.status, client.body]).toEqual([200, ""]);
    expect(client.header("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await (await newest(streams)).closed).toBe("disconnected");
    expect(hub.stats().connections).toBe(0);
    await close();
  });

  test.each([
    ["end", true],
    ["reset", true],
    ["end", false],
    ["reset", false],
  ] as const)("a client that leaves (%s) is noticed; handed over: %s", async (how, handOver) => {
    const hub = createHub({ name: `leaves ${how} ${handOver}` });
    const { port, streams, forgotten, close } = await attaching(hub, { channels: ["c"], handOver });
    const client = await (await RawClient.open(port)).untilOpen();
    const stream = await newest(streams);
    await until(() => hub.stats().takenOver === 1);
    expect(forgotten()).toBe(handOver ? 1 : 0);
    client.leave(how);
    expect(await stream.closed).toBe("disconnected");
    expect(stream.signal.aborted).toBe(true);
    await until(() => hub.stats().connections === 0);
    expect([stream.send({ data: 1 }), stream.comment("here")]).toEqual([{ id: null }, { id: null }]);
    await close();
  });

  test("the objects of a route handler are no request of Node's: the error names the way for them", async () => {
    const hub = createHub({ name: "attached to web objects" });
    const web = [new Request("http://host/"), new Response()] as unknown as Parameters<typeof hub.attach>;
    await expect(hub.attach(web[0], web[1], { channels: ["c"] })).rejects.toThrow(
      new TypeError(
        "attach takes Node's request and response; for a web Request there is hub.response(request, options)",
      ),
    );
  });

  test("a client that leaves while it is asked who it is, is not attached", async () => {
    const hub = createHub({ name: "impatient" });
    let admit = () => {};
    const asked = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const gone = new Promise<void>((resolve) => {
      void serving(async (req, res) => {
        res.on("close", resolve);
        const authorize = () => asked.then(() => true);
        streams.push(await hub.attach(req, res, { channels: ["c"], authorize }));
      }).then((server) => {
        const client = new RawClient(server.port);
        client.request();
        server.server.on("request", () => client.leave());
        closing.push(server.close);
      });
    });
    const streams: SSEStream[] = [];
    const closing: (() => Promise<void>)[] = [];
    await gone;
    admit();
    expect(await (await newest(streams)).closed).toBe("disconnected");
    expect(hub.stats().connections).toBe(0);
    await closing[0]?.();
  });

  test("200 clients that come and go leave no descriptor behind", async () => {
    const hub = createHub({ name: "crowd" });
    const { port, streams, forgotten, close } = await attaching(hub, { channels: ["c"] });
    const before = descriptors();
    for (let round = 0; round < 2; round++) {
      const clients = await Promise.all(
        Array.from({ length: 100 }, () => RawClient.open(port).then((c) => c.untilOpen())),
      );
      await until(() => hub.stats().takenOver === 100 && forgotten() === 100 * (round + 1));
      expect(hub.publish("c", { event: "e", data: round }).recipients).toBe(100);
      await Promise.all(clients.map((client) => client.untilEvents(1)));
      for (const [n, client] of clients.entries()) client.leave(n % 2 === 0 ? "end" : "reset");
      await until(() => hub.stats().connections === 0);
    }
    expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual(Array(200).fill("disconnected"));
    await until(() => descriptors() <= before);
    await close();
  });
});

describe("frameworks", () => {
  test("Express 5", async () => {
    const hub = createHub({ name: "express" });
    const app = express();
    app.use(express.json());
    app.get("/events/:channel", (req, res) => hub.attach(req, res, { channels: [req.params.channel] }));
    app.post("/publish", (req, res) => res.json(hub.publish("news", { event: "posted", data: req.body })));
    const { port, forgotten, close } = await serving(app);
    const client = await (await RawClient.open(port, { path: "/events/news?x=1" })).untilOpen();
    await until(() => forgotten() === 1);
    const headers = { "Content-Type": "application/json" };
    const posted = await fetch(`http://127.0.0.1:${port}/publish`, { method: "POST", headers, body: '{"n":1}' });
    expect(await posted.json()).toMatchObject({ recipients: 1 });
    await client.untilEvents(1);
    expect(client.events).toEqual(['posted:{"n":1}']);
    const end = nextEnd(hub);
    client.leave();
    expect(await end).toBe("disconnected");
    await close();
  });

  test.each([false, true])("Fastify 5, with hooks of its own: %s", async (hasHooks) => {
    const hub = createHub({ name: `fastify ${hasHooks}` });
    const app = fastify();
    const answered: number[] = [];
    if (hasHooks) app.addHook("onResponse", async (_, reply) => void answered.push(reply.statusCode));
    app.get("/events", async (request, reply) => {
      reply.hijack();
      await hub.attach(request.raw, reply.raw, { channels: ["news"] });
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port, forgotten } = await listening(app.server);
    const client = await (await RawClient.open(port, { path: "/events" })).untilOpen();
    if (!hasHooks) await until(() => forgotten() === 1);
    hub.publish("news", { event: "e", data: 1 });
    await client.untilEvents(1);
    const [end, drained] = [nextEnd(hub), hub.drain({ withinMs: 5000 })];
    await client.until(({ isWhole }) => isWhole);
    await drained;
    expect(await end).toBe("draining");
    if (hasHooks) await until(() => answered.length === 1);
    client.leave();
    await app.close();
  });
});
