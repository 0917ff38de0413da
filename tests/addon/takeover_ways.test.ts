import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { writeToSockets } from "../../js/src/server/http/node-requests.js";
import { type AttachOptions, createHub, type Hub } from "../../js/src/server/index.js";
import { takeoverCounts } from "../../js/src/server/observe/takeover-counts.js";
import { HubStream } from "../../js/src/server/stream/hub-stream.js";
import { NodeWriter } from "../../js/src/server/takeover/node-writer.js";
import { certificate } from "./certificate.js";
import { attaching, type Listening, listening, serving, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";
import { serve } from "./serve.js";

// What becomes of a stream's takeover, as the counts say, by both ways of answering: attach, and a server that pipes a body.

type Before = (req: IncomingMessage, res: ServerResponse) => void;
type Way = (hub: Hub, options: Partial<AttachOptions>, before: Before) => Promise<Listening<Server>>;

const attached: Way = (hub, options, before) =>
  attaching(hub, { channels: ["c"], ...options }, { before: before as RequestListener });
const piped: Way = (hub, options, before) => piping(hub, { channels: ["c"], ...options }, before);

/** What was counted since, as `taken` and the reasons. */
function counting(): () => string[] {
  const { taken, declined } = takeoverCounts();
  return () => {
    const now = takeoverCounts();
    const reasons = Object.entries(now.declined).flatMap(([reason, count]) =>
      Array<string>(count - (declined[reason as "ended"] ?? 0)).fill(reason),
    );
    return [...Array<string>(now.taken - taken).fill("taken"), ...reasons];
  };
}

/** The client gets its events whatever becomes of the takeover. */
async function read(hub: Hub, client: RawClient): Promise<void> {
  await client.untilOpen();
  hub.publish("c", { event: "e", data: 1 });
  await client.until(({ events }) => events.includes("e:1"));
}

const wrap = (res: ServerResponse, change: (write: (bytes: Uint8Array) => boolean, bytes: Uint8Array) => unknown) => {
  const write = res.write.bind(res) as (bytes: Uint8Array) => boolean;
  res.write = ((bytes: Uint8Array) => change(write, bytes) !== false) as typeof res.write;
};

const cases: [string, Partial<AttachOptions>, Before][] = [
  ["taken", {}, () => {}],
  ["disabled", { direct: false }, () => {}],
  ["unknownWriter", {}, (_, res) => wrap(res, (write, bytes) => write(bytes))],
  ["changedBytes", {}, (_, res) => wrap(res, (write, bytes) => write(Buffer.concat([Buffer.from(":\n"), bytes])))],
  ["delayedBytes", {}, (_, res) => wrap(res, (write, bytes) => void setImmediate(() => setImmediate(write, bytes)))],
  ["encoded", {}, (_, res) => res.setHeader("Content-Encoding", "identity")],
  ["wrappedSocket", {}, (_, { socket }) => Object.assign(socket as Socket, { _write: socket?._write })],
];

describe.each([
  ["attached", attached],
  ["piped", piped],
])("%s", (name, listen) => {
  test.each(cases)("%s", async (reason, options, before) => {
    const hub = createHub({ name: `ways: ${name} ${reason}` });
    const counted = counting();
    const { port, close } = await listen(hub, options, before);
    const client = await RawClient.open(port);
    await read(hub, client);
    await until(() => counted().length > 0);
    expect(counted()).toEqual([reason]);
    client.leave();
    await until(() => hub.stats().connections === 0);
    expect(counted()).toEqual([reason]);
    await close();
  });

  test("HTTP/1.0", async () => {
    const hub = createHub({ name: `ways: ${name} HTTP/1.0` });
    const counted = counting();
    const { port, close } = await listen(hub, { closeAfter: "e" }, () => {});
    const old = await RawClient.open(port, { version: "1.0" });
    await read(hub, old);
    expect(counted()).toEqual(["notHttp11"]);
    await until(() => hub.stats().connections === 0);
    old.leave();
    await close();
  });

  test("a slow client is in no count until it has taken what waits for it, or has left", async () => {
    const hub = createHub({ name: `ways: ${name} slow` });
    const counted = counting();
    const sockets: Socket[] = [];
    const { port, close } = await listen(hub, {}, (_, { socket }) => {
      socket?.cork();
      sockets.push(socket as Socket);
    });
    const clients = [new RawClient(port), new RawClient(port)];
    for (const client of clients) client.request();
    await until(() => hub.connectionCount("c") === 2);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(counted()).toEqual([]);
    sockets[0]?.uncork();
    await until(() => hub.stats().takenOver === 1);
    expect(counted()).toEqual(["taken"]);
    for (const client of clients) client.leave();
    await until(() => hub.stats().connections === 0);
    await until(() => counted().length === 2);
    expect(counted()).toEqual(["taken", "ended"]);
    await close();
  });
});

test("TLS", async () => {
  const hub = createHub({ name: "ways: TLS" });
  const counted = counting();
  const handle: RequestListener = (req, res) => void hub.attach(req, res, { channels: ["c"] });
  const { port, close } = await listening(https.createServer(certificate(), handle));
  const response = await new Promise<IncomingMessage>((resolve) => {
    https.get({ port, host: "127.0.0.1", rejectUnauthorized: false }, resolve);
  });
  expect(counted()).toEqual(["encrypted"]);
  response.destroy();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("a response that waits behind another", async () => {
  const hub = createHub({ name: "ways: waiting" });
  const counted = counting();
  let first: ServerResponse | undefined;
  const { port, close } = await serving((req, res) => {
    if (req.url === "/first") first = res;
    else void hub.attach(req, res, { channels: ["c"] });
  });
  const client = new RawClient(port);
  client.socket.write(["/first", "/"].map((path) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`).join(""));
  await until(() => counted().length > 0);
  expect(counted()).toEqual(["noSocket"]);
  first?.end();
  await until(() => client.socket.bytesRead > 0);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("a stream that has nothing to begin with", async () => {
  const counted = counting();
  const streams: HubStream[] = [];
  const { port, close } = await serving((req, res) => {
    const stream = new HubStream("ways: empty", {}, false);
    stream.takeFirst();
    streams.push(stream);
    new NodeWriter(stream, req, res, { isEnabled: true, releaseSocket: undefined, onReleased: () => {} }).begin();
  });
  const client = await RawClient.open(port);
  expect(counted()).toEqual(["noFirstChunk"]);
  streams[0]?.send({ event: "e", data: 1 });
  streams[0]?.close();
  await client.until(({ isWhole }) => isWhole);
  expect(client.events).toEqual(["e:1"]);
  client.leave();
  await close();
});

test("a function that is put in the response's place in the same turn", async () => {
  const hub = createHub({ name: "ways: replaced" });
  const counted = counting();
  const after: RequestListener = (_, res) => wrap(res, (write, bytes) => write(bytes));
  const { port, close } = await attaching(hub, { channels: ["c"] }, { after });
  const client = await RawClient.open(port);
  await read(hub, client);
  expect(counted()).toEqual(["replacedFunction"]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("a body that the application reads", async () => {
  writeToSockets();
  const hub = createHub({ name: "ways: read" });
  const counted = counting();
  const server = await serve((request) => hub.response(request, { channels: ["c"] }));
  const client = await RawClient.open(Number(new URL(server.url).port));
  await read(hub, client);
  expect(counted()).toEqual(["bodyRead"]);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await server.close();
});
