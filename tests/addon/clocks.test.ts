import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { createHub } from "../../js/src/server/index.js";
import { attaching, newest, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

/** A stream on a socket that stays Node's, and that socket. */
async function kept(name: string) {
  const hub = createHub({ name, heartbeat: false });
  const requests: IncomingMessage[] = [];
  const before = (req: IncomingMessage) => void requests.push(req);
  const served = await attaching(hub, { channels: ["c"], handOver: false }, { before });
  const open = async () => {
    const client = await (await RawClient.open(served.port)).untilOpen();
    await until(() => hub.stats().takenOver === 1);
    const [request] = requests;
    if (request === undefined) throw new Error("no request");
    return { client, request };
  };
  return { hub, open, ...served };
}

test("a quiet stream outlives Node's inactivity timeout, which ends others", async () => {
  const { hub, server, port, streams, open, close } = await kept("quiet");
  server.setTimeout(50);
  const { client } = await open();
  const idle = connect(port, "127.0.0.1").on("error", () => {});
  await new Promise((resolve) => idle.resume().on("close", resolve));
  hub.publish("c", { event: "e", data: 1 });
  await client.untilEvents(1);
  (await newest(streams)).close();
  await client.until(({ isWhole }) => isWhole);
  client.leave();
  await close();
});

test("after the stream's end Node ends a connection that is kept alive for nothing", async () => {
  const { server, streams, open, close } = await kept("kept alive");
  server.keepAliveTimeout = 50;
  const { client, request } = await open();
  expect(request.socket.timeout).toBe(0);
  (await newest(streams)).close();
  await client.until(({ isWhole }) => isWhole);
  await client.until(({ hasEnded }) => hasEnded);
  await close();
});

test("what is asked of the timer meanwhile holds afterwards", async () => {
  const { server, streams, open, close } = await kept("asked meanwhile");
  server.keepAliveTimeout = 0;
  const { client, request } = await open();
  const { socket } = request;
  const [told, never] = [() => {}, () => {}];
  socket.setTimeout(0);
  request.setTimeout(1234, told);
  socket.setTimeout(4321, never);
  socket.setTimeout(0, never);
  request.setTimeout(2345);
  expect([socket.timeout, socket.listeners("timeout").includes(never)]).toEqual([0, false]);
  (await newest(streams)).close();
  await client.until(({ isWhole }) => isWhole);
  expect([socket.timeout, Object.hasOwn(socket, "setTimeout")]).toEqual([2345, false]);
  client.leave();
  await close();
});
