import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, STREAM_ACCEPT } from "./helpers.js";
import { event, NOTHING, of, requestAfter, startPolling } from "./polling.js";
import { type Exchange, MILLRACE, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

const polling = (options?: SSEClientOptions, types?: string[]) => startPolling(server, clock, options, types);
const nextPoll = (pauseMs?: number) => requestAfter(server, clock, pauseMs);

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
  expect(clock.delays.at(-1)).toBe(15_000); // half of the longest wait; with the 100 of the options it were 400
});

test("204 is the end: nothing will come any more, and that is no error", async () => {
  const { poll, client, errors } = await polling();
  errors.length = 0;
  poll.respond(204);
  expect(await nextEvent(client, "close")).toMatchObject({ reason: "completed", completed: true });
  expect([errors, client.state, client.completed]).toEqual([[], "disconnected", true]);
  expect([client.transport, clock.isWaiting]).toEqual(["stream", false]);
});

test.each<[string, (poll: Exchange) => void, string]>([
  ["a status", (poll) => poll.respond(500), "BAD_RESPONSE"],
  ["a stream", (poll) => poll.stream("data: x\n\n"), "BAD_RESPONSE"],
  ["broken JSON", (poll) => poll.respond(200, { "content-type": "application/json" }, "{"), "BAD_RESPONSE"],
  ["JSON of another shape", (poll) => poll.json({}), "BAD_RESPONSE"],
  ["events of another shape", (poll) => poll.json({ ...NOTHING, events: [{ data: {} }] }), "BAD_RESPONSE"],
  ["nothing", (poll) => poll.destroy(), "CONNECTION_FAILED"],
])("a poll that fails goes back to streaming: %s", async (_, answer, code) => {
  const { poll, client, errors, messages } = await polling();
  answer(poll);
  await until(() => clock.isWaiting);
  expect([errors.length, errors.at(-1)?.code]).toEqual([4, code]);
  expect([client.state, client.transport]).toEqual(["reconnecting", "stream"]);
  clock.fire();
  const stream = await server.next();
  expect(stream.headers.accept).toBe(STREAM_ACCEPT);
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
  stream.stream(`${MILLRACE}id: e.1\ndata: e.1\n\nid: e.2\ndata: e.2\n\n`);
  await until(() => messages.length === 2);
  expect(messages).toEqual(["message:e.1", "message:e.2"]);
});
