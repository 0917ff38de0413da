import {
  broadcast,
  createSSEStream,
  getConnectionCount,
  getConnectionKeys,
  type ReceivedMessage,
  registerConnection,
  type SSEStream,
  unregisterConnection,
} from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

const VERDICT = (verdict: string) => `millrace.resume:{"verdict":"${verdict}"}`;
const open: SSEStream[] = [];

function joined(key: string, lastEventId?: string, header = true): SSEStream {
  const url =
    lastEventId !== undefined && !header
      ? `http://host/?lastEventId=${encodeURIComponent(lastEventId)}`
      : "http://host/";
  const headers = new Headers(lastEventId !== undefined && header ? { "Last-Event-ID": lastEventId } : {});
  const stream = createSSEStream({ request: { url, headers }, heartbeat: false });
  registerConnection(key, stream.send);
  open.push(stream);
  return stream;
}

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

test("a broadcast reaches every connection of its channel, once and in order", async () => {
  const readers = [joined("all"), joined("all"), joined("all")].map(({ stream }) => new StreamReader(stream));
  const elsewhere = joined("elsewhere");
  expect(broadcast("all", "tick", { n: 1 })).toEqual({
    state: "sent",
    id: expect.stringMatching(/^[0-9a-z]+\.\d+$/),
    recipients: 3,
  });
  for (let n = 2; n <= 100; n++) broadcast("all", "tick", { n });
  for (const reader of readers) {
    await reader.untilEvents(100);
    expect(reader.events).toEqual(Array.from({ length: 100 }, (_, n) => `tick:{"n":${n + 1}}`));
  }
  elsewhere.close();
  expect((await new StreamReader(elsewhere.stream).toEnd()).events).toEqual([]);
});

test("counts and keys are of the connections that read", () => {
  expect(getConnectionCount()).toBe(0);
  const both = joined("a");
  registerConnection("b", both.send);
  registerConnection("b", both.send);
  joined("b");
  expect([getConnectionCount(), getConnectionCount("a"), getConnectionCount("b"), getConnectionCount("c")]).toEqual([
    2, 1, 2, 0,
  ]);
  expect(getConnectionKeys()).toEqual(["a", "b"]);
  expect(unregisterConnection("a", both.send)).toBe(true);
  expect(unregisterConnection("a", both.send)).toBe(false);
  expect(getConnectionKeys()).toEqual(["b"]);
  expect(both.signal.aborted).toBe(false);
});

test("several channels and the stream's own events come in the order they were sent", async () => {
  const stream = joined("left");
  registerConnection("right", stream.send);
  for (let n = 0; n < 20; n++) {
    broadcast("left", "l", n);
    stream.send({ event: "own", data: n });
    broadcast("right", "r", n);
  }
  const reader = await new StreamReader(stream.stream).untilEvents(60);
  expect(reader.events).toEqual(Array.from({ length: 20 }, (_, n) => [`l:${n}`, `own:${n}`, `r:${n}`]).flat());
});

test("a connection may read only some event types", async () => {
  const stream = createSSEStream();
  open.push(stream);
  registerConnection("filtered", stream.send, { events: ["wanted", "message"] });
  expect(broadcast("filtered", "noise", 1).recipients).toBe(0);
  expect(broadcast("filtered", "wanted", 2).recipients).toBe(1);
  broadcast("filtered", "", 3);
  const reader = await new StreamReader(stream.stream).untilEvents(2);
  expect(reader.events).toEqual(["wanted:2", "message:3"]);
});

describe("resumption", () => {
  test.each([true, false])("continues after the client's last event (by header: %s)", async (header) => {
    const key = `resume-${header}`;
    const ids = Array.from({ length: 5 }, (_, n) => broadcast(key, "e", n).id);
    const reader = new StreamReader(joined(key, ids[2] ?? undefined, header).stream);
    broadcast(key, "e", "live");
    await reader.untilEvents(4);
    expect(reader.events).toEqual([VERDICT("continued"), "e:3", "e:4", 'e:"live"']);
  });

  test("a client that was cut before its first event misses nothing", async () => {
    const first = joined("early");
    const reader = await new StreamReader(first.stream).until(({ lastEventId }) => lastEventId !== "");
    first.close();
    broadcast("early", "e", "while it was away");
    const again = await new StreamReader(joined("early", reader.lastEventId).stream).untilEvents(2);
    expect(again.events).toEqual([VERDICT("continued"), 'e:"while it was away"']);
  });

  test("says gap when the history does not reach back", async () => {
    const { id } = broadcast("gap", "e", "seen");
    for (let n = 0; n < 600; n++) broadcast("gap", "e", n);
    const reader = await new StreamReader(joined("gap", id ?? "").stream).untilEvents(501);
    expect(reader.events).toEqual([VERDICT("gap"), ...Array.from({ length: 500 }, (_, n) => `e:${n + 100}`)]);
  });

  test.each(["zzz.12", "unknown", "0.1", "été"])(
    "says reset to the unknown id %s, and gives what there is",
    async (id) => {
      const key = `reset-${id}`;
      broadcast(key, "e", 1);
      const reader = await new StreamReader(joined(key, Buffer.from(id).toString("latin1")).stream).untilEvents(2);
      expect(reader.events).toEqual([VERDICT("reset"), "e:1"]);
    },
  );

  test("an id of the application's can be resumed from, non-ASCII ones too", async () => {
    broadcast("own-ids", "e", 1, { id: "schritt-1-ü" });
    broadcast("own-ids", "e", 2, { id: "schritt-2-ü" });
    broadcast("own-ids", "e", 3);
    const sent = Buffer.from("schritt-1-ü").toString("latin1");
    const reader = await new StreamReader(joined("own-ids", sent).stream).untilEvents(3);
    expect(reader.events).toEqual([VERDICT("continued"), "e:2", "e:3"]);
  });

  test("a channel that is joined later begins with its next event", async () => {
    const stream = joined("now");
    const reader = new StreamReader(stream.stream);
    broadcast("later", "e", "before");
    broadcast("now", "e", 1);
    await reader.untilEvents(1);
    registerConnection("later", stream.send);
    broadcast("later", "e", "after");
    await reader.untilEvents(2);
    expect(reader.events).toEqual(["e:1", 'e:"after"']);
  });

  test("a slow authorisation between the stream and its channels loses nothing", async () => {
    const { id } = broadcast("slow-auth", "e", 1);
    broadcast("slow-auth", "e", 2);
    const request = { url: "http://host/", headers: new Headers({ "Last-Event-ID": id ?? "" }) };
    const stream = createSSEStream({ request });
    open.push(stream);
    await new Promise((resolve) => setImmediate(resolve));
    registerConnection("slow-auth", stream.send);
    const reader = await new StreamReader(stream.stream).untilEvents(2);
    expect(reader.events).toEqual([VERDICT("continued"), "e:2"]);
  });
});

test("an event past its ttlMs is not replayed, and of one conflation key only the newest is", async () => {
  const { id } = broadcast("kept", "e", "start");
  broadcast("kept", "e", "short-lived", { ttlMs: 1 });
  for (let n = 0; n < 5; n++) broadcast("kept", "price", n, { conflateKey: "EUR" });
  broadcast("kept", "price", "other", { conflateKey: "USD" });
  const until = performance.now() + 2;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
  const reader = await new StreamReader(joined("kept", id ?? "").stream).untilEvents(3);
  expect(reader.events).toEqual([VERDICT("continued"), "price:4", 'price:"other"']);
});

describe("functions as connections", () => {
  test("are called with each message, in order, in this thread", async () => {
    const received: ReceivedMessage[] = [];
    const send = (message: ReceivedMessage) => received.push(message);
    registerConnection("fn-1", send);
    registerConnection("fn-2", send);
    expect([getConnectionCount(), getConnectionCount("fn-1")]).toEqual([1, 1]);
    const first = broadcast("fn-1", "a", { n: 1 });
    broadcast("fn-2", "b", "text", { id: "own" });
    while (received.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toEqual([
      { event: "a", data: { n: 1 }, id: first.id },
      { event: "b", data: "text", id: "own" },
    ]);
    expect(unregisterConnection("fn-1", send)).toBe(true);
    expect(getConnectionKeys()).toEqual(["fn-2"]);
    expect(unregisterConnection("fn-2", send)).toBe(true);
    expect(unregisterConnection("fn-2", send)).toBe(false);
    expect(getConnectionCount()).toBe(0);
  });
});
