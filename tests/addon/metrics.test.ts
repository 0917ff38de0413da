// What is counted of a hub, and the ways to get it: hub.stats(), a scrape, a registry of prom-client.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Gauge, Registry } from "prom-client";
import {
  type ChannelPolicy,
  createHub,
  createSSEStream,
  metricsHandler,
  refusalResponse,
  registerMetrics,
  SSEError,
} from "../../js/src/server/index.js";
import { promtool } from "../support/promtool.js";
import { until } from "./listening.js";
import { StreamReader } from "./reading.js";

let count = 0;
const hubWith = (...policies: ChannelPolicy[]) => createHub({ name: `metrics ${++count}`, policies });
const rooms: ChannelPolicy = { name: "rooms", match: "room:*" };

const request = (headers: Record<string, string> = {}) => new Request("http://host/", { headers });

async function readerOf(hub: ReturnType<typeof hubWith>, channel: string, headers = {}) {
  const response = await hub.response(request(headers), { channels: [channel] });
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

/** The samples of a scrape: `name{labels}` → value. */
async function scrape(hub: ReturnType<typeof hubWith>, headers = {}) {
  const response = await metricsHandler(hub)(request(headers));
  const text = await response.text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ""), Number(line.split(" ").at(-1))]));
  return { response, text, samples };
}

test("stats say what happened to the channels of each policy", async () => {
  const hub = hubWith(rooms);
  const readers = [await readerOf(hub, "room:1"), await readerOf(hub, "room:2")];
  hub.publish("room:1", { event: "e", data: { level: "error", text: "a" } });
  hub.publish("room:1", { event: "e", data: "b" });
  hub.publish("else", { event: "e", data: "c" });
  await readers[0]?.untilEvents(2);
  expect(() => hub.publish("room:1", { event: "a\nb", data: 1 })).toThrow(SSEError);
  await until(() => hub.stats().policies.rooms?.delivered === 2);
  const { rooms: policy, default: rest } = hub.stats().policies;
  expect(policy).toMatchObject({
    channels: 2,
    connections: 2,
    published: 2,
    delivered: 2,
    opened: 2,
    resumed: 0,
    errorRecords: 1,
    refused: { streams: {}, events: { INVALID_FIELD: 1 } },
    eventBytes: { count: 2 },
    latencyMs: { count: 1 },
  });
  expect(policy?.publishedBytes).toBe(policy?.eventBytes.sum);
  const { published, opened, errorRecords, failures } = policy?.perSecond ?? {};
  for (const rate of [published, opened]) expect(rate).toBeCloseTo(2 / 60, 2);
  expect(errorRecords).toBeCloseTo(1 / 60, 2);
  expect(failures).toBe(0);
  expect(rest).toMatchObject({ published: 1, delivered: 0, opened: 0 });
});

test("streams count with their ends and verdicts, and neither polls nor refusals count as streams", async () => {
  const hub = hubWith(rooms);
  const { id } = hub.publish("room:1", { event: "e", data: 1 });
  const resumed = await readerOf(hub, "room:1", { "Last-Event-ID": id as string });
  await hub.response(request({ Accept: "application/json" }), { channels: ["room:1"] });
  await hub.response(request(), { channels: ["room:1"], authorize: () => false });
  const error = new Error("mine");
  const thrown: unknown[] = [];
  hub.on("error", (event) => thrown.push(event.error));
  await hub.response(request(), {
    channels: ["room:1"],
    authorize: () => {
      throw error;
    },
  });
  expect(thrown).toEqual([error]);
  hub.publish("room:1", { event: "e", data: 2 });
  await resumed.untilEvents(1);
  await resumed.cancel();
  await until(() => hub.stats().policies.rooms?.ended.disconnected === 1);
  expect(hub.stats().policies.rooms).toMatchObject({
    opened: 1,
    resumed: 1,
    verdicts: { continued: 1, gap: 0, reset: 0 },
    ended: { disconnected: 1, closed: 0, refused: 0 },
    refused: { streams: { FORBIDDEN: 1, INTERNAL_ERROR: 1 } },
    durationMs: { count: 1 },
  });
});

test("a stream without channels counts among the rest, by the reason it was closed for", () => {
  const before = createHub().stats().policies.default;
  const stream = createSSEStream();
  stream.send({ data: "hello" });
  const reader = stream.stream.getReader();
  return reader.read().then(async () => {
    stream.close("my reason");
    while (!(await reader.read()).done);
    await until(() => createHub().stats().policies.default?.ended.closed === (before?.ended.closed ?? 0) + 1);
    expect(createHub().stats().policies.default?.opened).toBe((before?.opened ?? 0) + 1);
  });
});

test("stats say how much memory the process and the core hold", () => {
  const hub = hubWith();
  const before = hub.stats().memory;
  expect(before.process.rss).toBeGreaterThan(before.process.heapUsed);
  for (let n = 0; n < 100; n++) hub.publish("c", { event: "e", data: "x".repeat(1000) });
  const { core } = hub.stats().memory;
  expect(core.events).toBeGreaterThan(100_000);
  expect(core.total).toBe(core.events + core.logs + core.channels + core.connections + core.waiting);
});

test("a scrape is what promtool accepts, in Prometheus' text format", async () => {
  const hub = hubWith(rooms, { match: "odd:*", name: 'back\\slash "quoted"\nline' });
  const reader = await readerOf(hub, "room:1");
  hub.publish("room:1", { event: "e", data: 1 });
  await reader.untilEvents(1);
  await hub.response(request(), { channels: ["room:1"], authorize: () => false });
  const { response, text, samples } = await scrape(hub);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const labels = `{hub="${hub.name}",policy="rooms"}`;
  expect(samples).toMatchObject({
    [`millrace_connections${labels}`]: 1,
    [`millrace_events_published_total${labels}`]: 1,
    [`millrace_event_size_bytes_count${labels}`]: 1,
    [`millrace_streams_opened_total${labels}`]: 1,
    [`millrace_refused_total{hub="${hub.name}",policy="rooms",code="FORBIDDEN",what="stream",category="authentication"}`]: 1,
    [`millrace_hub_connections{hub="${hub.name}"}`]: 1,
  });
  expect(text).toContain('policy="back\\\\slash \\"quoted\\"\\nline"');
  await promtool(["check", "metrics"], text);
});

test("buckets are cumulative, end with all, and are in seconds", async () => {
  const hub = hubWith();
  for (const size of [10, 10, 3000, 500_000]) hub.publish("c", { event: "e", data: "x".repeat(size) });
  const { samples } = await scrape(hub);
  const bucket = (le: string) =>
    samples[`millrace_event_size_bytes_bucket{hub="${hub.name}",policy="default",le="${le}"}`];
  expect(["64", "256", "1024", "4096", "1048576", "+Inf"].map(bucket)).toEqual([2, 2, 2, 3, 4, 4]);
  const bounds = Object.keys(samples).filter((name) => name.startsWith("millrace_publish_to_write_seconds_bucket"));
  expect(bounds.map((name) => /le="(.*)"/.exec(name)?.[1])).toEqual(
    "0.001 0.002 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf".split(" "),
  );
});

test.each([
  [undefined, "text/plain"],
  ["*/*", "text/plain"],
  ["text/plain;q=0.5, application/openmetrics-text;q=0.4", "text/plain"],
  ["application/openmetrics-text;q=0", "text/plain"],
  ["application/openmetrics-text; version=1.0.0", "application/openmetrics-text"],
  [
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "application/openmetrics-text",
  ],
])("Accept %s is answered with %s", async (accept, type) => {
  const hub = hubWith();
  hub.publish("c", { event: "e", data: 1 });
  const { response, text } = await scrape(hub, accept === undefined ? {} : { Accept: accept });
  expect(response.headers.get("content-type")).toMatch(new RegExp(`^${type};`));
  expect(text.endsWith("\n# EOF\n")).toBe(type === "application/openmetrics-text");
  const families = type === "text/plain" ? "millrace_events_published_total" : "millrace_events_published";
  expect(text).toContain(`# TYPE ${families} counter\n${"millrace_events_published_total"}{`);
});

test("a limit of connections that is none is infinite", async () => {
  const hub = createHub({ name: "metrics without a limit", limits: { connections: Infinity } });
  const text = await (await metricsHandler(hub)(request())).text();
  expect(text).toContain(`millrace_hub_connections_limit{hub="${hub.name}"} +Inf\n`);
});

test("a scrape is as long with fifty thousand channels as with one", async () => {
  const hub = hubWith(rooms, { match: "log:*", preset: "logs" });
  const publish = (n: number) => hub.publish(`room:${n}`, { event: "e", data: 1 });
  const linesOf = async () => Object.keys((await scrape(hub)).samples);
  publish(0);
  const before = await linesOf();
  for (let n = 1; n < 50_000; n++) publish(n);
  expect(await linesOf()).toEqual(before);
  const { samples, text } = await scrape(hub);
  expect(samples[`millrace_events_published_total{hub="${hub.name}",policy="rooms"}`]).toBe(50_000);
  expect(text.length).toBeLessThan(100_000);
});

test("who may see the metrics is asked, and in production nobody may where nobody is asked", async () => {
  const hub = hubWith();
  const statusOf = async (authorize?: () => boolean | Promise<boolean>) =>
    (await metricsHandler(hub, authorize && { authorize })(request())).status;
  expect(await statusOf()).toBe(200);
  expect(await statusOf(() => true)).toBe(200);
  expect(await statusOf(async () => false)).toBe(403);
  expect(await statusOf(() => "yes" as never)).toBe(403);
  expect(
    await statusOf(() => {
      throw new SSEError("UNAUTHENTICATED", "log in");
    }),
  ).toBe(401);
  const errors: unknown[] = [];
  hub.on("error", (event) => errors.push(event.error));
  expect(await statusOf(() => Promise.reject(new Error("mine")))).toBe(500);
  expect(errors).toEqual([new Error("mine")]);
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    const refused = await metricsHandler(hub)(request());
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "NO_AUTHORIZER" });
    expect(await statusOf(() => true)).toBe(200);
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
  expect(() => metricsHandler(hub, { authorise: () => true } as never)).toThrow(
    /metricsHandler has no option "authorise"/,
  );
});

test("the handler answers Node's requests, too", async () => {
  const hub = hubWith(rooms);
  const handler = metricsHandler(hub, { authorize: ({ headers }) => headers.get("x-token") === "right" });
  const server = createServer((req, res) => void handler(req, res)).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    const allowed = await fetch(url, { headers: { "x-token": "right" } });
    expect([allowed.status, (await allowed.text()).startsWith("# HELP millrace_")]).toEqual([200, true]);
    const refused = await fetch(url);
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: "FORBIDDEN" })]);
    const head = await fetch(url, { method: "HEAD", headers: { "x-token": "right" } });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  } finally {
    server.close();
  }
});

test("a registry of prom-client has the same metrics, of several hubs", async () => {
  const registry = new Registry();
  const hubs = [hubWith(rooms), hubWith(rooms)] as const;
  for (const hub of [...hubs, hubs[0]]) registerMetrics(hub, registry);
  hubs[0].publish("room:1", { event: "e", data: 1 });
  hubs[1].publish("room:1", { event: "e", data: 1 });
  hubs[1].publish("room:1", { event: "e", data: 1 });
  const text = await registry.metrics();
  for (const [at, published] of [1, 2].entries()) {
    expect(text).toContain(`millrace_events_published_total{hub="${hubs[at]?.name}",policy="rooms"} ${published}\n`);
    expect(text).toContain(
      `millrace_event_size_bytes_bucket{hub="${hubs[at]?.name}",policy="rooms",le="64"} ${published}\n`,
    );
  }
  await promtool(["check", "metrics"], text);
  const { text: scraped } = await scrape(hubs[0]);
  const namesOf = (all: string) => new Set([...all.matchAll(/^# TYPE (\S+ \S+)$/gm)].map((match) => match[1]));
  expect(namesOf(text)).toEqual(namesOf(scraped));
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  expect(await registry.metrics()).toContain(
    `millrace_events_published_total{hub="${hubs[1].name}",policy="rooms"} 2\n`,
  );
  registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
  registry.resetMetrics();
  expect(await registry.metrics()).toContain(`{hub="${hubs[1].name}",policy="rooms"} 2\n`);
});

test("what a registry has already under such a name is not replaced, and nothing is added then", async () => {
  const registry = new Registry();
  new Gauge({ name: "millrace_channels", help: "mine", registers: [registry] });
  const hub = hubWith();
  expect(() => registerMetrics(hub, registry)).toThrow(/has a metric millrace_channels that is not Millrace's/);
  expect((await registry.getMetricsAsJSON()).map(({ name }) => name)).toEqual(["millrace_channels"]);
  expect(() => metricsHandler(undefined as never)).toThrow("metricsHandler takes a hub, as createHub makes it");
  expect(() => registerMetrics({ name: "x" } as never, registry)).toThrow("registerMetrics takes a hub");
});

test("requests for the metrics are no streams, and only GET and HEAD are answered", async () => {
  const hub = hubWith();
  const handler = metricsHandler(hub, { authorize: () => false });
  const refused = new Promise((resolve) => hub.on("refused", resolve));
  expect((await handler(request({ "X-Trace-ID": "t1" }))).headers.get("x-trace-id")).toBe("t1");
  expect(await refused).toMatchObject({ code: "FORBIDDEN", channels: [], traceId: "t1" });
  expect(hub.stats().policies.default).toMatchObject({
    refused: { streams: {}, events: {}, requests: { FORBIDDEN: 1 } },
    perSecond: { failures: 0 },
  });
  const posted = await handler(new Request("http://host/", { method: "POST" }));
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("what a registration is refused for counts as a stream", () => {
  const hub = createHub({ name: `metrics ${++count}`, limits: { perChannel: 1 } });
  const streams = [hub.createStream(), hub.createStream()];
  hub.register("c", (streams[0] as (typeof streams)[0]).send);
  expect(() => hub.register("c", (streams[1] as (typeof streams)[0]).send)).toThrow(SSEError);
  expect(hub.stats().policies.default?.refused.streams).toEqual({ TOO_MANY_CONNECTIONS: 1 });
  for (const stream of streams) stream.close();
});

test("a poll's events and bytes are delivered, and it is no stream", async () => {
  const hub = hubWith();
  const { id } = hub.publish("c", { event: "e", data: 1 });
  hub.publish("c", { event: "e", data: "x".repeat(1000) });
  const headers = { Accept: "application/json", "Last-Event-ID": id as string };
  await (await hub.response(request(headers), { channels: ["c"] })).json();
  const { delivered, deliveredBytes, opened } = hub.stats().policies.default ?? {};
  expect([delivered, opened]).toEqual([1, 0]);
  expect(deliveredBytes).toBeGreaterThan(1000);
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  return proxy;
}

test.each([
  ["without a message", { name: "SSEError", code: "FORBIDDEN" }, 403],
  ["of a name that every object has", new SSEError("constructor" as never, ""), 500],
  [
    "that cannot be looked at",
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    ),
    500,
  ],
  ["that is a revoked proxy", revoked(), 500],
  [
    "whose message throws",
    {
      name: "SSEError",
      code: "FORBIDDEN",
      get message() {
        throw new Error("no");
      },
    },
    500,
  ],
  ["with a wait that is none", Object.assign(new SSEError("RATE_LIMITED", ""), { retryAfterMs: Symbol("x") }), 429],
])("an error %s is answered", async (_name, error, status) => {
  const hub = hubWith();
  hub.on("error", () => {});
  const fail = () => {
    throw error;
  };
  expect((await metricsHandler(hub, { authorize: fail })(request())).status).toBe(status);
  expect((await hub.response(request(), { channels: ["c"], authorize: fail })).status).toBe(status);
  expect([undefined, status]).toContain(refusalResponse(error)?.status);
});
