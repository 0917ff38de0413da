import { createHub, type SSEStream } from "../../js/src/server/index.js";
import { attaching, newest, serving, until } from "./listening.js";
import { piping } from "./piping.js";
import { RawClient } from "./raw_client.js";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
/** No more, for Node stops reading when many answers wait. */
const MANY = 20;

test("streams that are pipelined behind a stream are refused, before anybody is asked", async () => {
  const hub = createHub({ name: "pipelined streams" });
  let asked = 0;
  const authorize = () => {
    asked += 1;
    return true;
  };
  const { port, streams, close } = await attaching(hub, { channels: ["c"], handOver: false, authorize });
  const client = new RawClient(port);
  client.socket.write(REQUEST.repeat(MANY));
  await client.untilOpen();
  await newest(streams, MANY);
  expect([asked, hub.stats().connections]).toEqual([1, 1]);
  const refused = streams.filter(({ id }) => id === "s0");
  expect(await Promise.all(refused.map(({ closed }) => closed))).toEqual(Array(MANY - 1).fill("refused"));
  client.leave();
  await close();
});

test("while one is being asked, too; and the second is answered when the first has ended", async () => {
  const hub = createHub({ name: "pipelined early" });
  let admit = (_: boolean) => {};
  let asked = 0;
  const authorize = () =>
    new Promise<boolean>((resolve) => {
      asked += 1;
      admit = resolve;
    });
  const codes: string[] = [];
  hub.on("refused", ({ code }) => codes.push(code));
  const { port, streams, close } = await attaching(hub, { channels: ["c"], handOver: false, authorize });
  const client = new RawClient(port);
  client.socket.write(REQUEST + REQUEST);
  await until(() => codes.length === 1);
  expect([codes, asked]).toEqual([["TOO_MANY_CONNECTIONS"], 1]);
  admit(true);
  await until(() => hub.stats().takenOver === 1);
  let received = "";
  client.socket.removeAllListeners("data").on("data", (bytes) => {
    received += String(bytes);
  });
  await newest(streams, 2);
  streams.find(({ id }) => id !== "s0")?.close();
  await until(() => received.includes("One stream a socket"));
  expect(received).toMatch(/^41\r\nevent: millrace\.end\n.*\n\n\r\n0\r\n\r\nHTTP\/1\.1 429 Too Many Requests\r\n/);
  client.leave();
  await close();
});

test("after a stream's end, or a refusal, the connection has room for another", async () => {
  const hub = createHub({ name: "one after another" });
  let isAllowed = false;
  const authorize = () => isAllowed;
  const { port, streams, close } = await attaching(hub, { channels: ["c"], handOver: false, authorize });
  const client = new RawClient(port);
  client.request();
  await client.until(({ isWhole }) => isWhole);
  expect(client.status).toBe(403);
  isAllowed = true;
  for (let round = 2; round <= 4; round++) {
    client.request();
    await client.untilOpen();
    (await newest(streams, round)).close();
    await client.until(({ isWhole }) => isWhole);
  }
  client.leave();
  await close();
});

test("polls are no streams: one behind a stream is answered when that has ended", async () => {
  const hub = createHub({ name: "polls behind a stream" });
  const { port, streams, close } = await attaching(hub, { channels: ["c"], handOver: false });
  const client = new RawClient(port);
  client.socket.write(`${REQUEST}GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`);
  const stream = await newest(streams);
  await until(() => hub.stats().takenOver === 1);
  expect(hub.stats().connections).toBe(1);
  stream.close();
  const poll = await newest(streams, 2);
  expect([await stream.closed, await poll.closed]).toEqual(["closed", "polled"]);
  client.leave();
  await close();
});

test("hub.response and createStream know the socket where the request is known", async () => {
  const hub = createHub({ name: "piped streams" });
  const responses: number[] = [];
  const { port, close } = await piping(hub, { channels: ["c"] }, (_, res) => {
    const writeHead = res.writeHead;
    res.writeHead = ((status: number, ...rest: []) => {
      responses.push(status);
      return writeHead.call(res, status, ...rest);
    }) as typeof res.writeHead;
  });
  const client = new RawClient(port);
  client.socket.write(REQUEST.repeat(3));
  await client.untilOpen();
  await until(() => responses.length === 3);
  expect(responses.sort()).toEqual([200, 429, 429]);
  expect(hub.stats().connections).toBe(1);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});

test("a stream that the handler made and did not answer with holds the socket no longer than the answer", async () => {
  const hub = createHub({ name: "abandoned" });
  const { writeToSockets } = await import("../../js/src/server/http/node-requests.js");
  writeToSockets();
  const made: SSEStream[] = [];
  const { port, close } = await serving((_, res) => {
    made.push(hub.createStream(), hub.createStream());
    res.end("no stream");
  });
  const client = new RawClient(port);
  for (let round = 1; round <= 2; round++) {
    client.request();
    await client.until(({ isWhole }) => isWhole);
    expect([client.status, made.length]).toEqual([200, 2 * round]);
  }
  for (const stream of made) stream.close();
  client.leave();
  await close();
});
