import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createHub } from "../../js/src/server/index.js";
import { start } from "./child.js";
import { attaching, newest, serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

type Exchange = readonly [req: IncomingMessage, res: ServerResponse];

/** A stream that was handed over, and what Node had of it. */
async function handedOver(name: string) {
  const hub = createHub({ name });
  const exchanges: Exchange[] = [];
  const before = (...exchange: Exchange) => void exchanges.push(exchange);
  const served = await attaching(hub, { channels: ["c"] }, { before });
  const client = await (await RawClient.open(served.port)).untilOpen();
  await until(() => served.forgotten() === 1 && exchanges[0]?.[0].destroyed === true);
  const [[req, res] = []] = exchanges;
  if (req === undefined || res === undefined) throw new Error("no exchange");
  return { hub, client, req, res, ...served };
}

test("closeAllConnections cuts handed-over streams", async () => {
  const { server, client, streams, connections, close } = await handedOver("cut by the server");
  const stream = await newest(streams);
  server.closeAllConnections();
  expect(await stream.closed).toBe("disconnected");
  await client.until(({ hasEnded }) => hasEnded);
  expect([client.isWhole, await connections()]).toEqual([false, 0]);
  await close();
});

test("a server that is to stop ends its process", async () => {
  const child = start(`
    import { createServer } from "node:http";
    import { createHub } from "millrace";
    const hub = createHub();
    const server = createServer((req, res) => hub.attach(req, res, { channels: ["c"] }));
    server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
    process.on("SIGUSR2", () => {
      server.close(() => console.log("closed"));
      server.closeAllConnections();
    });
    const sockets = [];
    server.on("connection", (socket) => sockets.push(socket));
    const looking = setInterval(() => {
      if (sockets.filter(({ destroyed }) => destroyed).length < 3) return;
      console.log("forgotten 3");
      clearInterval(looking);
    }, 1);
  `);
  const port = Number(await child.line("port "));
  const clients = await Promise.all([1, 2, 3].map(async () => (await RawClient.open(port)).untilOpen()));
  await child.line("forgotten 3");
  child.kill("SIGUSR2");
  expect(await child.ended).toMatchObject({ code: 0, output: expect.stringContaining("closed") });
  for (const client of clients) expect(client.isWhole).toBe(false);
});

test("who tracks sockets by their end has them: such a stream is not handed over", async () => {
  const hub = createHub({ name: "tracked" });
  const sockets = new Set<Socket>();
  const { server, port, forgotten, close } = await attaching(hub, { channels: ["c"] });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => hub.stats().takenOver === 1);
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  expect([sockets.size, forgotten()]).toEqual([1, 0]);
  for (const socket of sockets) socket.destroy();
  await until(() => client.isClosed && hub.stats().connections === 0);
  expect(client.isWhole).toBe(false);
  await close();
});

test.each(["destroy", "end", "destroySoon"] as const)("a handed-over socket's %s reaches the stream", async (name) => {
  const hub = createHub({ name: `socket ${name}` });
  let socket: Socket | undefined;
  const before = (req: IncomingMessage) => {
    socket = req.socket;
  };
  const { port, streams, forgotten, close } = await attaching(hub, { channels: ["c"] }, { before });
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => forgotten() === 1 && hub.stats().takenOver === 1);
  await new Promise((resolve) => setImmediate(resolve));
  socket?.[name]();
  const stream = await newest(streams);
  expect(await stream.closed).toBe(name === "destroy" ? "disconnected" : "closed");
  await client.until(({ hasEnded }) => hasEnded);
  expect(client.isWhole).toBe(name !== "destroy");
  await close();
});

test("a request whose body has yet to be read keeps its socket", async () => {
  const hub = createHub({ name: "uploads" });
  const bodies: string[] = [];
  const { port, forgotten, close } = await serving(async (req, res) => {
    await hub.attach(req, res, { channels: ["c"] });
    await until(() => hub.stats().takenOver === 1);
    let body = "";
    for await (const bytes of req) body += bytes;
    bodies.push(body);
  });
  const client = new RawClient(port);
  client.socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
  await client.untilOpen();
  await until(() => hub.stats().takenOver === 1);
  client.socket.write("67890");
  await until(() => bodies.length === 1);
  expect([bodies, forgotten()]).toEqual([["1234567890"], 0]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("a second attach for one response leaves the first stream alone", async () => {
  const hub = createHub({ name: "twice" });
  const errors: string[] = [];
  hub.on("error", ({ error }) => errors.push((error as Error).message));
  const { port, streams, close } = await attaching(
    hub,
    { channels: ["c"] },
    { after: (req, res) => void hub.attach(req, res, { channels: ["c"] }) },
  );
  const client = await (await RawClient.open(port)).untilOpen();
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  expect([errors, hub.stats().connections]).toEqual([[expect.stringMatching(/^attach was called twice/)], 1]);
  (await newest(streams)).close();
  await client.until(({ isWhole }) => isWhole);
  await close();
});

test("nobody can say how long a stream is", async () => {
  const hub = createHub({ name: "framed" });
  const { port, close } = await serving((req, res) => {
    res.setHeader("Content-Length", "5").setHeader("Transfer-Encoding", "identity");
    void hub.attach(req, res, { channels: ["c"], headers: { "Content-Length": "7", "Transfer-Encoding": "identity" } });
  });
  const client = await (await RawClient.open(port)).untilOpen();
  expect([client.header("content-length"), client.header("transfer-encoding")]).toEqual([undefined, "chunked"]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("maxConnections counts them", async () => {
  const { server, port, client, streams, connections, close } = await handedOver("counted");
  server.maxConnections = 1;
  const dropped = once(server, "drop");
  const second = new RawClient(port);
  await dropped;
  expect(await connections()).toBe(1);
  client.leave();
  await (await newest(streams)).closed;
  expect(await connections()).toBe(0);
  const third = await (await RawClient.open(port)).untilOpen();
  for (const one of [second, third]) one.leave();
  await close();
});

test.each([undefined, ": bye\n\n"])("res.end(%j) ends the stream, whole", async (last) => {
  const { hub, client, streams, res, close } = await handedOver(`ended with ${last}`);
  hub.publish("c", { event: "e", data: 1 });
  if (last === undefined) res.end();
  else res.end(last);
  await client.until(({ isWhole, hasEnded }) => isWhole && hasEnded);
  expect(client.events).toEqual(["e:1"]);
  expect(client.body.endsWith(last ?? "data: 1\n\n")).toBe(true);
  expect(await (await newest(streams)).closed).toBe("closed");
  await close();
});

test.each(["req", "res"] as const)("%s.destroy() cuts the stream", async (which) => {
  const { client, streams, req, res, close } = await handedOver(`destroyed by ${which}`);
  ({ req, res })[which].destroy();
  expect(await (await newest(streams)).closed).toBe("disconnected");
  await client.until(({ hasEnded }) => hasEnded);
  expect(client.isWhole).toBe(false);
  await close();
});
