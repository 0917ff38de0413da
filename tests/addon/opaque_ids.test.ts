import { randomBytes } from "node:crypto";
import { createHub, type Hub } from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

const secret = "sixteen bytes at the least";
const SEALED = /^[\w-]{22}$/;

async function open(hub: Hub, lastEventId?: string, channels = ["c"]) {
  const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
  const response = await hub.response(new Request("http://host/", { headers }), { channels });
  return { response, reader: new StreamReader(response.body as ReadableStream<Uint8Array>) };
}

test("ids say nothing, and are resumed from", async () => {
  const hub = createHub({ name: "opaque", opaqueIds: { secret } });
  const first = await open(hub);
  expect(first.response.headers.get("x-last-event-id")).toMatch(SEALED);
  const ids = [1, 2, 3].map((data) => hub.publish("c", { event: "message", data }).id as string);
  for (const id of ids) expect(id).toMatch(SEALED);
  expect(new Set(ids.map((id) => id.slice(0, 4))).size).toBe(3); // no beginning that they share
  await first.reader.untilEvents(3);
  expect(first.reader.raw).not.toMatch(/[a-z0-9]+\.\d+/);
  await first.reader.cancel();
  const second = await open(hub, ids[1]);
  expect((await second.reader.untilEvents(2)).events[1]).toBe("message:3");
  expect(second.reader.raw).toContain("continued");
  await second.reader.cancel();
  const poll = new Request("http://host/", {
    headers: { Accept: "application/json", "Last-Event-ID": ids[0] as string },
  });
  const body = (await (await hub.response(poll, { channels: ["c"] })).json()) as {
    lastEventId: string;
    events: unknown[];
  };
  expect([body.events.length, body.lastEventId]).toEqual([2, ids[2]]);
});

beforeAll(() => {
  console.warn = () => {}; // that a hub is made with another secret
});

test("ids of an earlier secret are read, and none that is made up", async () => {
  const name = "opaque rotation";
  const hub = createHub({ name, opaqueIds: { secret } });
  const old = hub.publish("c", { event: "message", data: 1 }).id as string;
  hub.publish("c", { event: "message", data: 2 });
  createHub({ name, opaqueIds: { secret: [randomBytes(32), secret] } });
  const one = await open(hub, old);
  expect((await one.reader.untilEvents(2)).events[1]).toBe("message:2");
  await one.reader.cancel();
  createHub({ name, opaqueIds: { secret: randomBytes(32) } });
  const two = await open(hub, old);
  await two.reader.untilEvents(2);
  expect(two.reader.raw).toContain("reset");
  await two.reader.cancel();
});

test("10,000 cursors that are forged or foreign read nothing of other channels", async () => {
  const hub = createHub({ name: "opaque forged", opaqueIds: { secret }, history: { events: 10_000 } });
  const foreign = createHub({ name: "opaque foreign", opaqueIds: { secret } });
  const own = hub.publish("mine", { event: "message", data: "mine" }).id as string;
  for (let at = 0; at < 100; at++) hub.publish("theirs", { event: "message", data: "theirs" });
  const kinds: (() => string)[] = [
    () => randomBytes(16).toString("base64url"),
    () => foreign.publish("c", { event: "message", data: 1 }).id as string,
    () => {
      const bytes = Buffer.from(own, "base64url");
      const at = Math.floor(Math.random() * 128);
      bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7));
      return bytes.toString("base64url");
    },
    () => `${Date.now().toString(36)}.${Math.floor(Math.random() * 1000)}`,
    () => "9".repeat(Math.ceil(Math.random() * 40)),
  ];
  const authorize = ({ channels }: { channels: readonly string[] }) => channels.every((one) => one === "mine");
  let read = 0;
  for (let at = 0; at < 10_000; at++) {
    const lastEventId = (kinds[at % kinds.length] as () => string)();
    const request = new Request("http://host/", {
      headers: { Accept: "application/json", "Last-Event-ID": lastEventId },
    });
    const body = (await (await hub.response(request, { channels: ["mine"], authorize })).json()) as {
      events: { data: string }[];
      verdict: string;
    };
    read += body.events.filter(({ data }) => data !== '"mine"').length;
    if (body.verdict !== "reset") read++; // a forged one would be known
  }
  expect(read).toBe(0);
});

test("10,000 of plain ids read nothing of other channels either", async () => {
  const hub = createHub({ name: "plain forged", history: { events: 10_000 } });
  const own = hub.publish("mine", { event: "message", data: "mine" }).id as string;
  for (let at = 0; at < 100; at++) hub.publish("theirs", { event: "message", data: "theirs" });
  const [epoch = ""] = own.split(".");
  const authorize = ({ channels }: { channels: readonly string[] }) => channels.every((one) => one === "mine");
  let read = 0;
  for (let at = 0; at < 10_000; at++) {
    const lastEventId = at % 2 === 0 ? `${epoch}.${at % 200}` : `${(at * 7919).toString(36)}.${at}`;
    const headers = { Accept: "application/json", "Last-Event-ID": lastEventId };
    const response = await hub.response(new Request("http://host/", { headers }), { channels: ["mine"], authorize });
    const { events } = (await response.json()) as { events: { data: string }[] };
    read += events.filter(({ data }) => data !== '"mine"').length;
  }
  expect(read).toBe(0);
});

test.each<[unknown, RegExp]>([
  [{}, /string or bytes, not undefined/],
  [{ secret: "short" }, /at least 16 bytes/],
  [{ secret: [] }, /1 to 8 secrets/],
  [{ secret: Array(9).fill(secret) }, /1 to 8 secrets/],
  [{ secret, secrets: [] }, /is it "secret"/],
  [true, /must be an object/],
])("%j is a TypeError", (opaqueIds, message) => {
  expect(() => createHub({ name: "opaque wrong", opaqueIds: opaqueIds as never })).toThrow(message);
});
