import { type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { Readable } from "node:stream";
import compression from "compression";
import express from "express";
import { type AttachOptions, createHub, type Hub, type SSEStream } from "../../js/src/server/index.js";
import { certificate } from "./certificate.js";
import { listening, nextEnd, serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { StreamReader } from "./reading.js";

type Write = ServerResponse["write"];

/** Puts itself between the response and who writes to it, as middleware does. */
function wrapWrite(res: ServerResponse, around: (write: Write) => Write): void {
  res.write = around(res.write.bind(res) as Write);
}

function attachTo(hub: Hub, options: Partial<AttachOptions> = {}, also?: (res: ServerResponse) => void) {
  const streams: SSEStream[] = [];
  const handle: RequestListener = async (req, res) => {
    also?.(res);
    streams.push(await hub.attach(req, res, { channels: ["c"], ...options }));
  };
  const ended = () => Promise.all(streams.map(({ closed }) => closed));
  return { handle, ended };
}

/** Publishes one by one, each when the one before has come, so that each is a write of its own on Node's way. */
async function publishEach(hub: Hub, came: (count: number) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= 5; n++) {
    hub.publish("c", { event: "e", data: n });
    await came(n);
  }
}

const FIVE = ["e:1", "e:2", "e:3", "e:4", "e:5"];
const through = (stream: Readable) => new StreamReader(Readable.toWeb(stream) as ReadableStream<Uint8Array>);

test("direct: the core writes", async () => {
  const hub = createHub({ name: "control" });
  const { handle, ended } = attachTo(hub);
  const { port, close } = await serving(handle);
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => hub.stats().takenOver === 1);
  await publishEach(hub, (n) => client.untilEvents(n));
  client.leave();
  await ended();
  await close();
});

describe("through Node", () => {
  test("TLS", async () => {
    const hub = createHub({ name: "tls" });
    const { handle, ended } = attachTo(hub);
    const { port, close } = await listening(https.createServer(certificate(), handle));
    const response = await new Promise<IncomingMessage>((resolve) => {
      https.get({ port, host: "127.0.0.1", rejectUnauthorized: false }, resolve);
    });
    const reader = await through(response).until(({ text }) => text.includes("id:"));
    await publishEach(hub, (n) => reader.untilEvents(n));
    expect(reader.events).toEqual(FIVE);
    expect(hub.stats().takenOver).toBe(0);
    response.destroy();
    await ended();
    await close();
  });

  test.each(["h2", "h2c"])("HTTP/2: %s", async (way) => {
    const hub = createHub({ name: way });
    const { handle, ended } = attachTo(hub);
    const answer = handle as unknown as (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse) => void;
    const isSecure = way === "h2";
    const { port, close } = await listening(
      isSecure ? http2.createSecureServer(certificate(), answer) : http2.createServer(answer),
    );
    const url = `${isSecure ? "https" : "http"}://127.0.0.1:${port}`;
    const session = http2.connect(url, { rejectUnauthorized: false });
    const streams = [session.request({ ":path": "/1" }), session.request({ ":path": "/2" })];
    const readers = streams.map((stream) => through(stream as unknown as Readable));
    await Promise.all(readers.map((reader) => reader.until(({ text }) => text.includes("id:"))));
    await publishEach(hub, (n) => Promise.all(readers.map((reader) => reader.untilEvents(n))));
    for (const reader of readers) expect(reader.events).toEqual(FIVE);
    expect(hub.stats().takenOver).toBe(0);
    streams[0]?.close(http2.constants.NGHTTP2_CANCEL);
    await until(() => hub.stats().connections === 1);
    const drained = hub.drain({ withinMs: 5000 });
    await readers[1]?.toEnd();
    await drained;
    await ended();
    session.close();
    await close();
  });

  test.each(["reads on", "leaves"])("a slow client over HTTP/2 holds little of Node's memory, and %s", async (how) => {
    const hub = createHub({ name: `slow over HTTP/2, ${how}`, maxBytes: 2 ** 23 });
    const { handle, ended } = attachTo(hub);
    let held = () => 0;
    const { port, close } = await listening(
      http2.createServer((req, res) => {
        held = () => res.stream.writableLength;
        handle(req as unknown as IncomingMessage, res as unknown as ServerResponse);
      }),
    );
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/" });
    await new Promise((resolve) => stream.once("response", resolve));
    const large = "x".repeat(4 * 2 ** 20);
    hub.publish("c", { event: "e", data: large });
    await until(() => held() > 0);
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(held()).toBeLessThan(2 ** 20);
    if (how === "leaves") {
      stream.close(http2.constants.NGHTTP2_CANCEL);
    } else {
      const reader = await through(stream as unknown as Readable).untilEvents(1);
      expect(reader.events).toEqual([`e:"${large}"`]);
      await reader.cancel();
    }
    await ended();
    session.close();
    await close();
  });

  test("compression middleware that compresses", async () => {
    const hub = createHub({ name: "compressed" });
    const app = express();
    app.use(compression({ threshold: 0 }));
    const { handle, ended } = attachTo(hub, { headers: { "Cache-Control": "no-cache" } });
    app.get("/", handle as express.RequestHandler);
    const { port, close } = await serving(app);
    const abort = new AbortController();
    const headers = { "Accept-Encoding": "gzip" };
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers, signal: abort.signal });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    if (response.body === null) throw new Error("no body");
    const reader = await new StreamReader(response.body).until(({ text }) => text.includes("id:"));
    await publishEach(hub, (n) => reader.untilEvents(n));
    expect(reader.events).toEqual(FIVE);
    expect(hub.stats().takenOver).toBe(0);
    abort.abort();
    await ended();
    await close();
  });

  test("a middleware that changes the bytes", async () => {
    const hub = createHub({ name: "changed" });
    const upper = (write: Write): Write =>
      ((chunk: Uint8Array) => write(String(Buffer.from(chunk)).replace(/data: /g, "data: changed "))) as Write;
    const shout = (write: Write): Write => ((chunk: Uint8Array) => write(`: seen\n${Buffer.from(chunk)}`)) as Write;
    const { handle, ended } = attachTo(hub, {}, (res) => {
      wrapWrite(res, upper);
      wrapWrite(res, shout);
    });
    const { port, close } = await serving(handle);
    const client = await (await RawClient.open(port)).untilOpen();
    await publishEach(hub, (n) => client.untilEvents(n));
    expect(client.events).toEqual(FIVE.map((event) => event.replace(":", ":changed ")));
    expect(hub.stats().takenOver).toBe(0);
    client.leave();
    await ended();
    await close();
  });

  test("a middleware that delays the bytes", async () => {
    const hub = createHub({ name: "delayed" });
    const later = (write: Write): Write =>
      ((chunk: Uint8Array) => {
        setImmediate(() => write(chunk));
        return true;
      }) as Write;
    const { handle, ended } = attachTo(hub, {}, (res) => wrapWrite(res, later));
    const { port, close } = await serving(handle);
    const client = await (await RawClient.open(port)).untilOpen();
    await publishEach(hub, (n) => client.untilEvents(n));
    expect(client.events).toEqual(FIVE);
    expect(hub.stats().takenOver).toBe(0);
    client.leave();
    await ended();
    await close();
  });

  test("a socket that somebody listens in on", async () => {
    const hub = createHub({ name: "tapped" });
    let tapped = 0;
    const { handle, ended } = attachTo(hub, {}, ({ socket }) => {
      if (socket === null) return;
      const write = socket.write.bind(socket) as Write;
      socket.write = ((...args: Parameters<Write>) => {
        tapped += 1;
        return write(...args);
      }) as typeof socket.write;
    });
    const { port, close } = await serving(handle);
    const client = await (await RawClient.open(port)).untilOpen();
    await publishEach(hub, (n) => client.untilEvents(n));
    expect(tapped).toBeGreaterThanOrEqual(6);
    client.leave();
    await ended();
    await close();
  });

  test("HTTP/1.0, whose body ends with the connection", async () => {
    const hub = createHub({ name: "old" });
    const { handle, ended } = attachTo(hub);
    const { port, close } = await serving(handle);
    const client = await (await RawClient.open(port, { version: "1.0" })).untilOpen();
    expect(client.header("transfer-encoding")).toBeUndefined();
    await publishEach(hub, (n) => client.untilEvents(n));
    expect(client.events).toEqual(FIVE);
    expect(hub.stats().takenOver).toBe(0);
    const drained = hub.drain({ withinMs: 5000 });
    await client.until(({ hasEnded }) => hasEnded);
    await drained;
    await ended();
    await close();
  });

  test("direct: false", async () => {
    const hub = createHub({ name: "asked" });
    const { handle, ended } = attachTo(hub, { direct: false });
    const { port, connections, close } = await serving(handle);
    const client = await (await RawClient.open(port)).untilOpen();
    await publishEach(hub, (n) => client.untilEvents(n));
    expect([hub.stats().takenOver, await connections()]).toEqual([0, 1]);
    const drained = hub.drain({ withinMs: 5000 });
    await client.until(({ isWhole }) => isWhole);
    await drained;
    client.leave();
    await ended();
    await close();
  });

  test("a client that does not read is judged by its lag there, too", async () => {
    const hub = createHub({ name: "slow", lagGraceMs: 0, history: { events: 100_000, bytes: 2 ** 26 } });
    const { handle } = attachTo(hub, { direct: false, lag: { events: 20_000, bytes: 2 ** 22 } });
    const { port, close } = await serving(handle);
    const ended = nextEnd(hub);
    const client = request({ port, host: "127.0.0.1" }).end();
    const response = await new Promise<IncomingMessage>((resolve) => client.on("response", resolve));
    response.pause();
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    await until(() => {
      for (let n = 0; n < 100; n++) hub.publish("c", { event: "e", data: "x".repeat(1000) });
      return hasEnded;
    });
    expect(await ended).toBe("lagging");
    client.destroy();
    await close();
  });
});

test("compression middleware leaves the default headers alone, and the core writes", async () => {
  const hub = createHub({ name: "not transformed" });
  const app = express();
  app.use(compression({ threshold: 0 }));
  const { handle, ended } = attachTo(hub);
  app.get("/", handle as express.RequestHandler);
  const { port, close } = await serving(app);
  const client = await (await RawClient.open(port, { headers: { "Accept-Encoding": "gzip" } })).untilOpen();
  expect(client.header("content-encoding")).toBeUndefined();
  await publishEach(hub, (n) => client.untilEvents(n));
  expect(client.events).toEqual(FIVE);
  await until(() => hub.stats().takenOver === 1);
  client.leave();
  await ended();
  await close();
});
