// A history that is longer than one answer, and answers that are longer than a client takes.
import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock } from "./helpers.js";
import { EVERY_MS, NOTHING, of, requestAfter, startPolling } from "./polling.js";
import { type Exchange, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

const polling = (options?: SSEClientOptions) => startPolling(server, clock, options);

test("where there is more it is asked for at once, from the cursor behind the page", async () => {
  const { poll, client, messages } = await polling();
  const askedMs = clock.nowMs;
  poll.json({ ...of("e.1", "e.2"), hasMore: true });
  const second = await server.next();
  expect([second.lastEventId, clock.nowMs]).toEqual(["e.2", askedMs]);
  second.json({ ...of("e.3"), hasMore: true });
  const third = await server.next();
  expect(third.lastEventId).toBe("e.3");
  third.json({ ...of("e.4"), hasMore: false });
  await until(() => messages.length === 4);
  expect(messages).toEqual(["message:e.1", "message:e.2", "message:e.3", "message:e.4"]);
  expect([client.state, client.transport, client.lastEventId]).toEqual(["connected", "polling", "e.4"]);
  await until(() => clock.isWaiting);
  expect(clock.delays.at(-1)).toBe(EVERY_MS);
});

test("a page of events that are not wanted has more behind it, too", async () => {
  const { poll, messages } = await polling({ events: ["wanted"] });
  poll.json({ ...of("e.1", "e.2"), hasMore: true });
  expect((await server.next()).lastEventId).toBe("e.2");
  expect(messages).toEqual([]);
});

test.each<[string, object]>([
  ["no events", { ...NOTHING, lastEventId: "e.9" }],
  ["a cursor that stays", { ...of("e.1"), lastEventId: "e.0" }],
  ["no cursor", { ...of("e.1"), lastEventId: "" }],
  ["a cursor that cannot be sent back", { ...of("e.1"), lastEventId: "a\tb" }],
])("a server that says so all the same is not asked in a loop: %s", async (_, answer) => {
  const { poll, client } = await polling({ lastEventId: "e.0" });
  const before = server.requests;
  poll.json({ ...answer, hasMore: true });
  await until(() => clock.isWaiting && client.state === "connected");
  await settle();
  expect(server.requests).toBe(before);
  await requestAfter(server, clock, 1.5 * EVERY_MS);
  expect(server.requests).toBe(before + 1);
});

test("a listener that closes within a page ends the polling", async () => {
  const { poll, client, messages } = await polling();
  client.addEventListener("message", () => client.close());
  const before = server.requests;
  poll.json({ ...of("e.1", "e.2"), hasMore: true });
  await until(() => messages.length === 1);
  await settle();
  expect([client.state, client.lastEventId, clock.isWaiting]).toEqual(["disconnected", "e.1", false]);
  expect(server.requests).toBeLessThanOrEqual(before + 1);
});

const MOST_EVENT_BYTES = 1000;
/** Twice the largest event, and what stands around events. */
const LIMIT = 2 * MOST_EVENT_BYTES + 65536;

/** An answer of so many bytes. */
function answerOf(bytes: number): string {
  const text = JSON.stringify({ ...of("e.1"), padding: "" });
  return text.replace('"padding":""', `"padding":"${"x".repeat(bytes - text.length)}"`);
}

const respond = (poll: Exchange, body: string) => poll.respond(200, { "content-type": "application/json" }, body);

test("an answer may have twice the largest event's bytes, and room for the rest", async () => {
  const { poll, messages, errors } = await polling({ maxEventBytes: MOST_EVENT_BYTES });
  errors.length = 0;
  respond(poll, answerOf(LIMIT));
  await until(() => messages.length === 1);
  expect(errors).toEqual([]);
});

test("the largest event fits, whatever JSON makes of it", async () => {
  const { poll, client } = await polling({ maxEventBytes: 100_000 + "message".length });
  const sizes: number[] = [];
  client.addEventListener("message", ({ data }) => void sizes.push(data.length));
  poll.json({ ...NOTHING, events: [{ event: "message", data: '"\n'.repeat(50_000) }], lastEventId: "e.1" });
  await until(() => sizes.length === 1);
  expect(sizes).toEqual([100_000]);
});

test("a larger answer is not read to its end: the poll has failed, and the client goes on", async () => {
  const { poll, client, messages, errors } = await polling({ maxEventBytes: MOST_EVENT_BYTES });
  errors.length = 0;
  poll.begin(200, { "content-type": "application/json" }, answerOf(LIMIT + 1));
  await poll.gone;
  await until(() => errors.length === 1);
  expect(errors[0]).toMatchObject({ code: "EVENT_TOO_LARGE", limit: LIMIT });
  expect([client.state, client.transport, messages]).toEqual(["reconnecting", "stream", []]);
  await until(() => clock.isWaiting);
  clock.fire();
  (await server.next()).stream("data: on\n\n");
  await until(() => messages.length === 1);
});

test("an answer without an end is let go by close(), also where fetch knows of no signal", async () => {
  const { poll, client } = await polling({ fetch: (url, { signal: _, ...init }) => fetch(url, init) });
  poll.begin(200, { "content-type": "application/json" }, '{"events":[');
  await settle();
  client.close();
  await poll.gone;
});
