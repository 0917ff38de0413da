import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { Readable } from "node:stream";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { certificate } from "./certificate.js";
import { attaching, listening, nextEnd, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";
import { StreamReader } from "./reading.js";

// A stream that is cut while Node writes it must not look whole to its client, nor keep the socket of a client that reads nothing.

const LAG = { events: 20_000, bytes: 2 ** 22 };
const hubOf = (name: string) =>
  createHub({
    name: `cut: ${name}`,
    maxBytes: 2 ** 23,
    lag: LAG,
    lagGraceMs: 0,
    history: { events: 100_000, bytes: 2 ** 26 },
  });

/** Publishes until the hub cuts the client, which reads nothing. */
async function publishUntilCut(hub: Hub): Promise<void> {
  let reason: string | undefined;
  void nextEnd(hub).then((given) => {
    reason = given;
  });
  await until(() => {
    for (let n = 0; n < 100; n++) hub.publish("c", { event: "e", data: "x".repeat(1000) });
    return reason !== undefined;
  });
  expect(reason).toBe("lagging");
}

describe("a client that lags", () => {
  test("over HTTP/1.1 loses its socket at once", async () => {
    const hub = hubOf("attach");
    const responses: ServerResponse[] = [];
    const before: RequestListener = (_, res) => void responses.push(res);
    const served = await attaching(hub, { channels: ["c"], direct: false }, { before });
    const client = await (await RawClient.open(served.port)).untilOpen();
    client.socket.pause();
    await publishUntilCut(hub);
    expect([responses[0]?.destroyed, responses[0]?.writableEnded]).toEqual([true, false]);
    client.socket.resume();
    await until(() => client.isClosed);
    expect(client.isWhole).toBe(false);
    await served.close();
  });

  test("over TLS loses its socket at once", async () => {
    const hub = hubOf("tls");
    const handle: RequestListener = (req, res) => void hub.attach(req, res, { channels: ["c"] });
    const served = await listening(https.createServer(certificate(), handle));
    const options = { port: served.port, host: "127.0.0.1", rejectUnauthorized: false };
    const response = await new Promise<IncomingMessage>((resolve) => https.get(options, resolve));
    response.pause();
    const failed = once(response, "close").catch((error) => error);
    await publishUntilCut(hub);
    await until(async () => (await served.connections()) === 0);
    response.resume();
    await failed;
    expect(response.complete).toBe(false);
    await served.close();
  });

  test("over HTTP/2 loses its stream, and no other stream of the connection", async () => {
    const hub = hubOf("h2c");
    const answer = (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse) =>
      void hub.attach(req as unknown as IncomingMessage, res as unknown as ServerResponse, {
        channels: [req.url.slice(1)],
      });
    const { port, close } = await listening(http2.createServer(answer));
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const [slow, other] = [session.request({ ":path": "/c" }), session.request({ ":path": "/d" })];
    const hasFailed = once(slow, "error").then(
      ([error]) => error,
      (error) => error,
    );
    await Promise.all([once(slow, "response"), once(other, "response")]);
    await publishUntilCut(hub);
    slow.resume();
    expect(await hasFailed).toMatchObject({ message: expect.stringContaining("NGHTTP2_INTERNAL_ERROR") });
    const reader = new StreamReader(Readable.toWeb(other as unknown as Readable) as ReadableStream<Uint8Array>);
    hub.publish("d", { event: "e", data: 1 });
    await reader.untilEvents(1);
    await reader.cancel();
    session.close();
    await close();
  });

  test("of a response that was seen to carry its stream loses its socket at once", async () => {
    const hub = hubOf("piped");
    const responses: ServerResponse[] = [];
    const served = await piping(hub, { channels: ["c"] }, (_, res) => {
      responses.push(res);
      res.socket?.cork(); // nothing leaves, so the core cannot take over
    });
    const client = new RawClient(served.port);
    client.request();
    await until(() => hub.connectionCount("c") === 1);
    await publishUntilCut(hub);
    expect([responses[0]?.destroyed, responses[0]?.writableEnded]).toEqual([true, false]);
    await until(() => client.isClosed);
    await served.close();
  });

  test("of a response that a server pipes gets no whole body", async () => {
    const hub = hubOf("piped by Node");
    const served = await piping(hub, { channels: ["c"], direct: false });
    const client = await (await RawClient.open(served.port)).untilOpen();
    client.socket.pause();
    await publishUntilCut(hub);
    client.socket.resume();
    await until(() => client.isClosed);
    expect(client.isWhole).toBe(false);
    await served.close();
  });
});

test("a response that the application has ended, past the stream, ends whole", async () => {
  const hub = hubOf("ended past it");
  const responses: ServerResponse[] = [];
  const ends: (() => unknown)[] = [];
  const before: RequestListener = (_, res) => {
    responses.push(res);
    ends.push(res.end.bind(res));
  };
  const served = await attaching(hub, { channels: ["c"], direct: false }, { before });
  const client = await (await RawClient.open(served.port)).untilOpen();
  client.socket.pause();
  hub.publish("c", { event: "e", data: "x".repeat(2 ** 22) });
  await until(() => responses[0]?.writableNeedDrain === true);
  ends[0]?.();
  await publishUntilCut(hub);
  client.socket.resume();
  await client.until(({ isWhole }) => isWhole);
  client.leave();
  await served.close();
});

test("code that reads a body itself sees its end, and no error", async () => {
  const hub = createHub({ name: "cut: read", lagGraceMs: 0, lag: { events: 10 } });
  const { body } = await hub.response(new Request("http://host/"), { channels: ["c"] });
  const reader = await new StreamReader(body as ReadableStream<Uint8Array>).until(({ text }) => text.includes("id:"));
  const ended = nextEnd(hub);
  for (let n = 0; n < 11; n++) hub.publish("c", { event: "e", data: n });
  expect(await ended).toBe("lagging");
  expect((await reader.toEnd()).raw).not.toContain("millrace.end");
});

test("a client that an authorizer refuses later has no whole body", async () => {
  const hub = hubOf("refused");
  const served = await attaching(hub, { channels: ["c"], direct: false });
  const client = await (await RawClient.open(served.port)).untilOpen();
  const ended = nextEnd(hub);
  createHub({ name: "cut: refused", authorize: () => false });
  expect(await ended).toBe("refused");
  await until(() => client.isClosed);
  expect(client.isWhole).toBe(false);
  await served.close();
});

test.each(["HEAD", "GET"])("a whole answer to %s is no cut, and its socket stays", async (method) => {
  const hub = hubOf(`whole ${method}`);
  const served = await attaching(hub, { channels: ["c"], direct: false });
  const client = await RawClient.open(served.port, { method });
  if (method === "GET") {
    ((await await client.untilOpen()) && served.streams[0])?.close();
    await client.until(({ isWhole }) => isWhole);
  }
  client.request({ method });
  await client.until(({ status }) => status === 200);
  expect(await served.connections()).toBe(1);
  client.leave();
  await served.close();
});
