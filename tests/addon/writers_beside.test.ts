import type { IncomingMessage, ServerResponse } from "node:http";
import { jest } from "@jest/globals";
import { type AttachOptions, createHub } from "../../js/src/server/index.js";
import { attaching, newest, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

jest.setTimeout(30_000);

// What the application writes to a response while Node writes the events.

type Write = ServerResponse["write"];
type Wrap = (res: ServerResponse) => void;

/** So much that a client which does not read leaves most of it with us: in the middle of an event. */
const LARGE = 7 * 2 ** 20;
const ROOMY = { events: 1_000_000, bytes: 2 ** 26 };

/** A write of the application's own, which keeps the core from writing. */
const wrapWrite: Wrap = (res) => {
  const write = res.write.bind(res) as (...args: unknown[]) => boolean;
  res.write = ((...args: unknown[]) => write(...args)) as Write;
};

const ways: [string, Partial<AttachOptions>, Wrap][] = [
  ["not direct", { direct: false }, () => {}],
  ["a wrapper", { handOver: false }, wrapWrite],
  ["a wrapper, which may be handed over", {}, wrapWrite],
];

async function writtenByNode(name: string, options: Partial<AttachOptions>, wrap: Wrap = () => {}) {
  const hub = createHub({ name, maxBytes: 2 ** 23, lagGraceMs: 600_000, lag: ROOMY, history: ROOMY });
  const responses: ServerResponse[] = [];
  const before = (_: IncomingMessage, res: ServerResponse) => {
    responses.push(res);
    wrap(res);
  };
  const served = await attaching(hub, { channels: ["c"], ...options }, { before });
  const client = await (await RawClient.open(served.port)).untilOpen();
  const [res] = responses;
  if (res === undefined) throw new Error("no response");
  const stream = await newest(served.streams);
  const close = async () => {
    client.leave();
    await until(() => hub.stats().connections === 0);
    await served.close();
  };
  /** Has the response in the middle of a large event, which its client does not take. */
  const stuff = async () => {
    client.socket.pause();
    hub.publish("c", { event: "large", data: "x".repeat(LARGE) });
    await until(() => res.writableNeedDrain);
  };
  return { hub, client, res, stream, close, stuff };
}

const typesOf = ({ events }: RawClient) => events.map((event) => event.slice(0, event.indexOf(":")));

describe.each(ways)("%s", (way, options, wrap) => {
  test("its bytes stand between the events, whole, each behind what was published before", async () => {
    const { hub, client, res, close, stuff } = await writtenByNode(`beside: ${way}`, options, wrap);
    await stuff();
    for (let n = 1; n <= 100; n++) {
      res.write(`event: own\ndata: ${n}\n\n`);
      hub.publish("c", { event: "e", data: n });
    }
    client.socket.resume();
    await client.untilEvents(201);
    const expected = Array.from({ length: 100 }, (_, n) => [`own:${n + 1}`, `e:${n + 1}`]).flat();
    expect(client.events.slice(1)).toEqual(expected);
    expect(client.events[0]).toBe(`large:"${"x".repeat(LARGE)}"`);
    expect(hub.stats().takenOver).toBe(0);
    await close();
  });

  test("it is told when there is room again", async () => {
    const { client, res, close, stuff } = await writtenByNode(`room: ${way}`, options, wrap);
    await stuff();
    const told: string[] = [];
    const drained = new Promise((resolve) => res.once("drain", resolve));
    expect(res.write(": one\n\n", () => told.push("one"))).toBe(false);
    expect(res.write(": two\n\n", "utf8", () => told.push("two"))).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    client.socket.resume();
    await drained;
    await client.until(({ body }) => body.endsWith(": one\n\n: two\n\n"));
    await until(() => told.length === 2);
    expect(told).toEqual(["one", "two"]);
    expect(res.write(": three\n\n")).toBe(true);
    await client.until(({ body }) => body.endsWith(": three\n\n"));
    await close();
  });

  test("who writes faster than it is sent is told so, and when there is room", async () => {
    const { client, res, close } = await writtenByNode(`fast: ${way}`, options, wrap);
    const piece = `: ${"x".repeat(1000)}\n\n`;
    let count = 1;
    while (res.write(piece)) count += 1;
    await new Promise((resolve) => res.once("drain", resolve));
    await client.until(({ body }) => body.endsWith(piece.repeat(count)));
    await close();
  });

  test("end() has its last words behind all that is left", async () => {
    const { hub, client, res, stream, close, stuff } = await writtenByNode(`end: ${way}`, options, wrap);
    await stuff();
    hub.publish("c", { event: "e", data: 1 });
    let isTold = false;
    expect(
      res.end("event: bye\ndata: 2\n\n", () => {
        isTold = true;
      }),
    ).toBe(res);
    hub.publish("c", { event: "late", data: 3 });
    client.socket.resume();
    await client.until(({ isWhole }) => isWhole);
    expect(typesOf(client)).toEqual(["large", "e", "bye"]);
    expect(await stream.closed).toBe("closed");
    await until(() => isTold);
    expect(Object.hasOwn(res, "end")).toBe(false);
    await close();
  });
});

test.each([{}, { handOver: false }, { direct: false }])(
  "nor is a snapshot broken, of which part has left: %j",
  async (way) => {
    const hub = createHub({ name: `snapshot ${JSON.stringify(way)}` });
    const snapshot = () => ({ event: "state", data: "x".repeat(100_000) });
    const after = (_: IncomingMessage, res: ServerResponse) => void res.write("event: own\ndata: 1\n\n");
    const { port, close } = await attaching(hub, { channels: ["c"], snapshot, ...way }, { after });
    const client = await (await RawClient.open(port)).untilEvents(2);
    expect(client.events).toEqual([`state:"${"x".repeat(100_000)}"`, "own:1"]);
    client.leave();
    await close();
  },
);

const later: Record<string, (res: ServerResponse, write: Write) => void> = {
  assigned: (res, write) => {
    res.write = write;
  },
  defined: (res, write) => void Object.defineProperty(res, "write", { value: write, configurable: true }),
};

test.each(Object.entries(later))("a wrapper that comes later (%s) has every byte once", async (how, put) => {
  const { hub, client, res, close } = await writtenByNode(`later ${how}`, { direct: false });
  const before = client.raw;
  let seen = "";
  const write = res.write as (...args: unknown[]) => boolean;
  put(res, ((chunk: Uint8Array | string, ...rest: unknown[]) => {
    seen += Buffer.from(chunk as Uint8Array).toString();
    return Reflect.apply(write, res, [chunk, ...rest]);
  }) as Write);
  for (let n = 1; n <= 3; n++) {
    hub.publish("c", { event: "e", data: n });
    await client.untilEvents(n);
  }
  expect(before + seen).toBe(client.raw);
  await close();
});

test("who puts a write of his own in place while the core writes, and calls the one before, is no endless loop", async () => {
  const hub = createHub({ name: "no loop" });
  const responses: ServerResponse[] = [];
  const before = (_: IncomingMessage, res: ServerResponse) => void responses.push(res);
  const { port, close } = await attaching(hub, { channels: ["c"], handOver: false }, { before });
  const client = await (await RawClient.open(port)).untilOpen();
  await until(() => hub.stats().takenOver === 1);
  const [res] = responses as [ServerResponse];
  wrapWrite(res);
  res.on("error", () => {}); // it is cut
  expect(res.write(": ping\n\n")).toBe(false);
  client.leave();
  await until(() => hub.stats().connections === 0);
  await close();
});
