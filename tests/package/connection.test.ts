import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { endOf } from "../addon/notices.js";
import { startNext } from "./bare-app.js";
import type { RunningServer } from "./command.js";
import { control, StreamClient } from "./stream-client.js";

// What becomes of a connection that Node and the core write to in turn: its ends, and what comes after them.
const MINUTES = 60_000;
const CLIENTS = 100;
let server: RunningServer;
let oneSocket: Agent;

beforeAll(async () => {
  server = await startNext("turbopack", "start");
}, MINUTES);
afterAll(() => server?.stop());
beforeEach(() => {
  oneSocket = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(() => oneSocket.destroy());

async function open(shape: string, query: Record<string, string> = {}, agent?: Agent) {
  const channel = randomUUID();
  const path = shape === "attach" ? "/api/attach" : `/api/shapes/${shape}`;
  const parameters = new URLSearchParams({ channel, ...query });
  const client = await StreamClient.open(`${server.url}${path}?${parameters}`, agent === undefined ? {} : { agent });
  await client.until("id: ");
  await control(server.url, { channel, publish: 50 });
  await client.until('"n":50,');
  return { client, channel };
}

const command = (channel: string, more: object = {}) => control(server.url, { channel, ...more });

test("the client's leaving aborts the request and ends the stream", async () => {
  const { client, channel } = await open("plain");
  client.leave();
  const report = await command(channel, { untilAborted: true, untilClosed: true });
  expect(report).toMatchObject({ aborted: true, reason: "disconnected" });
});

test("a hundred clients that leave take their connections and descriptors with them", async () => {
  const descriptors = () => readdirSync(`/proc/${server.pid}/fd`).length;
  const crowd = async () => {
    const streams = await Promise.all(Array.from({ length: CLIENTS }, () => open("plain")));
    expect((await command("")).connections).toBe(CLIENTS);
    const during = descriptors();
    for (const { client } of streams) client.leave();
    for (const { channel } of streams) await command(channel, { untilClosed: true });
    expect((await command("")).connections).toBe(0);
    return during;
  };
  await crowd(); // what is made once is there after it
  const before = descriptors();
  expect(await crowd()).toBeGreaterThan(2 * CLIENTS); // Node's and the core's
  // Node closes its sockets in its own time; each round is a request to the server.
  while (descriptors() > before) await command("");
});

test("a stream that the server closes is a whole body, and the socket serves the next requests", async () => {
  const first = await open("plain", {}, oneSocket);
  await command(first.channel, { publish: 50, close: true });
  await first.client.toEnd();
  expect(first.client.data).toHaveLength(100);

  // The next stream of the same socket gets nothing of the one before, though that one's channel goes on.
  const second = await open("plain", {}, oneSocket);
  expect(second.client.port).toBe(first.client.port);
  await command(first.channel, { publish: 50 });
  await command(second.channel, { publish: 50, close: true });
  await second.client.toEnd();
  expect(second.client.data.map(({ of }) => of)).toEqual(Array(100).fill(second.channel));
  expect(first.client.data).toHaveLength(100);

  const third = await open("pulled", {}, oneSocket);
  expect(third.client.port).toBe(first.client.port);
  await command(third.channel, { close: true });
  await third.client.toEnd();
  expect((await control(server.url, { channel: third.channel }, oneSocket)).connections).toBe(0);
});

test("a stream that reaches its longest duration says so and ends", async () => {
  const { client, channel } = await open("plain", { maxDurationMs: "1000" }, oneSocket);
  await client.toEnd();
  expect(client.text).toMatch(/event: complete\n(id: .*\n)?data: \{.*"reason":"duration_cap".*\}\n\n/);
  expect(client.text.endsWith(endOf("duration_cap", true))).toBe(true);
  expect(await command(channel, { untilClosed: true })).toMatchObject({ reason: "duration_cap" });
  const next = await open("plain", {}, oneSocket);
  expect(next.client.port).toBe(client.port);
  next.client.leave();
});

test("a request that is sent before the stream has ended is answered after it; a second stream is refused", async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1").setEncoding("utf8");
  let text = "";
  const has = async (part: string) => {
    while (!text.includes(part)) await new Promise((resolve) => socket.once("data", resolve));
  };
  socket.on("data", (part: string) => {
    text += part;
  });
  const request = (shape: string, channel: string) =>
    socket.write(`GET /api/shapes/${shape}?channel=${channel} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const { refused } = await command("");
  request("plain", first);
  request("hub", second);
  await has("id: ");
  while ((await command("")).refused === refused);
  await command(first, { publish: 20 });
  await has('"n":20,');
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  await command(first, { close: true });
  await has("One stream a socket");
  expect(text).toMatch(/\r\n0\r\n\r\nHTTP\/1\.1 429 Too Many Requests\r\n/);
  request("plain", second);
  while ((await command(second)).connections === 0);
  await command(second, { publish: 20 });
  await has(`"n":20,"of":"${second}"`);
  socket.destroy();
  await command(second, { untilClosed: true });
});

describe("hub.attach in the Pages API", () => {
  test.each(["false", "true"])("streams and ends, handed over: %s", async (handOver) => {
    const { client, channel } = await open("attach", { handOver });
    expect((await command(channel)).written).toBeLessThan(2000);
    await command(channel, { publish: 50, close: true });
    await client.toEnd();
    expect(client.data.map(({ n }) => n)).toEqual([1, 2].flatMap(() => Array.from({ length: 50 }, (_, n) => n + 1)));
  });

  test.each(["false", "true"])("notices that the client has left, handed over: %s", async (handOver) => {
    const { client, channel } = await open("attach", { handOver });
    client.leave();
    expect(await command(channel, { untilClosed: true })).toMatchObject({ reason: "disconnected" });
    // The thread that writes to the socket closes it, a moment later.
    while ((await command(channel, {})).connections !== 0);
  });
});
