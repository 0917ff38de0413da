// What counts as a heartbeat: a stream that only looks as if its heartbeats came together is not left for polls.
import type { SSEClient, SSEClientOptions } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, POLL_ACCEPT, watch } from "./helpers.js";
import { type Exchange, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
const EVERY_MS = 3000;
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

interface Connected {
  readonly client: SSEClient;
  readonly exchange: Exchange;
  readonly healths: readonly string[];
  /** Writes, and waits until the client has read all of it. */
  hear(text: string): Promise<void>;
}

async function connected(polls = true, options: SSEClientOptions = {}): Promise<Connected> {
  const { client, messages } = watch(server.url, {
    clock,
    silenceMs: 9000,
    ...(polls && { fallback: {} }),
    ...options,
  });
  const exchange = await server.next();
  exchange.stream("", { "x-heartbeat-interval": String(EVERY_MS / 1000) });
  await nextEvent(client, "open");
  const healths: string[] = [];
  client.addEventListener("healthchange", () => void healths.push(client.health));
  const hear = async (text: string) => {
    const before = messages.length;
    exchange.write(`${text}data: x\n\n`);
    await until(() => messages.length > before);
  };
  return { client, exchange, healths, hear };
}

test.each<[string, string]>([
  ["100,000 empty comments", ":\n".repeat(100_000)],
  ["a proxy's padding", `: ${"x".repeat(2048)}\n`.repeat(50)],
  ["ordinary comments", Array.from({ length: 5000 }, (_, n) => `: note ${n}\n`).join("")],
  ["what begins nearly like a heartbeat", ":  heartbeat\n: Heartbeat\n: heartbea\n".repeat(100)],
  ["events of other types", "event: beat\ndata: x\n\n".repeat(100)],
])("filler is no heartbeat, however much comes together: %s", async (_, filler) => {
  const { client, healths, hear } = await connected();
  for (let round = 0; round < 4; round++) {
    await hear(filler);
    clock.pass(EVERY_MS);
    await hear(": heartbeat\n");
    await hear(filler);
  }
  await settle();
  expect([client.health, client.transport, client.state, healths]).toEqual(["healthy", "stream", "connected", []]);
  expect(server.requests).toBe(1);
});

test.each<[string, string]>([
  ["comments", ": heartbeat 1\n: heartbeat 2\n"],
  ["comments without a space", ":heartbeat\n:heartbeat\n"],
  ["comments among filler", `: heartbeat\n${":\n".repeat(1000)}: heartbeat every=3000\n`],
  ["events", "event: heartbeat\ndata: {}\n\nevent: heartbeat\ndata: {}\n\n"],
  ["an event and a comment", "event: heartbeat\ndata: {}\n\n: heartbeat\n"],
])("heartbeats that come together twice are held back: %s", async (_, beats) => {
  const { client, hear } = await connected(false);
  await hear(beats);
  expect(client.health).toBe("healthy");
  clock.pass(EVERY_MS);
  await hear(beats);
  expect([client.health, client.transport]).toEqual(["degraded", "stream"]);
  client.close();

  clock = new ManualClock(0.5);
  const polling = await connected();
  await polling.hear(beats);
  clock.pass(EVERY_MS);
  await polling.hear(beats);
  expect((await server.next()).headers.accept).toBe(POLL_ACCEPT);
  expect(polling.client.transport).toBe("polling");
});

test("a named heartbeat counts once, in each chunk anew", async () => {
  const { client, healths, hear } = await connected(true, { heartbeatEvent: "beat", events: ["message"] });
  for (let round = 0; round < 4; round++) {
    await hear("event: beat\ndata: {}\n\nevent: heartbeat\ndata: {}\n\n");
    clock.pass(EVERY_MS);
  }
  expect([client.health, healths]).toEqual(["healthy", []]);
});

test("a heartbeat that is cut anywhere counts once", async () => {
  const { client, exchange, healths, hear } = await connected();
  const beat = ": heartbeat 7\n";
  for (let cut = 1; cut < beat.length; cut++) {
    exchange.write(beat.slice(0, cut));
    await settle();
    await hear(beat.slice(cut));
    clock.pass(EVERY_MS);
  }
  expect([client.health, healths]).toEqual(["healthy", []]);
});
