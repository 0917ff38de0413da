// What a hub writes its log with: pino, winston, console.

import { Writable } from "node:stream";
import { jest } from "@jest/globals";
import pino from "pino";
import winston from "winston";
import { createHub, type Logger, SSEError } from "../../js/src/server/index.js";
import { attaching, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { StreamReader } from "./reading.js";

type Entry = Record<string, unknown>;

/** Where entries go as lines of JSON. */
function lines() {
  const entries: Entry[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split("\n").filter(Boolean)) entries.push(JSON.parse(line) as Entry);
      done();
    },
  });
  return { entries, sink };
}

const LOGGERS: [string, (level: string) => { logger: Logger; entries: Entry[] }][] = [
  [
    "pino",
    (level) => {
      const { entries, sink } = lines();
      return { entries, logger: pino({ level, formatters: { level: (label) => ({ level: label }) } }, sink) };
    },
  ],
  [
    "winston",
    (level) => {
      const { entries, sink } = lines();
      const transports = [new winston.transports.Stream({ stream: sink })];
      return { entries, logger: winston.createLogger({ level, format: winston.format.json(), transports }) };
    },
  ],
  [
    "console",
    (level) => {
      const entries: Entry[] = [];
      const order = ["debug", "info", "warn", "error"];
      const write = (of: string) => (message: string, fields: object) => {
        if (order.indexOf(of) >= order.indexOf(level)) entries.push({ level: of, message, ...fields });
      };
      const logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
      return { entries, logger };
    },
  ],
];

let count = 0;
const messageOf = (entry: Entry) => `${entry.level} ${entry.msg ?? entry.message}`;

describe.each(LOGGERS)("%s", (kind, make) => {
  test("has an access record of each stream that ends, and nothing of tokens or data", async () => {
    const { logger, entries } = make("info");
    const hub = createHub({ name: `logged ${kind} ${++count}`, logger });
    const { id } = hub.publish("room:1", { event: "e", data: "secret data" });
    const headers = { "Last-Event-ID": id as string, Authorization: "Bearer secret-token", "X-Trace-ID": "t1" };
    const response = await hub.response(new Request("http://host/?token=secret-query", { headers }), {
      channels: ["room:1"],
      userId: "ann",
    });
    const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
    hub.publish("room:1", { event: "e", data: "more secret data" });
    await reader.untilEvents(1);
    await reader.cancel();
    await until(() => entries.length === 1);
    expect(messageOf(entries[0] as Entry)).toBe("info millrace: stream ended");
    expect(entries[0]).toMatchObject({
      hub: hub.name,
      kind: "access",
      streamId: expect.stringMatching(/^s\d+$/),
      traceId: "t1",
      userId: "ann",
      channels: ["room:1"],
      verdict: "continued",
      reason: "disconnected",
      events: 1,
    });
    expect(entries[0]?.bytes).toBeGreaterThan(50);
    expect(entries[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(entries)).not.toContain("secret");
  });

  test("at debug has streams, single events, refusals and heartbeats, too", async () => {
    const { logger, entries } = make("debug");
    const hub = createHub({
      name: `logged ${kind} ${++count}`,
      logger,
      alerts: { everyMs: 10 },
      heartbeat: { everyMs: 5 },
    });
    const response = await hub.response(new Request("http://host/"), { channels: ["c"] });
    const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
    await reader.until(({ text }) => text.includes(": heartbeat"));
    hub.publish("c", { event: "e", data: "secret" });
    await hub.response(new Request("http://host/"), {
      channels: ["c"],
      authorize: () => Promise.reject(new SSEError("NO_SUCH_CHANNEL", "none")),
    });
    await until(() => entries.some((entry) => messageOf(entry).includes("heartbeats")));
    await reader.cancel();
    const said = [...new Set(entries.map(messageOf))];
    expect(said).toEqual(
      expect.arrayContaining([
        "debug millrace: stream opened",
        "debug millrace: event published",
        "debug millrace: request refused",
        "debug millrace: heartbeats",
      ]),
    );
    expect(JSON.stringify(entries)).not.toContain("secret");
  });

  test("has who was not let in as an audit record, and what failed with its error in place of the console", async () => {
    const { logger, entries } = make("info");
    const hub = createHub({ name: `logged ${kind} ${++count}`, logger });
    const printed = jest.spyOn(console, "error").mockImplementation(() => {});
    await hub.response(new Request("http://host/"), { channels: ["c"], authorize: () => false });
    await hub.response(new Request("http://host/"), {
      channels: ["c"],
      authorize: () => Promise.reject(new Error("mine")),
    });
    await until(() => entries.length === 2);
    expect(entries.map(messageOf)).toEqual(["warn millrace: request refused", "error millrace: authorize failed"]);
    expect(entries[0]).toMatchObject({ kind: "audit", code: "FORBIDDEN", category: "authentication", channels: ["c"] });
    expect(JSON.parse(JSON.stringify(entries[1]))).toMatchObject({
      code: "authorize",
      err: { name: "Error", message: "mine", stack: expect.stringContaining("logger.test") },
      traceId: expect.any(String),
    });
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});

test("a stream whose socket the core writes to has its events and bytes in the record", async () => {
  const { logger, entries } = (LOGGERS[2] as (typeof LOGGERS)[0])[1]("info");
  const hub = createHub({ name: `logged ${++count}`, logger });
  const server = await attaching(hub, { channels: ["c"] });
  const client = await RawClient.open(server.port);
  await until(() => hub.stats().takenOver === 1);
  for (let n = 0; n < 3; n++) hub.publish("c", { event: "e", data: "x".repeat(1000) });
  await client.untilEvents(3);
  client.leave();
  await until(() => entries.length === 1);
  expect(entries[0]).toMatchObject({ kind: "access", events: 3, reason: "disconnected" });
  expect(entries[0]?.bytes).toBeGreaterThan(3000);
  expect(hub.stats().policies.default?.deliveredBytes).toBe(entries[0]?.bytes);
  await server.close();
});

test("a logger that throws ends nothing, and is told of on the console", async () => {
  const failing = () => {
    throw new Error("the disk is full");
  };
  const logger = { debug: failing, info: failing, warn: failing, error: failing, isLevelEnabled: failing };
  const hub = createHub({ name: `logged ${++count}`, logger });
  const printed = jest.spyOn(console, "error").mockImplementation(() => {});
  const response = await hub.response(new Request("http://host/"), { channels: ["c"] });
  expect(response.status).toBe(200);
  expect(hub.publish("c", { event: "e", data: 1 }).state).toBe("sent");
  await response.body?.cancel();
  expect(printed.mock.calls[0]?.[0]).toMatch(/the logger of the hub "logged \d+" failed/);
  printed.mockRestore();
});

test("a logger whose promises reject ends nothing, and one that publishes is not asked about that", async () => {
  const printed = jest.spyOn(console, "error").mockImplementation(() => {});
  let calls = 0;
  const debug = () => {
    calls += 1;
    hub.publish("log", { event: "e", data: "of the logger" });
    return Promise.reject(new Error("the backend is down"));
  };
  const hub = createHub({ name: `logged ${++count}`, logger: { debug, info: debug, warn: debug, error: debug } });
  hub.publish("c", { event: "e", data: 1 });
  expect(calls).toBe(1);
  await until(() => printed.mock.calls.length === 1);
  printed.mockRestore();
});

test("a logger goes on after one that failed while the console throws, as some test set-ups have it", () => {
  const printed = jest.spyOn(console, "error").mockImplementation(() => {
    throw new Error("no console in tests");
  });
  const failing = () => {
    throw new Error("the disk is full");
  };
  createHub({
    name: `logged ${++count}`,
    logger: { debug: failing, info: failing, warn: failing, error: failing },
  }).publish("c", { event: "e", data: 1 });
  printed.mockRestore();
  const entries: string[] = [];
  const write = (message: string) => void entries.push(message);
  // A function may be a logger, if it has the methods.
  const logger = Object.assign(() => {}, { debug: write, info: write, warn: write, error: write });
  createHub({ name: `logged ${++count}`, logger }).publish("c", { event: "e", data: 1 });
  expect(entries).toEqual(["millrace: event published"]);
});

test("an error that has caused itself, one of many parts and a long one are written within bounds", async () => {
  const entries: { err: object }[] = [];
  const logger: Logger = {
    ...console,
    error: (_message: string, fields: { err: object }) => void entries.push(fields),
  };
  const hub = createHub({ name: `logged ${++count}`, logger });
  const own = new Error("own cause");
  own.cause = own;
  const parts = new AggregateError([new Error("first"), new Error("second")], "both");
  for (const error of [own, parts, new Error("m".repeat(1_000_000))]) {
    await hub.response(new Request("http://host/"), { channels: ["c"], authorize: () => Promise.reject(error) });
  }
  expect(JSON.stringify(entries).length).toBeLessThan(100_000);
  expect(entries[0]?.err).toMatchObject({ message: "own cause", cause: { message: "own cause" } });
  expect(entries[1]?.err).toMatchObject({ message: "both", errors: [{ message: "first" }, { message: "second" }] });
  expect(entries[2]?.err).toMatchObject({ message: `${"m".repeat(8192)}…` });
});

test("what is no logger is refused, by what it lacks", () => {
  const { debug, info, warn } = console;
  expect(() => createHub({ name: "no logger", logger: { debug, info, warn } as never })).toThrow(
    "logger.error must be a function",
  );
  expect(() => createHub({ name: "no logger", logger: null as never })).toThrow("logger.debug must be a function");
});
