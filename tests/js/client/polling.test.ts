import type { SSEClient, SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, type Watched, watch } from "./helpers.js";
import { type Exchange, ScriptedServer, settle, until } from "./scripted-server.js";

let server: ScriptedServer;
let clock: ManualClock;
beforeEach(async () => {
  server = await ScriptedServer.start();
  clock = new ManualClock(0.5);
});
afterEach(async () => {
  closeAll();
  await server.stop();
});

const EVERY_MS = 5000;
const PROBE_MS = 30_000;
const NOTHING = { events: [], lastEventId: "e.0", verdict: "continued" };
const event = (id: string, data = id, type = "message") => ({ event: type, data, id });
const of = (...ids: string[]) => ({
  events: ids.map((id) => event(id)),
  lastEventId: ids.at(-1),
  verdict: "continued",
});

/** Three attempts that bring nothing, and the poll that follows. */
async function polling(options: SSEClientOptions = {}, types?: string[]): Promise<Watched & { poll: Exchange }> {
  const watched = watch(server.url, { clock, retry: { baseMs: 100 }, fallback: {}, ...options }, types);
  await failToStream(watched.client);
  return { ...watched, poll: await server.next() };
}

async function failToStream(client: SSEClient): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) {
      await until(() => client.state === "reconnecting");
      clock.fire();
    }
    (await server.next()).respond(503);
  }
}

/** The next poll, a pause later. */
async function nextPoll(pauseMs = EVERY_MS): Promise<Exchange> {
  await until(() => clock.isWaiting);
  clock.pass(pauseMs);
  return server.next();
}

test("after three attempts that brought nothing it polls from the cursor", async () => {
  const { client, poll, errors, messages, log } = await polling({ lastEventId: "e.0", headers: { "x-own": "1" } });
  expect([client.transport, client.state, errors.length]).toEqual(["polling", "reconnecting", 3]);
  expect([poll.method, poll.path, poll.lastEventId]).toEqual(["GET", "/events", "e.0"]);
  expect([poll.headers.accept, poll.headers["x-own"]]).toEqual(["application/json", "1"]);
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
  await failToStream(client);
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
  first.stream("id: e.1\ndata: e.1\n\nid: e.2\ndata: e.2\n\n");
  await until(() => messages.length === 2);
  first.destroy();
  await until(() => clock.isWaiting);
  clock.fire();
  await failToStream(client);
  const poll = await server.next();
  expect(poll.lastEventId).toBe("e.2");
  poll.json({ ...of("e.1", "e.2", "e.3", "e.3"), verdict: "reset" });
  await until(() => messages.length === 3);
  expect(client.resume).toEqual({ verdict: "reset" });

  // After thirty seconds it tries to stream again.
  await until(() => clock.isWaiting);
  clock.pass(EVERY_MS);
  for (let polls = 1; client.transport === "polling" && polls < 20; polls++) {
    const exchange = await server.next();
    if (exchange.headers.accept === "text/event-stream") {
      expect(exchange.lastEventId).toBe("e.3");
      exchange.stream("id: e.2\ndata: e.2\n\nid: e.3\ndata: e.3\n\nid: e.4\ndata: e.4\n\n");
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
  expect(probe.headers.accept).toBe("text/event-stream");
  expect(client.transport).toBe("polling");
  probe.respond(502);
  poll = await server.next();
  expect([poll.headers.accept, poll.lastEventId, client.state]).toEqual(["application/json", "e.2", "connected"]);
});

test("a final refusal of a probe is the end", async () => {
  const { poll, client, errors } = await polling({ fallback: { everyMs: 60_000 } });
  poll.json(NOTHING);
  (await nextPoll(PROBE_MS)).respond(403);
  await nextEvent(client, "close");
  expect([client.state, client.transport, errors.at(-1)?.status]).toEqual(["error", "stream", 403]);
});

test.each<[string, string, string]>([
  ["lines", "one\ntwo\n\n three", "one\ntwo\n\n three"],
  ["carriage returns, which are line ends in a stream", "one\r\ntwo\rid: 9", "one\ntwo\nid: 9"],
  ["U+2028", "a\u2028b\u2029c\u0085d", "a\u2028b\u2029c\u0085d"],
  ["nothing", "", ""],
  ["what looks like fields", "data: x\nevent: y\n:", "data: x\nevent: y\n:"],
  ["a space and a colon first", " : x", " : x"],
  ["other planes", "🚂\u{10ffff}", "🚂\u{10ffff}"],
])("data arrives as it is: %s", async (_, data, expected) => {
  const { poll, client } = await polling();
  const heard = nextEvent(client, "message");
  poll.json({ events: [event("e.1", data)], lastEventId: "e.1", verdict: null });
  const { data: got, lastEventId, origin } = (await heard) as MessageEvent;
  expect({ got, lastEventId, origin }).toEqual({ got: expected, lastEventId: "e.1", origin: server.origin });
});

test.each(["naïve", "日本語.1", "🚂"])("an id that is not ASCII is the cursor of the next poll: %s", async (id) => {
  const { poll, messages } = await polling();
  poll.json({ events: [event(id, "x")], lastEventId: id, verdict: null });
  await until(() => messages.length === 1);
  expect((await nextPoll()).lastEventId).toBe(id);
});

test("an event of a snapshot has no id, and is no repeat", async () => {
  const { poll, messages, client } = await polling({ lastEventId: "e.5" }, ["state", "message"]);
  const state = { event: "state", data: "{}" };
  poll.json({ events: [state, state, event("e.6")], lastEventId: "e.6", verdict: "reset" });
  await until(() => messages.length === 3);
  expect(messages).toEqual(["state:{}", "state:{}", "message:e.6"]);
  expect(client.lastEventId).toBe("e.6");
});

test("only the types asked for are dispatched, and the verdict is", async () => {
  const { poll, client, messages } = await polling({ events: ["a"] }, ["a", "b"]);
  const verdict = nextEvent(client, "resume");
  poll.json({ events: [event("1", "x", "b"), event("2", "y", "a")], lastEventId: "3", verdict: "gap" });
  await verdict;
  expect(client.resume).toEqual({ verdict: "gap" });
  await until(() => client.lastEventId === "3");
  expect(messages).toEqual(["a:y"]);
});

test("retryMs is the base of the waits from then on, as a stream's retry is", async () => {
  const { poll } = await polling();
  poll.json({ ...NOTHING, retryMs: 8000 });
  (await nextPoll(7500)).respond(500);
  await until(() => clock.isWaiting);
  expect(clock.delays.at(-1)).toBeGreaterThanOrEqual(4000);
});

test("204 is the end: nothing will come any more", async () => {
  const { poll, client, errors } = await polling();
  poll.respond(204);
  await nextEvent(client, "close");
  expect(errors.at(-1)).toMatchObject({ code: "BAD_RESPONSE", status: 204 });
  expect([client.state, client.transport, clock.isWaiting]).toEqual(["error", "stream", false]);
});

test.each<[string, (poll: Exchange) => void, string]>([
  ["a status", (poll) => poll.respond(500), "BAD_RESPONSE"],
  ["a stream", (poll) => poll.stream("data: x\n\n"), "BAD_RESPONSE"],
  ["broken JSON", (poll) => poll.respond(200, { "content-type": "application/json" }, "{"), "CONNECTION_FAILED"],
  ["JSON of another shape", (poll) => poll.json({}), "CONNECTION_FAILED"],
  ["events of another shape", (poll) => poll.json({ ...NOTHING, events: [{ data: {} }] }), "CONNECTION_FAILED"],
  ["nothing", (poll) => poll.destroy(), "CONNECTION_FAILED"],
])("a poll that fails goes back to streaming: %s", async (_, answer, code) => {
  const { poll, client, errors, messages } = await polling();
  answer(poll);
  await until(() => clock.isWaiting);
  expect([errors.length, errors.at(-1)?.code]).toEqual([4, code]);
  expect([client.state, client.transport]).toEqual(["reconnecting", "stream"]);
  clock.fire();
  const stream = await server.next();
  expect(stream.headers.accept).toBe("text/event-stream");
  stream.stream("data: on\n\n");
  await until(() => messages.length === 1);
  expect(messages).toEqual(["message:on"]);
});

test("the Retry-After of a poll is waited for", async () => {
  const { poll } = await polling();
  poll.respond(429, { "retry-after": "77" });
  await until(() => clock.isWaiting);
  expect(clock.delays.at(-1)).toBe(77_000);
});

test.each([
  ["/poll?x=1", "/poll?x=1"],
  ["poll", "/poll"],
  ["?poll", "/events?poll"],
])("fallback.poll is relative to the stream: %s", async (target, path) => {
  const { poll } = await polling({ fallback: { poll: target } });
  expect(poll.path).toBe(path);
});

test("close() during a poll: it is dropped, and nothing follows", async () => {
  const { poll, client, log, errors } = await polling();
  log.length = errors.length = 0;
  client.close();
  await poll.gone;
  await settle();
  expect([log, errors, client.transport]).toEqual([["disconnected", "close"], [], "stream"]);
});

test("close() by a listener: what follows in the poll comes again after a restart", async () => {
  const { poll, client, messages } = await polling();
  client.addEventListener("message", () => client.close(), { once: true });
  poll.json(of("e.1", "e.2"));
  await until(() => messages.length === 1);
  client.reconnect();
  const stream = await server.next();
  expect([stream.lastEventId, client.transport]).toEqual(["e.1", "stream"]);
  stream.stream("id: e.1\ndata: e.1\n\nid: e.2\ndata: e.2\n\n");
  await until(() => messages.length === 2);
  expect(messages).toEqual(["message:e.1", "message:e.2"]);
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
  expect((await server.next()).headers.accept).toBe("application/json");
  expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT", "TIMED_OUT", "TIMED_OUT"]);
  expect(client.transport).toBe("polling");
});

test("a stream whose heartbeats come in bundles is left for polls", async () => {
  const { client } = watch(server.url, { clock, fallback: {}, silenceMs: 9000 });
  const exchange = await server.next();
  exchange.stream("", { "x-heartbeat-interval": "3" });
  await nextEvent(client, "open");
  exchange.write(":\n:\n:\nid: e.1\ndata: x\n\n");
  await nextEvent(client, "message");
  clock.pass(4000);
  exchange.write(":\n:\nid: e.2\ndata: x\n\n");
  await nextEvent(client, "message");
  const poll = await server.next();
  expect([poll.headers.accept, poll.lastEventId, client.transport]).toEqual(["application/json", "e.2", "polling"]);
});

test("a POST polls by POST, with its key; or by GET where it says so", async () => {
  const same = await polling({ body: "order" });
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
