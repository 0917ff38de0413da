// Heartbeats that follow the state of their connection's link, as far as the system knows it.
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHub, type HeartbeatOptions, type HubEvents } from "../../js/src/server/index.js";
import { attaching, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

const adaptive = (everyMs: number, fromMs: number, toMs: number): HeartbeatOptions => ({
  everyMs,
  adaptive: { fromMs, toMs },
});

test("a healthy connection gets ever fewer heartbeats, and each says when the next comes", async () => {
  const hub = createHub({ name: "healthy link", heartbeat: adaptive(1000, 1000, 2000) });
  const server = await attaching(hub, { channels: ["c"] });
  const client = await RawClient.open(server.port);
  await until(() => client.chunks.join("").includes(": heartbeat every=2000\n\n"));
  expect(client.chunks.join("").match(/heartbeat every=\d+/g)).toEqual([
    "heartbeat every=1500",
    "heartbeat every=2000",
  ]);
  expect(client.head).toMatch(/x-heartbeat-interval: 1\r\n/i);
  client.leave();
  await server.close();
});

test("without the option, and where Node writes, the interval stays and nothing is said of it", async () => {
  const hub = createHub({ name: "no links" });
  const server = await attaching(hub, { channels: ["c"], heartbeat: { everyMs: 20 } });
  const through = await attaching(hub, { channels: ["c"], direct: false, heartbeat: adaptive(1000, 1000, 2000) });
  for (const { port } of [server, through]) {
    const client = await RawClient.open(port);
    await until(() => client.chunks.join("").includes(": heartbeat"));
    expect(client.chunks.join("")).not.toContain("every=");
    client.leave();
  }
  await server.close();
  await through.close();
});

test("an event tells of the interval in its data", async () => {
  const hub = createHub({ name: "event link", heartbeat: { event: "beat", ...adaptive(1000, 1000, 2000) } });
  const server = await attaching(hub, { channels: ["c"] });
  const client = await RawClient.open(server.port);
  await client.untilEvents(1);
  expect(client.events[0]).toMatch(/^beat:\{.*"everyMs":1500/);
  client.leave();
  await server.close();
});

test("an interval below a second cannot be adaptive", () => {
  expect(() => createHub({ name: "short links", heartbeat: { everyMs: 500, adaptive: true } })).toThrow(
    /heartbeat.everyMs, with adaptive, must be a number of at least 1000/,
  );
});

test.each<[object, string]>([
  [{ fromMs: 500 }, "heartbeat.adaptive.fromMs must be a number of at least 1000, not 500"],
  [{ fromMs: 16_000 }, "heartbeat.adaptive.fromMs must be at most 15000, not 16000"],
  [{ toMs: 14_000 }, "heartbeat.adaptive.toMs must be a number of at least 15000, not 14000"],
  [{ toMS: 50_000 }, 'heartbeat.adaptive has no option "toMS": is it "toMs"?'],
  [[], "heartbeat.adaptive must be an object, not an array"],
])("%j is refused", (given, message) => {
  const make = () => createHub({ name: `wrong links ${message}`, heartbeat: { adaptive: given } as HeartbeatOptions });
  expect(make).toThrow(new TypeError(message));
});

test("what tells nothing of the interval cannot be adaptive", () => {
  const heartbeat = { event: "beat", data: {}, adaptive: true };
  expect(() => createHub({ name: "wrong links", heartbeat })).toThrow(
    /heartbeat.adaptive needs the usual heartbeat.data/,
  );
});

// --- a link that goes dead: a network namespace with a way to the server that is cut

const NAMESPACE = `millrace-${process.pid}`;
const [NEAR, FAR] = [`mr${process.pid}a`, `mr${process.pid}b`];
const [SERVER, CLIENT] = ["198.18.77.1", "198.18.77.2"]; // RFC 2544: of no network

function ip(...args: string[]): boolean {
  return spawnSync("ip", args, { stdio: "ignore" }).status === 0;
}

function makeNamespace(): boolean {
  return (
    ip("netns", "add", NAMESPACE) &&
    ip("link", "add", NEAR, "type", "veth", "peer", "name", FAR, "netns", NAMESPACE) &&
    ip("addr", "add", `${SERVER}/30`, "dev", NEAR) &&
    ip("link", "set", NEAR, "up") &&
    ip("-n", NAMESPACE, "addr", "add", `${CLIENT}/30`, "dev", FAR) &&
    ip("-n", NAMESPACE, "link", "set", FAR, "up")
  );
}

afterAll(() => {
  ip("link", "del", NEAR);
  ip("netns", "del", NAMESPACE);
});

test("a dead link is found by two short intervals without an acknowledgement", async () => {
  if (!makeNamespace()) {
    console.warn("the test of a dead link was skipped: this machine lets it make no network namespace");
    return;
  }
  // Nothing else would notice within minutes: neither what lags behind nor the system's own timeout.
  const hub = createHub({ name: "dead link", heartbeat: adaptive(1000, 1000, 60_000), lag: { stallMs: Infinity } });
  const server = createServer((req, res) => void hub.attach(req, res, { channels: ["c"] }));
  await new Promise<void>((resolve) => server.listen(0, SERVER, resolve));
  const url = `http://${SERVER}:${(server.address() as AddressInfo).port}/`;
  const read = `fetch(${JSON.stringify(url)}).then(async ({ body }) => { for await (const chunk of body) process.stdout.write(chunk); })`;
  const client = spawn("ip", ["netns", "exec", NAMESPACE, process.execPath, "-e", read], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    let received = "";
    client.stdout.on("data", (text) => (received += text));
    const closed = new Promise<HubEvents["close"]>((resolve) => hub.on("close", resolve));
    await until(() => hub.stats().takenOver === 1 && received.includes("every="));
    expect(ip("-n", NAMESPACE, "route", "replace", "blackhole", `${SERVER}/32`)).toBe(true);
    hub.publish("c", { event: "e", data: "into the dark" });
    expect((await closed).reason).toBe("disconnected");
    expect(hub.stats().policies.default?.ended.disconnected).toBe(1);
  } finally {
    client.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  }
});
