// What a log record is: every combination of its fields, what is refused, and what holds for any records.

import { runInNewContext } from "node:vm";
import { createHub, createLogEmitter, LOG_LEVELS, type LogOptions, type LogRecord } from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";
import { randomOf } from "../support/random.js";

const AGENTS = ["story", "asset", "code", "deploy", "orchestrator"] as const;
const AT_ONCE: LogOptions = { policy: { rate: false, merge: false }, warnOfVague: false };

let count = 0;
const emitterWith = (options: LogOptions = AT_ONCE) =>
  createLogEmitter(createHub({ name: `log fields ${++count}` }), options);

/** What a room's listeners hear while the function runs. */
async function heard(emitter: ReturnType<typeof emitterWith>, act: () => number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const end = emitter.subscribe("room 1", (record) => records.push(record));
  const expected = act();
  await until(() => records.length >= expected);
  end();
  return records;
}

/** The members that a caller may give or leave out. */
const OPTIONAL = {
  step: 3, // metadata of the caller's own
  userId: "u1",
  roomId: "another room",
  duration: 2500,
  error: "API rate limit exceeded",
};
const subsets = <Name extends string>(names: readonly Name[]): Name[][] =>
  names.length === 0 ? [[]] : subsets(names.slice(1)).flatMap((rest) => [rest, [names[0] as Name, ...rest]]);

const combinations = AGENTS.flatMap((agentType) =>
  LOG_LEVELS.flatMap((level) =>
    subsets(Object.keys(OPTIONAL) as (keyof typeof OPTIONAL)[]).map((members) => [agentType, level, members] as const),
  ),
);

test(`all ${combinations.length} combinations of fields`, async () => {
  expect(combinations).toHaveLength(5 * 4 * 32);
  const emitter = emitterWith();
  const records = await heard(emitter, () => {
    for (const [agentType, level, members] of combinations) {
      const metadata = Object.fromEntries(members.map((name) => [name, OPTIONAL[name]]));
      emitter.emitLog("room 1", agentType, level, "Story generation is under way", metadata);
    }
    return combinations.length;
  });
  records.forEach(({ timestamp, ...record }, at) => {
    const [agentType, level, members] = combinations[at] as (typeof combinations)[number];
    const { step: _, ...lifted } = OPTIONAL;
    const own = Object.fromEntries(members.filter((name) => name !== "step").map((name) => [name, lifted[name]]));
    expect(record).toEqual({
      ...{ agentType, level, message: "Story generation is under way", roomId: "room 1" },
      ...own,
      ...(members.includes("step") && { metadata: { step: 3 } }),
    });
    expect(new Date(timestamp).toISOString()).toBe(timestamp);
  });
});

test.each<[string, unknown[], string, string]>([
  [
    "an unknown agent",
    ["poet", "info", "m"],
    "agentType",
    'agentType must be one of story, asset, code, deploy, orchestrator, not "poet"',
  ],
  [
    "an unknown level",
    ["story", "fatal", "m"],
    "level",
    'level must be one of info, warn, error, success, not "fatal"',
  ],
  ["no level", ["story", undefined, "m"], "level", "level is missing: it must be one of info, warn, error, success"],
  [
    "no agent",
    [null, "info", "m"],
    "agentType",
    "agentType must be one of story, asset, code, deploy, orchestrator, not null",
  ],
  [
    "an agent that is an object",
    [{}, "info", "m"],
    "agentType",
    "agentType must be one of story, asset, code, deploy, orchestrator, not an object",
  ],
  ["no message", ["story", "info", undefined], "message", "message is missing: it must be a string that is not empty"],
  ["an empty message", ["story", "info", ""], "message", 'message must be a string that is not empty, not ""'],
  ["a message that is none", ["story", "info", 5], "message", "message must be a string that is not empty, not 5"],
  ["metadata that is a text", ["story", "info", "m", "more"], "metadata", 'metadata must be an object, not "more"'],
  ["metadata that is a list", ["story", "info", "m", [1]], "metadata", "metadata must be an object, not an array"],
  [
    "a negative duration",
    ["story", "info", "m", { duration: -1 }],
    "duration",
    "duration must be a number of at least 0, not -1",
  ],
  [
    "a duration that is none",
    ["story", "info", "m", { duration: "2s" }],
    "duration",
    'duration must be a number of at least 0, not "2s"',
  ],
  [
    "a duration that is NaN",
    ["story", "info", "m", { duration: Number.NaN }],
    "duration",
    "duration must be a number of at least 0, not null",
  ],
  [
    "a user that is a number",
    ["story", "info", "m", { userId: 7 }],
    "userId",
    "userId must be a string that is not empty, not 7",
  ],
  [
    "an error that is a number",
    ["story", "info", "m", { error: 7 }],
    "error",
    "error must be a string that is not empty, not 7",
  ],
])("%s is refused, and the field named", (_, args, member, message) => {
  const emitter = emitterWith();
  const emit = () => (emitter.emitLog as (...args: unknown[]) => unknown)("room 1", ...args);
  expect(emit).toThrow(
    expect.objectContaining({ code: "INVALID_DATA", message, cause: [{ message, path: [member] }] }),
  );
  expect(emitter.emitLog("room 1", "story", "info", "The next one is taken")).toMatchObject({ state: "sent" });
});

class Own {
  readonly a = 1;
}
test.each<[string, unknown, string]>([
  ["a Map", new Map([["a", 1]]), "an instance of Map: spread it"],
  ["a Date", new Date(), "an instance of Date: spread it"],
  ["an instance", new Own(), "an instance of Own: spread it"],
  ["a function", () => 1, "a function"],
  ["a number", 5, "a number"],
])("metadata that is %s is refused, not lost", (_, metadata, what) => {
  const emitter = emitterWith();
  const expected = expect.objectContaining({
    code: "INVALID_DATA",
    message: `metadata must be an object, not ${what}`,
  });
  expect(() => emitter.emitLog("1", "story", "info", "It is under way", metadata as never)).toThrow(expected);
  expect(() => emitter.fallback("1", "story", "a", "b", undefined, metadata as never)).toThrow(expected);
  expect(() => emitter.stateChange("1", "story", "a", "b", "c", metadata as never)).toThrow(expected);
});

test("an error alone is metadata, whatever it comes from", async () => {
  const emitter = emitterWith();
  const foreign = runInNewContext("new TypeError('of another realm')") as object;
  const hostile = Object.defineProperty({}, "message", {
    get: () => {
      throw new Error("no");
    },
  });
  const records = await heard(emitter, () => {
    for (const error of [new Error("my own"), foreign, { message: "by its form" }]) {
      emitter.emitLog("room 1", "story", "error", "It has come to an end", error as never);
      emitter.emitLog("room 1", "story", "error", "It has come to an end", { error });
    }
    emitter.emitLog("room 1", "story", "error", "It has come to an end", { error: hostile });
    return 7;
  });
  const messages = ["my own", "of another realm", "by its form"];
  expect(records.map(({ error }) => error)).toEqual([...messages.flatMap((one) => [one, one]), "Error"]);
});

test("what is undefined is as if it had been left out", async () => {
  const emitter = emitterWith({
    ...{ agentTypes: undefined, warnOfVague: false },
    policy: { rate: undefined, redact: undefined, maxBytes: undefined, limits: { connections: undefined } },
  } as unknown as LogOptions);
  const [record] = await heard(emitter, () => {
    emitter.emitLog("room 1", "story", "info", "login with password=hunter2hunter2", { long: "x".repeat(50_000) });
    return 1;
  });
  expect(record?.message).toBe("login with password=[REDACTED]");
  expect(JSON.stringify(record).length).toBeLessThanOrEqual(10 * 1024);
});

test("what cannot be written is refused", () => {
  const emitter = emitterWith();
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect(() => emitter.emitLog("room 1", "story", "info", "m", circular)).toThrow(
    expect.objectContaining({ code: "UNSERIALIZABLE" }),
  );
  expect(() => emitter.emitLog("room 1", "story", "info", "m", { big: 1n })).toThrow(
    expect.objectContaining({ code: "UNSERIALIZABLE" }),
  );
  expect(() => emitter.emitLog("", "story", "info", "m")).toThrow("roomId must not be empty");
  expect(() => emitter.emitLog(undefined as never, "story", "info", "m")).toThrow("roomId must be a string");
  expect(() => emitter.hub.publish("room-log:room 1", { event: "story", data: {} })).toThrow(
    "event must be one of log",
  );
});

test("errors and secrets are made harmless", async () => {
  const emitter = emitterWith();
  const token = ["sk", "live", "4242424242424242abcdefgh"].join("_");
  const [first, second, third] = await heard(emitter, () => {
    const error = new Error(`ENOENT: /srv/app/secret.txt\n    at read (/srv/app/index.js:3:1)`);
    emitter.emitLog("room 1", "story", "error", "Story could not be read", { error });
    emitter.emitLog("room 1", "story", "info", `Calling with ${token}`, { apiKey: token });
    emitter.emitLog("room 1", "story", "error", "It failed without a word", { error: new Error("") });
    return 3;
  });
  expect(first?.error).toBe("ENOENT: [path]");
  expect(JSON.stringify(second)).not.toContain(token);
  expect(third?.error).toBe("Error");
});

test("metadata goes first where a record is too large, and 10 KiB is the most", async () => {
  const emitter = emitterWith();
  const message = "m".repeat(2000);
  const records = await heard(emitter, () => {
    emitter.emitLog("room 1", "story", "info", message, {
      userId: "u",
      text: "x".repeat(100_000),
      list: Array(9000).fill(1),
    });
    emitter.emitLog("room 1", "story", "info", "m".repeat(50_000));
    return 2;
  });
  for (const record of records) expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(10 * 1024);
  expect(records[0]).toMatchObject({ message, userId: "u", level: "info", agentType: "story", roomId: "room 1" });
  expect(records[1]?.message).toContain("…[cut ");
});

describe("whatever is written", () => {
  const TEXTS = [
    "m",
    'a "quoted" one\\',
    "ä😀\u2028",
    "line\nbreak\r\n",
    "\u0000",
    "x".repeat(20_000),
    " ",
    "__proto__",
  ];

  test.each(Array.from({ length: 20 }, (_, at) => at + 1))("a record has its format, seed %i", async (seed) => {
    const next = randomOf(seed);
    const one = <Value>(values: readonly Value[]) => values[Math.floor(next() * values.length)] as Value;
    const emitter = emitterWith(
      next() < 0.5 ? AT_ONCE : { policy: { rate: { perSecond: 5000 }, merge: { windowMs: 5 } }, warnOfVague: false },
    );
    const records: LogRecord[] = [];
    const end = emitter.subscribe("room 1", (record) => records.push(record));
    for (let n = 0; n < 200; n++) {
      const metadata =
        next() < 0.3 ? undefined : { [one(TEXTS)]: one(TEXTS), n, duration: next() * 1e6, error: one(TEXTS) };
      emitter.emitLog("room 1", one(AGENTS), one(LOG_LEVELS), one(TEXTS), metadata);
    }
    emitter.hub.flush();
    emitter.emitLog("room 1", "story", "info", "The last one of all");
    emitter.hub.flush();
    await until(() => records.at(-1)?.message === "The last one of all");
    end();
    let before = "";
    for (const record of records) {
      expect(AGENTS).toContain(record.agentType);
      expect(LOG_LEVELS).toContain(record.level);
      expect(typeof record.message).toBe("string");
      expect(record.message).not.toBe("");
      expect(record.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(record.timestamp >= before).toBe(true); // the order of the texts is that of the times
      before = record.timestamp;
      expect(record.metadata === undefined || Object(record.metadata) === record.metadata).toBe(true);
      expect(record.duration ?? 0).toBeGreaterThanOrEqual(0);
      expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(10 * 1024);
      if (record.count !== undefined) {
        expect(record.count).toBeGreaterThan(1);
        expect((record.firstAt as string) <= (record.lastAt as string)).toBe(true);
        expect((record.firstAt as string) <= record.timestamp).toBe(true);
      }
    }
    const all = records.reduce((sum, { count = 1 }) => sum + count, 0);
    expect(all).toBeGreaterThanOrEqual(201); // the first of similar ones is told twice: by itself, and in the count
  });

  test.each([1, 2, 3])("no buffer has more than it may, seed %i", async (seed) => {
    const next = randomOf(seed);
    const emitter = emitterWith({
      policy: { rate: { perSecond: 1, buffer: { events: 50, bytes: 64 * 1024 } }, merge: false },
    });
    for (let n = 0; n < 2000; n++) {
      emitter.emitLog(`room ${Math.floor(next() * 3)}`, "story", "info", `m ${n} ${"x".repeat(next() * 3000)}`);
    }
    const { held, dropped, published } = emitter.hub.stats().policies["room-log:**"] as unknown as Record<
      string,
      number
    >;
    const { waiting } = emitter.hub.stats().memory.core;
    expect(waiting).toBeLessThanOrEqual(3 * (64 * 1024 + 4096));
    expect((held as number) + (published as number)).toBe(2000); // each was sent or has waited
    expect(dropped).toBeGreaterThan(1500);
    expect(emitter.hub.stats().heldEvents).toBeLessThanOrEqual(150);
  });
});
