// Reading a channel's log in the process, as fast as somebody asks for more.

import { type ChannelReader, readChannel } from "../../js/src/server/hub-api.js";
import { createHub, type Hub } from "../../js/src/server/index.js";

let count = 0;
let hub: Hub;

beforeEach(() => {
  hub = createHub({ name: `channel reader ${++count}`, history: { events: 100 }, lagGraceMs: 1 });
});

const publish = (from: number, to: number) => {
  for (let n = from; n <= to; n++) hub.publish("k", { event: "part", data: { n, text: "\ud83d\n\r" } });
};

/** Numbers of the events, until there are so many. */
async function numbers(reader: ChannelReader, most: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < most) {
    const events = await reader.next();
    if (events === undefined) break;
    all.push(...events.map(({ data }) => (data as { n: number }).n));
  }
  return all;
}

const upTo = (n: number) => Array.from({ length: n }, (_, at) => at + 1);

test("it has the history and what follows, each event as it was published", async () => {
  publish(1, 2);
  const reader = readChannel(hub, "k");
  expect(await reader.next()).toEqual([
    { event: "part", data: { n: 1, text: "\ud83d\n\r" }, id: expect.any(String) },
    { event: "part", data: { n: 2, text: "\ud83d\n\r" }, id: expect.any(String) },
  ]);
  const next = reader.next();
  publish(3, 3);
  expect((await next)?.map(({ data }) => data)).toMatchObject([{ n: 3 }]);
  reader.close();
});

test("it begins where it is told", async () => {
  publish(1, 5);
  const readers = [readChannel(hub, "k", { last: 2 }), readChannel(hub, "k", "now")];
  publish(6, 6);
  expect(await numbers(readers[0] as ChannelReader, 3)).toEqual([4, 5, 6]);
  expect(await numbers(readers[1] as ChannelReader, 1)).toEqual([6]);
  for (const reader of readers) reader.close();
});

test("closing it ends who waits, and nobody counts it", async () => {
  const reader = readChannel(hub, "k");
  expect([hub.connectionCount("k"), hub.stats().connections]).toEqual([0, 0]);
  const next = reader.next();
  reader.close();
  reader.close();
  expect(await next).toBeUndefined();
  expect(await reader.next()).toBeUndefined();
});

test("what the log has lost is told, not left out", async () => {
  const reader = readChannel(hub, "k");
  publish(1, 1);
  expect(await numbers(reader, 1)).toEqual([1]);
  publish(2, 2);
  for (let oldest = 1; oldest <= 2; ) {
    publish(3, 1000);
    await new Promise((resolve) => setImmediate(resolve));
    const other = readChannel(hub, "k");
    oldest = (await numbers(other, 1))[0] as number;
    other.close();
  }
  await expect(numbers(reader, Infinity)).rejects.toMatchObject({ code: "STREAM_CLOSED" });
  await expect(reader.next()).rejects.toMatchObject({ code: "STREAM_CLOSED" });
});

test("a hub that drains lets nobody begin", () => {
  hub.close();
  expect(() => readChannel(hub, "k")).toThrow(expect.objectContaining({ code: "DRAINING" }));
});

test("a thousand readers of one history hold it once", async () => {
  const large = createHub({ name: `channel reader ${++count}`, history: { events: 10_000, bytes: 2 ** 24 } });
  for (let n = 1; n <= 1000; n++) large.publish("k", { event: "part", data: { n, text: "x".repeat(1000) } });
  const readers = upTo(1000).map(() => readChannel(large, "k"));
  const { core } = large.stats().memory;
  for (const reader of readers) expect((await reader.next())?.length).toBeGreaterThan(0);
  expect(large.stats().memory).toMatchObject({ core });
  for (const reader of readers) reader.close();
});

test("whether the log still has what is next is asked without taking it, as often as one likes", async () => {
  const reader = readChannel(hub, "k");
  expect(reader.hasNext()).toBe(false);
  publish(1, 2);
  for (let n = 0; n < 1000; n++) expect(reader.hasNext()).toBe(true);
  expect(await numbers(reader, 2)).toEqual([1, 2]);
  expect(reader.hasNext()).toBe(false);
  publish(3, 1000);
  while (reader.hasNext()) {
    publish(1001, 2000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect(numbers(reader, Infinity)).rejects.toMatchObject({ code: "STREAM_CLOSED" });
  expect(reader.hasNext()).toBe(false);
});

test("one that is to end gives what is there before", async () => {
  const reader = readChannel(hub, "k");
  publish(1, 2);
  reader.end();
  publish(3, 3);
  expect(await numbers(reader, Infinity)).toEqual([1, 2, 3]);
  const waiting = readChannel(hub, "k", "now");
  const next = waiting.next();
  waiting.end();
  expect(await next).toBeUndefined();
});
