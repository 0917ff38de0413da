import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createHub } from "../../js/src/server/index.js";
import { start } from "./child.js";
import { attaching, newest, until } from "./listening.js";
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
    let count = 0;
    server.on("connection", (socket) => socket.on("close", () => console.log("forgotten " + ++count)));
  `);
  const port = Number(await child.line("port "));
  const clients = await Promise.all([1, 2, 3].map(async () => (await RawClient.open(port)).untilOpen()));
  await child.line("forgotten 3");
  child.kill("SIGUSR2");
  expect(await child.ended).toMatchObject({ code: 0, output: expect.stringContaining("closed") });
  for (const client of clients) expect(client.isWhole).toBe(false);
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
