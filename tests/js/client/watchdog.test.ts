import type { SSEClientOptions, Tape } from "../../../js/src/client/index.js";
import { closeAll, ManualClock, nextEvent, type Watched, watch } from "./helpers.js";
import { type Exchange, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(0.5);
});

interface Connected extends Watched {
  readonly exchange: Exchange;
  /** Writes, and waits until the client has read it. */
  hear(text: string): Promise<void>;
}

async function connected(options: SSEClientOptions = {}, headers: Record<string, string> = {}): Promise<Connected> {
  let chunks = 0;
  const tape: Tape = {
    write({ kind }) {
      if (kind === "bytes") chunks++;
    },
  };
  // Where the server says it, the client itself says nothing.
  const silence = "x-silence-threshold" in headers ? {} : { silenceMs: 9000 };
  const watching = { clock, ...silence, retry: { baseMs: 1000 }, tape, ...options };
  const watched = watch(server.url, watching, ["message"], true);
  const exchange = await server.next();
  exchange.stream("", headers);
  await nextEvent(watched.client, "open");
  const hear = async (text: string) => {
    const before = chunks;
    exchange.write(text);
    await until(() => chunks > before);
  };
  return { ...watched, exchange, hear };
}

test("a stream that falls silent is dropped, and made again after a wait", async () => {
  const { client, exchange, errors, hear } = await connected();
  await hear("id: 7\ndata: x\n\n");
  clock.pass(8999);
  expect(client.state).toBe("connected");
  clock.pass(1);
  expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
  expect([client.state, client.attempts]).toEqual(["reconnecting", 1]);
  await exchange.gone;
  expect(server.requests).toBe(1);
  clock.pass(500);
  expect((await server.next()).lastEventId).toBe("7");
});

test.each([
  ["comments", ": beat\n"],
  ["events", "event: other\ndata: x\n\n"],
  ["half a line", "dat"],
])("whatever comes keeps it alive: %s", async (_, text) => {
  const { client, errors, hear } = await connected();
  for (let round = 0; round < 3; round++) {
    clock.pass(8000);
    await hear(text);
  }
  clock.pass(8999);
  expect([client.state, errors]).toEqual(["connected", []]);
  clock.pass(1);
  expect(client.state).toBe("reconnecting");
});

test("silenceMs goes before the server's X-Silence-Threshold", async () => {
  const { client } = await connected({ silenceMs: 3000 }, { "x-silence-threshold": "2.5" });
  clock.pass(2999);
  expect(client.state).toBe("connected");
  clock.pass(1);
  expect(client.state).toBe("reconnecting");
});

test("the server's X-Silence-Threshold is in seconds", async () => {
  const { client, errors } = await connected({}, { "x-silence-threshold": "2.5" });
  clock.pass(2499);
  expect(client.state).toBe("connected");
  clock.pass(1);
  expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
});

test.each(["soon", "0", "-5", "NaN", ""])("an X-Silence-Threshold that is none: %j", async (threshold) => {
  const { client } = await connected({}, { "x-silence-threshold": threshold });
  clock.pass(44_999);
  expect(client.state).toBe("connected");
  clock.pass(1);
  expect(client.state).toBe("reconnecting");
});

test("an X-Silence-Threshold of milliseconds counts as a second", async () => {
  const { client } = await connected({}, { "x-silence-threshold": "0.001", "x-heartbeat-interval": "0.001" });
  clock.pass(999);
  expect(client.state).toBe("connected");
  clock.pass(1);
  expect(client.state).toBe("reconnecting");
});

test.each(["86401", "1e22", "1e400"])(
  "an X-Silence-Threshold that is absurd counts as a day: %s",
  async (threshold) => {
    const { client } = await connected({}, { "x-silence-threshold": threshold, "x-heartbeat-interval": "1e22" });
    clock.pass(86_399_999);
    expect(client.state).toBe("connected");
    clock.pass(1);
    expect(client.state).toBe("reconnecting");
  },
);

test("silenceMs: 0 turns it off, whatever the server says", async () => {
  const { client } = await connected({ silenceMs: 0 }, { "x-silence-threshold": "1", "x-heartbeat-interval": "1" });
  clock.pass(86_400_000);
  expect(client.state).toBe("connected");
});

test("an answer that never comes times out", async () => {
  const { client, errors } = watch(server.url, { clock, silenceMs: 9000, retry: { baseMs: 1000 } });
  const exchange = await server.next();
  await until(() => clock.isWaiting);
  clock.pass(8999);
  expect([client.state, errors]).toEqual(["connecting", []]);
  clock.pass(1);
  expect(errors.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
  expect(client.state).toBe("reconnecting");
  await exchange.gone;
});

test("an answer that never comes can be the last attempt", async () => {
  const { client, errors, log } = watch(server.url, { clock, silenceMs: 9000, retry: { attempts: 1 } });
  await server.next();
  await until(() => clock.isWaiting);
  clock.pass(9000);
  expect(errors.map(({ code }) => code)).toEqual(["GAVE_UP"]);
  expect(errors[0]?.cause).toMatchObject({ code: "TIMED_OUT" });
  expect([client.state, log.at(-1), clock.isWaiting]).toEqual(["error", "close", false]);
});

test("a page that was asleep when its time came waits for one more heartbeat", async () => {
  const { client, errors, hear } = await connected();
  clock.nowMs += 3_600_000;
  clock.fire(-3_600_000);
  expect([client.state, errors]).toEqual(["connected", []]);
  await hear(":\n");
  clock.pass(8999);
  expect(client.state).toBe("connected");
});

test("health follows the heartbeats that are missing", async () => {
  const { client, hear } = await connected({}, { "x-heartbeat-interval": "2" });
  const healths: string[] = [];
  client.addEventListener("healthchange", () => void healths.push(`${clock.nowMs} ${client.health}`));
  expect(client.health).toBe("healthy");
  clock.pass(3000); // one and a half intervals
  clock.pass(1000);
  await hear(":\n");
  clock.pass(9000);
  expect(healths).toEqual(["3000 degraded", "4000 healthy", "7000 degraded", "9000 critical", "13000 degraded"]);
  client.close();
  expect(healths.at(-1)).toBe("13000 disconnected");
});

test("health while connecting, after failures, and after the end", async () => {
  const { client } = watch(server.url, { clock, silenceMs: 9000, retry: { baseMs: 1000 } });
  const healths: string[] = [];
  client.addEventListener("healthchange", () => void healths.push(client.health));
  expect(client.health).toBe("degraded");
  for (let attempt = 0; attempt < 3; attempt++) {
    (await server.next()).respond(503);
    await until(() => client.state === "reconnecting");
    if (attempt < 2) clock.fire();
  }
  expect(healths).toEqual(["critical"]);
  clock.fire();
  (await server.next()).respond(403);
  await nextEvent(client, "close");
  expect(healths).toEqual(["critical", "disconnected"]);
});

test("a stream of no heartbeats and no watchdog is healthy", async () => {
  const { client, hear } = await connected({ silenceMs: 0 });
  clock.pass(86_400_000);
  await hear("data: x\n\n");
  expect([client.health, clock.isWaiting]).toEqual(["healthy", false]);
});

test.each([
  ["uptimeMs", (ms: number) => `{"streamId":"s","uptimeMs":${ms},"events":3}`],
  ["timestamp", (ms: number) => `{"timestamp":${1_700_000_000_000 + ms}}`],
  ["timestamp with a space, as Python writes it", (ms: number) => `{"n": 1, "timestamp": ${ms}}`],
])("latencyMs is how much longer than the fastest a heartbeat was under way: %s", async (_, data) => {
  const { client, hear } = await connected({}, { "x-heartbeat-interval": "3" });
  const beat = (sentMs: number) => hear(`event: heartbeat\ndata: ${data(sentMs)}\n\n`);
  expect(client.latencyMs).toBeNull();
  clock.pass(40);
  await beat(0);
  expect(client.latencyMs).toBe(0);
  clock.pass(3000);
  await beat(2980);
  expect(client.latencyMs).toBe(20);
  clock.pass(2950);
  await beat(6000); // faster than any before
  expect(client.latencyMs).toBe(0);
  clock.pass(4500);
  await beat(9000);
  expect([client.latencyMs, client.health]).toEqual([1500, "degraded"]);
});

test("a heartbeat of another name, and one without a time", async () => {
  const { client, messages, hear } = await connected({ heartbeatEvent: "beat" });
  await hear('event: heartbeat\ndata: {"timestamp":5}\n\nevent: beat\ndata: no time\n\n');
  expect(client.latencyMs).toBeNull();
  await hear('event: beat\ndata: {"timestamp":5}\n\n');
  expect([client.latencyMs, messages]).toEqual([0, []]);
});

test("heartbeats are dispatched as any event, where they are listened to", async () => {
  const { client, exchange } = await connected();
  const heard = nextEvent(client, "heartbeat");
  exchange.write("event: heartbeat\ndata: {}\n\n");
  expect(await heard).toMatchObject({ data: "{}" });
});

test("nothing more is asked of the clock after close()", async () => {
  const { client } = await connected();
  client.close();
  await settle();
  expect(clock.isWaiting).toBe(false);
});
