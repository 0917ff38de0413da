import type { TapeEntry, Transition } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
  clock.nowMs = 1000;
});

const shown = ({ atMs, what, state, health, attempts }: Transition) => [atMs, what, state, health, attempts].join(", ");

test("the transitions of a connection that fails, opens and is closed", async () => {
  const { client } = watch(server.url, { clock, debug: true, retry: { baseMs: 1000 } });
  const first = await server.next();
  clock.nowMs += 10;
  first.respond(503);
  await until(() => clock.isWaiting);
  clock.fire();
  (await server.next()).stream();
  await nextEvent(client, "open");
  client.close();
  expect(client.transitions.map(shown)).toEqual([
    "0, connect, connecting, degraded, 0",
    "10, lost BAD_RESPONSE, reconnecting, degraded, 1",
    "10, wait 500 ms, reconnecting, degraded, 1",
    "510, connect, connecting, degraded, 1",
    "510, open, connected, healthy, 0",
    "510, close, disconnected, disconnected, 0",
  ]);
});

test("the transitions of one that gives up, and of polls", async () => {
  const { client } = watch(server.url, { clock, debug: true, retry: { baseMs: 0 }, fallback: {} });
  for (let attempt = 0; attempt < 3; attempt++) {
    (await server.next()).respond(503);
    if (attempt < 2) await until(() => clock.isWaiting);
    if (attempt < 2) clock.fire();
  }
  (await server.next()).respond(204);
  await nextEvent(client, "close");
  expect(client.transitions.map(({ what }) => what).slice(-4)).toEqual([
    ...["lost BAD_RESPONSE", "poll"],
    ...["end completed", "close"],
  ]);
});

test.each([
  [1, ["close"]],
  [2, ["open", "close"]],
  [50, ["connect", "open", "close"]],
])("only the last %d are kept", async (debug, expected) => {
  const { client } = watch(server.url, { debug });
  (await server.next()).stream();
  await nextEvent(client, "open");
  client.close();
  expect(client.transitions.map(({ what }) => what)).toEqual(expected);
});

test("a hundred are kept by default, none without the option", async () => {
  const chatty = watch(server.url, { debug: true }).client;
  const quiet = watch(server.url).client;
  await until(() => chatty.implementation !== null && quiet.implementation !== null);
  for (let round = 0; round < 60; round++) {
    for (const client of [chatty, quiet]) {
      client.close();
      client.reconnect();
    }
  }
  expect(chatty.transitions).toHaveLength(100);
  expect(quiet.transitions).toEqual([]);
});

test("what was kept is not changed by what follows", async () => {
  const { client } = watch(server.url, { debug: true });
  const before = client.transitions;
  const text = JSON.stringify(before);
  client.close();
  expect(JSON.stringify(before)).toBe(text);
});

test("a tape has what came over the wire, in order, and is as fast as the wire", async () => {
  const entries: TapeEntry[] = [];
  const { client, messages } = watch(server.url, {
    clock,
    retry: { baseMs: 1000 },
    tape: { write: (entry) => void entries.push(entry) },
  });
  const first = await server.next();
  clock.nowMs += 5;
  first.stream();
  await nextEvent(client, "open");
  clock.nowMs += 5;
  first.write("id: 1\nda");
  await until(() => entries.length === 3);
  clock.nowMs += 5;
  first.write("ta: x\n\n");
  await until(() => messages.length === 1);
  first.end();
  await until(() => clock.isWaiting);
  clock.fire();
  (await server.next()).respond(403);
  await nextEvent(client, "close");
  const decoder = new TextDecoder();
  expect(entries.map(({ atMs, kind, bytes }) => [atMs, kind, ...(bytes ? [decoder.decode(bytes)] : [])])).toEqual([
    [0, "connect"],
    [5, "open"],
    [10, "bytes", "id: 1\nda"],
    [15, "bytes", "ta: x\n\n"],
    [15, "end"],
    [515, "connect"],
    [515, "end"],
  ]);
});

test("a tape has polls as the streams that would have brought their events", async () => {
  const entries: TapeEntry[] = [];
  const tape = { write: (entry: TapeEntry) => void entries.push(entry) };
  const { client, messages } = watch(server.url, { clock, fallback: {}, tape });
  for (let attempt = 0; attempt < 3; attempt++) {
    (await server.next()).respond(503);
    if (attempt < 2) await until(() => clock.isWaiting);
    if (attempt < 2) clock.fire();
  }
  const poll = await server.next();
  entries.length = 1;
  poll.json({ events: [{ event: "message", data: "x", id: "1" }], lastEventId: "2", verdict: null });
  await until(() => messages.length === 1);
  clock.fire();
  (await server.next()).respond(204);
  await nextEvent(client, "close");
  expect(entries.slice(1).map(({ kind }) => kind)).toEqual(["open", "bytes", "end", "connect", "end"]);
  expect(new TextDecoder().decode(entries[2]?.bytes)).toBe(`${MILLRACE}event: message\nid: 1\ndata: x\n\nid: 2\n\n`);
});
