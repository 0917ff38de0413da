import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, POLL_ACCEPT, STREAM_ACCEPT, watch } from "./helpers.js";
import { EVERY_MS, failToStream, NOTHING, of, requestAfter, startPolling } from "./polling.js";
import { MILLRACE, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

const PROBE_MS = 30_000;
const polling = (options?: SSEClientOptions, types?: string[]) => startPolling(server, clock, options, types);
const nextPoll = (pauseMs?: number) => requestAfter(server, clock, pauseMs);

test("after three attempts that brought nothing it polls from the cursor", async () => {
  const { client, poll, errors, messages, log } = await polling({ lastEventId: "e.0", headers: { "x-own": "1" } });
  expect([client.transport, client.state, errors.length]).toEqual(["polling", "reconnecting", 3]);
  expect([poll.method, poll.path, poll.lastEventId]).toEqual(["GET", "/events", "e.0"]);
  expect([poll.headers.accept, poll.headers["x-own"]]).toEqual([POLL_ACCEPT, "1"]);
  poll.json(of("e.1", "e.2"));
  await until(() => messages.length === 2);
  expect(messages).toEqual(["message:e.1", "message:e.2"]);
  expect([client.state, client.health, client.lastEventId, client.attempts]).toEqual([
    "connected",
    "degraded",
    "e.2",
    0,
  ]);
  expect(log.slice(-4)).toEqual(["connected", "resume", "message", "message"]);
  const second = await nextPoll();
  expect(second.lastEventId).toBe("e.2");
});

test("without the option it never polls", async () => {
  const { client } = watch(server.url, { clock, retry: { baseMs: 100 } });
  await failToStream(server, clock, client);
  await until(() => client.attempts === 3);
  expect([client.transport, client.state]).toEqual(["stream", "reconnecting"]);
});

test("polls that bring nothing become rarer, up to four times, and events make them frequent again", async () => {
  let { poll } = await polling({ fallback: { everyMs: 1000 } });
  for (const pauseMs of [1500, 2250, 3375, 4000, 4000]) {
    poll.json(NOTHING);
    await until(() => clock.isWaiting);
    expect(clock.delays.at(-1)).toBe(pauseMs);
    poll = await nextPoll(pauseMs);
  }
  poll.json(of("e.1"));
  await until(() => clock.isWaiting);
  expect(clock.delays.at(-1)).toBe(1000);
});

test("every event once, from a stream over polls to a stream", async () => {
  const watched = watch(server.url, { clock, retry: { baseMs: 100 }, fallback: {} });
  const { client, messages } = watched;
  const first = await server.next();
  first.stream(`${MILLRACE}id: e.1\ndata: e.1\n\nid: e.2\ndata: e.2\n\n`);
  await until(() => messages.length === 2);
  first.destroy();
  await until(() => clock.isWaiting);
  clock.fire();
  await failToStream(server, clock, client);
  const poll = await server.next();
  expect(poll.lastEventId).toBe("e.2");
  poll.json({ ...of("e.1", "e.2", "e.3"), verdict: "reset" });
  await until(() => messages.length === 3);
  expect(client.resume).toEqual({ verdict: "reset" });

  // After thirty seconds it tries to stream again.
  await until(() => clock.isWaiting);
  clock.pass(EVERY_MS);
  for (let polls = 1; client.transport === "polling" && polls < 20; polls++) {
    const exchange = await server.next();
    if (exchange.headers.accept === STREAM_ACCEPT) {
      expect(exchange.lastEventId).toBe("e.3");
      exchange.stream(`${MILLRACE}id: e.2\ndata: e.2\n\nid: e.3\ndata: e.3\n\nid: e.4\ndata: e.4\n\n`);
      await until(() => messages.length === 4);
      break;
    }
    exchange.json({ ...NOTHING, lastEventId: "e.3" });
    await until(() => clock.isWaiting);
    clock.fire();
  }
  expect(messages).toEqual(["message:e.1", "message:e.2", "message:e.3", "message:e.4"]);
  expect([client.transport, client.state, client.health]).toEqual(["stream", "connected", "healthy"]);
  expect(clock.nowMs).toBeGreaterThanOrEqual(PROBE_MS);
});

test("a probe that fails is followed by polls, and the next comes later", async () => {
  let { poll, client } = await polling({ fallback: { everyMs: 20_000 } });
  poll.json(of("e.1"));
  poll = await nextPoll(20_000);
  poll.json(of("e.2"));
  const probe = await nextPoll(10_000);
  expect(probe.headers.accept).toBe(STREAM_ACCEPT);
  expect(client.transport).toBe("polling");
  probe.respond(502);
  poll = await server.next();
  expect([poll.headers.accept, poll.lastEventId, client.state]).toEqual([POLL_ACCEPT, "e.2", "connected"]);
});

test("a final refusal of a probe is the end", async () => {
  const { poll, client, errors } = await polling({ fallback: { everyMs: 60_000 } });
  poll.json(NOTHING);
  (await nextPoll(PROBE_MS)).respond(403);
  await nextEvent(client, "close");
  expect([client.state, client.transport, errors.at(-1)?.status]).toEqual(["error", "stream", 403]);
});

test.each<[string, number, SSEClientOptions]>([
  ["status 401", 401, {}],
  ["401 where nothing is renewed", 401, { onUnauthorized: () => false }],
  ["401 where renewing fails", 401, { onUnauthorized: () => Promise.reject(new Error("no session")) }],
  ["status 410", 410, {}],
  ["a status that the user calls final", 429, { isFinal: ({ status }) => status === 429 }],
])("a poll that is refused for good is the end: %s", async (_, status, options) => {
  const { client, poll, errors } = await polling(options);
  poll.respond(status);
  await nextEvent(client, "close");
  expect([client.state, errors.at(-1)]).toEqual(["error", expect.objectContaining({ code: "BAD_RESPONSE", status })]);
});

test("a poll that is not answered times out, and is reported", async () => {
  const { poll, client, errors } = await polling({ silenceMs: 9000 });
  await until(() => clock.isWaiting);
  clock.pass(9000);
  await poll.gone;
  expect(errors.map(({ code }) => code).slice(3)).toEqual(["TIMED_OUT"]);
  expect([client.state, client.transport]).toEqual(["reconnecting", "stream"]);
});

test("attempts that are not answered are reported, the third too", async () => {
  const { client, errors } = watch(server.url, { clock, retry: { baseMs: 100 }, fallback: {}, silenceMs: 9000 });
  for (let attempt = 0; attempt < 3; attempt++) {
    const exchange = await server.next();
    await until(() => clock.isWaiting);
    clock.pass(9000);
    await exchange.gone;
    if (attempt < 2) clock.fire();
  }
  expect((await server.next()).headers.accept).toBe(POLL_ACCEPT);
  expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT", "TIMED_OUT", "TIMED_OUT"]);
  expect(client.transport).toBe("polling");
});

test("a stream whose heartbeats come in bundles is left for polls", async () => {
  const { client } = watch(server.url, { clock, fallback: {}, silenceMs: 9000 });
  const exchange = await server.next();
  exchange.stream("", { "x-heartbeat-interval": "3" });
  await nextEvent(client, "open");
  exchange.write(": heartbeat\n: heartbeat\n:heartbeat 7\nid: e.1\ndata: x\n\n");
  await nextEvent(client, "message");
  clock.pass(4000);
  exchange.write(": heartbeat\n: heartbeat\nid: e.2\ndata: x\n\n");
  await nextEvent(client, "message");
  const poll = await server.next();
  expect([poll.headers.accept, poll.lastEventId, client.transport]).toEqual([POLL_ACCEPT, "e.2", "polling"]);
});

test("a POST polls by POST, with its key; or by GET where it says so", async () => {
  const same = await polling({ body: "order", resumeBy: "same" });
  expect([same.poll.method, same.poll.body, typeof same.poll.headers["idempotency-key"]]).toEqual([
    "POST",
    "order",
    "string",
  ]);
  same.client.close();
  clock = new ManualClock();
  const get = await polling({ body: "order", resumeBy: "get", lastEventId: "e.1" });
  expect([get.poll.method, get.poll.body]).toEqual(["GET", ""]);
});

test("two servers by turns that do not know each other's cursors are not asked without a pause", async () => {
  const { poll, messages } = await polling({ lastEventId: "e.0" });
  const page = (id: string) => ({ ...of(id), verdict: "reset", hasMore: true });
  poll.json(page("a.1"));
  await until(() => messages.length === 1);
  await settle();
  const { requests } = server;
  const second = await nextPoll(EVERY_MS);
  expect([server.requests - requests, second.lastEventId]).toEqual([1, "a.1"]);
});
