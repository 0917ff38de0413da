import {
  createTape,
  type RecordedTape,
  replayTape,
  type TapeEntry,
  tapeFromJSON,
} from "../../../js/src/testing/index.js";
import { closeAll, FAST, nextEvent, watch } from "../client/helpers.js";
import { ScriptedServer, until } from "../client/scripted-server.js";

const utf8 = new TextEncoder();
const bytes = (atMs: number, text: string): TapeEntry => ({ atMs, kind: "bytes", bytes: utf8.encode(text) });
const connected = (atMs: number): TapeEntry[] => [
  { atMs, kind: "connect" },
  { atMs, kind: "open" },
];

function tapeOf(entries: readonly TapeEntry[], maxBytes?: number): RecordedTape {
  const tape = createTape(maxBytes === undefined ? {} : { maxBytes });
  for (const entry of entries) tape.write(entry);
  return tape;
}

test("it keeps copies of the chunks", () => {
  const chunk = utf8.encode("data: x\n\n");
  const tape = createTape();
  tape.write({ atMs: 1, kind: "bytes", bytes: chunk.subarray(6) });
  chunk.fill(0);
  const kept = tape.entries[0]?.bytes;
  expect([new TextDecoder().decode(kept), kept?.buffer.byteLength]).toEqual(["x\n\n", 3]);
  expect(tape.isTruncated).toBe(false);
});

test("beyond its bytes the oldest entries go, and it says so", () => {
  const entries = [
    ...connected(0),
    bytes(1, "x".repeat(100)),
    bytes(2, "y".repeat(100)),
    { atMs: 3, kind: "end" as const },
  ];
  const all = 4 * 64 + 2 * 100 + 64;
  expect(tapeOf(entries, all)).toMatchObject({ entries, isTruncated: false });
  expect(tapeOf(entries, all - 1)).toMatchObject({ entries: entries.slice(1), isTruncated: true });
  expect(tapeOf(entries, 64 + 164)).toMatchObject({ entries: entries.slice(3), isTruncated: true });
  expect(tapeOf(entries, 0)).toMatchObject({ entries: [], isTruncated: true });
});

test("a chunk that is larger than the tape empties it", () => {
  expect(tapeOf([...connected(0), bytes(1, "x".repeat(1000))], 500)).toMatchObject({ entries: [], isTruncated: true });
});

test("the default limit holds for entries without bytes", () => {
  const tape = createTape();
  for (let entry = 0; entry < 140_000; entry++) tape.write({ atMs: entry, kind: "connect" });
  expect([tape.entries.length, tape.isTruncated]).toEqual([(8 * 1024 * 1024) / 64, true]);
});

test("misspelt options of a tape are a TypeError that names the nearest", async () => {
  expect(() => createTape({ maxbytes: 5 } as object)).toThrow('createTape has no option "maxbytes": is it "maxBytes"?');
  const replay = (options: object) => replayTape(createTape(), options);
  await expect(replay({ evnts: [] })).rejects.toThrow('replayTape has no option "evnts": is it "events"?');
  await expect(replay({ lastEventId: 5 })).rejects.toThrow(new TypeError("lastEventId must be a string"));
});

test.each([-1, 1.5, Number.NaN, Infinity])("maxBytes: %d is out of range", (maxBytes) => {
  expect(() => createTape({ maxBytes })).toThrow(RangeError);
});

test("saved and read again it is the same, whatever its bytes are", async () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const tape = tapeOf([...connected(0.25), { atMs: 1, kind: "bytes", bytes: every }, { atMs: 2, kind: "end" }]);
  const read = tapeFromJSON(JSON.parse(JSON.stringify(tape)));
  expect(read.entries).toEqual(tape.entries);
  expect(read.isTruncated).toBe(false);
  expect(JSON.stringify(read)).toBe(JSON.stringify(tape));
  expect(tapeFromJSON(tapeOf([bytes(0, "x")], 0).toJSON()).isTruncated).toBe(true);
});

test.each([
  ["nothing", null],
  ["another version", { version: 2, entries: [] }],
  ["no entries", { version: 1 }],
  ["no entry", { version: 1, entries: [null] }],
  ["no time", { version: 1, entries: [{ kind: "open" }] }],
  ["no such kind", { version: 1, entries: [{ atMs: 1, kind: "opened" }] }],
  ["no bytes", { version: 1, entries: [{ atMs: 1, kind: "bytes" }] }],
  ["no base64", { version: 1, entries: [{ atMs: 1, kind: "bytes", bytes: "%" }] }],
])("what is no tape is a TypeError: %s", (_, saved) => {
  expect(() => tapeFromJSON(saved)).toThrow(TypeError);
});

test("a replay has the events of all connections, each once, with the time of their last byte", async () => {
  const tape = tapeOf([
    ...connected(0),
    bytes(1, "retry: 250\nid: 1\nda"),
    bytes(2, "ta: one\n\nevent: b\nid: 2\ndata: two\n\nid: 3\ndata: cut"),
    { atMs: 3, kind: "end" },
    ...connected(4),
    bytes(5, "event: b\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n"),
  ]);
  expect(await replayTape(tape)).toEqual({
    events: [
      { atMs: 2, type: "message", data: "one", lastEventId: "1" },
      { atMs: 2, type: "b", data: "two", lastEventId: "2" },
      { atMs: 5, type: "message", data: "three", lastEventId: "3" },
    ],
    errors: [],
    retries: [{ atMs: 1, ms: 250 }],
    lastEventId: "3",
  });
});

test("a replay is told what the client was told", async () => {
  const text = "id: 1\ndata: x\n\nevent: b\nid: 2\ndata: y\n\ndata: too long\n\n";
  const tape = tapeOf([...connected(0), bytes(1, `event: millrace.begin\ndata: \n\n${text}`)]);
  const datas = async (options: Parameters<typeof replayTape>[1]) =>
    (await replayTape(tape, options)).events.map(({ data }) => data);
  expect(await datas({ events: ["b"] })).toEqual(["y"]);
  expect(await datas({ lastEventId: "1" })).toEqual(["", "y", "too long"]);
  expect(await datas({ lastEventId: "1", dedup: 0 })).toEqual(["", "x", "y", "too long"]);
  const { errors } = await replayTape(tape, { maxEventBytes: 7 });
  const error = { code: "EVENT_TOO_LARGE", limit: 7 };
  expect(errors).toMatchObject([
    { atMs: 1, error },
    { atMs: 1, error },
  ]);
  await expect(replayTape(tape, { dedup: -1 })).rejects.toThrow(RangeError);
});

test("the event that a truncated tape begins in is left out", async () => {
  const entries = [...connected(0), bytes(1, "id: 1\ndata: a"), bytes(2, "b\n\nid: 2\ndata: x\n\n")];
  const cut = tapeOf(entries, 64 + 20);
  expect(cut.entries).toHaveLength(1);
  expect((await replayTape(cut)).events.map(({ data }) => data)).toEqual([]);
  const inTheMiddle = tapeFromJSON({
    ...tapeOf([bytes(2, "data: b\n\nid: 2\ndata: x\n\n")]).toJSON(),
    isTruncated: true,
  });
  expect((await replayTape(inTheMiddle)).events.map(({ data }) => data)).toEqual(["x"]);
  const atAConnection = tapeFromJSON({ ...tapeOf(entries.slice(1)).toJSON(), isTruncated: true });
  expect((await replayTape(atAConnection)).events.map(({ data }) => data)).toEqual(["ab", "x"]);
});

test("a client's tape, saved and replayed, gives what its listeners got", async () => {
  const server = await ScriptedServer.start();
  const tape = createTape();
  const { client, messages } = watch(server.url, { tape, retry: FAST });
  const first = await server.next();
  first.stream("id: 1\ndata: one\n\nid: 2\ndata: tw");
  await until(() => messages.length === 1);
  first.destroy();
  const second = await server.next();
  second.stream("id: 1\ndata: one\n\nid: 2\ndata: two ✓\n\n");
  await until(() => messages.length === 2);
  second.end();
  (await server.next()).respond(403);
  await nextEvent(client, "close");
  closeAll();
  await server.stop();
  const { events, lastEventId } = await replayTape(tapeFromJSON(JSON.parse(JSON.stringify(tape))));
  expect(events.map(({ type, data }) => `${type}:${data}`)).toEqual(messages);
  expect(lastEventId).toBe("2");
});
