// The logs of rooms: how a stream begins, who is let in, which records come, operations, and what is warned about.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { jest } from "@jest/globals";
import {
  createHub,
  createLogEmitter,
  type HubOptions,
  type LogOptions,
  type LogRecord,
  SSEError,
} from "../../js/src/server/index.js";
import { missingIn } from "../../js/src/streams/logs/vague-message.js";
import { until } from "../addon/listening.js";
import { StreamReader } from "../addon/reading.js";

let count = 0;
const AT_ONCE: LogOptions = { policy: { rate: false, merge: false } };
const emitterWith = (options: LogOptions = AT_ONCE, hub: HubOptions = {}) =>
  createLogEmitter(createHub({ name: `logs ${++count}`, ...hub }), options);
type Emitter = ReturnType<typeof emitterWith>;

const ask = (emitter: Emitter, query = "", headers: Record<string, string> = {}, more: RequestInit = {}) =>
  emitter.response(new Request(`http://host/api/rooms/1/logs${query}`, { headers, ...more }), "1");

async function following(emitter: Emitter, query = "", headers = {}): Promise<StreamReader> {
  const response = await ask(emitter, query, headers);
  expect(response.status).toBe(200);
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

const logsOf = ({ events }: StreamReader): LogRecord[] =>
  events.filter((event) => event.startsWith("log:")).map((event) => JSON.parse(event.slice("log:".length)));
const messagesOf = (reader: StreamReader) => logsOf(reader).map(({ message }) => message);

describe("a stream", () => {
  test("says what it is connected to, and gives the last records, then what comes", async () => {
    const emitter = emitterWith({ ...AT_ONCE, recentLogs: 2 });
    for (const n of [1, 2, 3]) emitter.emitLog("1", "story", "info", `Chapter ${n} is written`);
    emitter.emitLog("2", "story", "info", "Another room is none of it");
    const reader = await following(emitter);
    emitter.emitLog("1", "code", "success", "Chapter 4 is written");
    await reader.untilEvents(4);
    expect(JSON.parse(reader.events[0]?.slice("connected:".length) as string)).toEqual({
      ...{ roomId: "1", connectionId: expect.stringMatching(/^s\d+$/) },
      limits: { connectionsPerRoom: 10, connections: 100, recordsPerSecond: null, recordBytes: 10240 },
    });
    expect(messagesOf(reader)).toEqual(["Chapter 2 is written", "Chapter 3 is written", "Chapter 4 is written"]);
    await reader.cancel();
  });

  test("is told the limits that hold", async () => {
    const emitter = emitterWith({ policy: { limits: { total: 3, connections: 2 }, maxBytes: 4096 } });
    const reader = await (await following(emitter)).untilEvents(1);
    expect(reader.events[0]).toContain(
      '"limits":{"connectionsPerRoom":2,"connections":3,"recordsPerSecond":10,"recordBytes":4096}',
    );
    await reader.cancel();
  });

  test("has heartbeats as events", async () => {
    const emitter = emitterWith();
    const response = await emitter.response(new Request("http://host/"), "1", {
      heartbeat: { everyMs: 5, event: "heartbeat", data: { count: "{n}", uptimeSeconds: "{uptimeSeconds}" } },
    });
    const reader = await new StreamReader(response.body as ReadableStream<Uint8Array>).untilEvents(3);
    expect(reader.events.slice(1, 3)).toEqual([
      expect.stringMatching(/^heartbeat:{"count":1,"uptimeSeconds":[\d.]+}$/),
      expect.stringMatching(/^heartbeat:{"count":2,"uptimeSeconds":[\d.]+}$/),
    ]);
    await reader.cancel();
  });

  test("goes on where its client was", async () => {
    const emitter = emitterWith();
    const { id } = emitter.emitLog("1", "story", "info", "The first one of them");
    emitter.emitLog("1", "story", "info", "The second one of them");
    const reader = await following(emitter, "", { "Last-Event-ID": id });
    await reader.until(({ events }) => events.length >= 3);
    expect(messagesOf(reader)).toEqual(["The second one of them"]);
    expect(reader.events[1]).toMatch(/^connected:/);
    await reader.cancel();
  });

  test("each connection has its own name, and ten of a room are the most", async () => {
    const emitter = emitterWith();
    const readers = await Promise.all(Array.from({ length: 10 }, () => following(emitter)));
    const names = new Set<string>();
    for (const reader of readers) {
      await reader.untilEvents(1);
      names.add(JSON.parse(reader.events[0]?.slice("connected:".length) as string).connectionId);
    }
    expect(names.size).toBe(10);
    expect(emitter.getConnectionCount("1")).toBe(10);
    const refused = await ask(emitter);
    expect([refused.status, refused.headers.get("Content-Type")]).toEqual([429, "application/problem+json"]);
    expect(await refused.json()).toMatchObject({ code: "TOO_MANY_CONNECTIONS" });
    expect((await emitter.response(new Request("http://host/"), "2")).status).toBe(200);
    await Promise.all(readers.map((reader) => reader.cancel()));
    await until(() => emitter.getConnectionCount("1") === 0);
  });

  test("a hundred in all are the most", async () => {
    const emitter = emitterWith();
    const open = (at: number) => emitter.response(new Request("http://host/"), `room ${Math.floor(at / 10)}`);
    const responses = await Promise.all(Array.from({ length: 100 }, (_, at) => open(at)));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect((await open(100)).status).toBe(429);
    await responses[0]?.body?.cancel();
    expect((await open(100)).status).toBe(200);
    emitter.hub.close();
  });

  test("is a poll for who wants JSON", async () => {
    const emitter = emitterWith();
    emitter.emitLog("1", "story", "info", "The first one of them");
    const body = await (await ask(emitter, "", { Accept: "application/json" })).json();
    expect(body.events).toHaveLength(1);
    emitter.emitLog("1", "story", "error", "The second one of them");
    const more = await (
      await ask(emitter, "", { Accept: "application/json", "Last-Event-ID": body.lastEventId })
    ).json();
    expect(more.events.map(({ data }: { data: string }) => JSON.parse(data).message)).toEqual([
      "The second one of them",
    ]);
  });
});

describe("levels and agents", () => {
  test.each([
    ["", ["story info", "story error", "code info", "code error"]],
    ["?levels=error", ["story error", "code error"]],
    ["?agents=code", ["code info", "code error"]],
    ["?levels=error,warn&agents=story", ["story error"]],
    ["?levels=error&levels=warn&agents=story", ["story error"]],
    ["?levels=%20error%20,,info&agents=", ["story info", "story error", "code info", "code error"]],
  ])("%s", async (query, expected) => {
    const emitter = emitterWith();
    const put = () => {
      for (const agent of ["story", "code"] as const) {
        for (const level of ["info", "error"] as const) emitter.emitLog("1", agent, level, `${agent} ${level}`);
      }
    };
    put();
    const reader = await following(emitter, query);
    put();
    await reader.untilEvents(1 + 2 * expected.length);
    expect(messagesOf(reader)).toEqual([...expected, ...expected]);
    await reader.cancel();
  });

  test.each([
    ["?levels=fatal", 'There is no level "fatal": it must be one of info, warn, error, success'],
    ["?agents=poet", 'There is no agent "poet": it must be one of story, asset, code, deploy, orchestrator'],
    ["?levels=Info", 'There is no level "Info"'],
  ])("%s is refused", async (query, detail) => {
    const response = await ask(emitterWith(), query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "BAD_REQUEST", detail: expect.stringContaining(detail) });
  });

  test("agents of one's own", async () => {
    const emitter = createLogEmitter(createHub({ name: `logs ${++count}` }), {
      ...AT_ONCE,
      agentTypes: ["build", "test"],
    });
    emitter.emitLog("1", "build", "info", "Build is under way");
    expect(() => emitter.emitLog("1", "story" as never, "info", "m")).toThrow("agentType must be one of build, test");
    const reader = await following(emitter as unknown as Emitter, "?agents=build");
    await reader.untilEvents(2);
    await reader.cancel();
  });
});

describe("who may read a room", () => {
  test("is asked before anything is opened", async () => {
    const asked: unknown[] = [];
    const emitter = emitterWith({
      authorize: ({ roomId, channels, request }) => {
        asked.push([roomId, channels, request.headers.get("authorization")]);
        if (request.headers.get("authorization") === null) throw new SSEError("UNAUTHENTICATED", "Who are you?");
        return request.headers.get("authorization") === "Bearer ann" ? { userId: "ann" } : false;
      },
    });
    expect((await ask(emitter)).status).toBe(401);
    expect((await ask(emitter, "", { Authorization: "Bearer bob" })).status).toBe(403);
    expect((await ask(emitter, "", { Authorization: "Bearer bob", Accept: "application/json" })).status).toBe(403);
    expect((await ask(emitter, "", { Authorization: "Bearer ann" })).status).toBe(200);
    expect(asked.at(-1)).toEqual(["1", ["room-log:1"], "Bearer ann"]);
    expect(emitter.getConnectionCount("1")).toBe(1);
    emitter.hub.close();
  });

  test("a room that is none is answered 404", async () => {
    const emitter = emitterWith({ exists: async (roomId) => roomId === "1" });
    expect((await ask(emitter)).status).toBe(200);
    const response = await emitter.response(new Request("http://host/"), "2");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "NO_SUCH_CHANNEL", detail: "There is no room of this id" });
    for (const id of ["", undefined, "\ud800"]) {
      expect((await emitter.response(new Request("http://host/"), id as string)).status).toBe(404);
    }
    expect((await ask(emitter, "", {}, { method: "POST" })).status).toBe(400);
    emitter.hub.close();
  });

  test("connections and their ends are logged, and so are refusals", async () => {
    const lines: [string, string, Record<string, unknown>][] = [];
    const to = (level: string) => (message: string, fields: Record<string, unknown>) =>
      lines.push([level, message, fields]);
    const logger = { debug: to("debug"), info: to("info"), warn: to("warn"), error: to("error") };
    const emitter = emitterWith({ ...AT_ONCE, authorize: ({ roomId }) => roomId === "1" }, { logger: logger as never });
    const reader = await following(emitter);
    await reader.untilEvents(1);
    await reader.cancel();
    await emitter.response(new Request("http://host/"), "2");
    const about = { channels: ["room-log:1"] };
    expect(lines).toContainEqual(["debug", "millrace: stream opened", expect.objectContaining(about)]);
    expect(lines).toContainEqual([
      "info",
      "millrace: stream ended",
      expect.objectContaining({ kind: "access", ...about }),
    ]);
    expect(lines).toContainEqual(["warn", "millrace: request refused", expect.objectContaining({ code: "FORBIDDEN" })]);
  });
});

describe("the rules", () => {
  test("ten records a second leave, and similar ones become one", async () => {
    const emitter = emitterWith({});
    const reader = await following(emitter);
    for (let n = 1; n <= 5; n++) emitter.emitLog("1", "story", "info", `Page ${n} of the story is written`);
    for (let n = 1; n <= 12; n++) emitter.emitLog("1", "story", "info", `${"abcdefghijkl"[n]} is another one`);
    await reader.untilEvents(1 + 1 + 12 + 1);
    const records = logsOf(reader);
    const merged = records.find(({ count }) => count !== undefined) as LogRecord;
    expect(merged).toMatchObject({ message: "Page 5 of the story is written", count: 5 });
    expect([merged.firstAt, merged.lastAt].map((time) => new Date(time as string).toISOString())).toEqual([
      merged.firstAt,
      merged.lastAt,
    ]);
    const times = records.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThanOrEqual(290);
    await reader.cancel();
  });

  test("those of the hub come first", async () => {
    const emitter = emitterWith({}, { policies: [{ match: "room-log:**", limits: { connections: 1 } }] });
    expect((await ask(emitter)).status).toBe(200);
    expect((await ask(emitter)).status).toBe(429);
    emitter.hub.close();
  });

  test.each<[unknown, string]>([
    [{ agentTypes: [] }, "agentTypes must not be empty"],
    [{ agentTypes: ["a,b"] }, 'agentTypes has "a,b"'],
    [{ agentTypes: Array.from({ length: 251 }, (_, at) => `a${at}`) }, "agentTypes must be at most 250"],
    [{ agentType: ["a"] }, 'createLogEmitter has no option "agentType": is it "agentTypes"?'],
    [{ policy: { records: false } }, 'policy has no option "records"'],
    [{ policy: { limits: { conections: 1 } } }, 'limits has no option "conections"'],
    [{ recentLogs: -1 }, "recentLogs must be a whole number of at least 0"],
    [{ recentLogs: 1.5 }, "recentLogs must be a whole number of at least 0"],
    [{ agentTypes: ["a\nb"] }, 'agentTypes has "a\\nb"'],
    [{ agentTypes: ["a".repeat(65)] }, "a name must have 1 to 64 characters"],
    [{ policy: { throttle: {} } }, 'policy has no option "throttle"'],
    [{ policy: { keep: "error" } }, "policy.keep must be an array of strings"],
    [{ policy: { limits: null } }, "policy.limits must be an object"],
    [{ policy: { maxBytes: 256 } }, "policy.maxBytes must be a number of at least 1024"],
    [{ authorize: true }, "authorize must be a function"],
    [{ exists: {} }, "exists must be a function"],
    [{ progressEveryMs: 0 }, "progressEveryMs must be a number of at least 1"],
    [{ warnOfVague: 1 }, "warnOfVague must be true or false"],
  ])("%j is no option", (options, message) => {
    expect(() => emitterWith(options as LogOptions)).toThrow(message);
    expect(() => createLogEmitter({} as never)).toThrow("hub must be a hub");
  });

  test("what a policy of the hub leaves out is the emitter's", async () => {
    const hub: HubOptions = { policies: [{ match: "**", history: { events: 5 }, limits: { connections: 1 } }] };
    const emitter = emitterWith({ policy: { rate: false, merge: false } }, hub);
    expect(() => emitter.emitLog("1", "poet" as never, "info", "m")).toThrow("agentType must be one of");
    const records: LogRecord[] = [];
    const end = emitter.subscribe("1", (record) => records.push(record));
    emitter.emitLog("1", "story", "info", "login with password=hunter2hunter2");
    await until(() => records.length === 1);
    expect(records[0]).toMatchObject({ message: "login with password=[REDACTED]", timestamp: expect.any(String) });
    end();
    expect((await ask(emitter)).status).toBe(200);
    expect((await ask(emitter)).status).toBe(429);
    emitter.hub.close();
  });

  test("another emitter of the hub, without options, has those of the first", async () => {
    const hub = createHub({ name: `logs ${++count}` });
    const first = createLogEmitter(hub, {
      ...AT_ONCE,
      agentTypes: ["build"],
      authorize: ({ roomId }) => roomId === "1",
    });
    const second = createLogEmitter(createHub({ name: hub.name }));
    expect((await second.response(new Request("http://host/"), "2")).status).toBe(403);
    expect(first.emitLog("1", "build", "info", "It is under way")).toMatchObject({ state: "sent" });
    expect(() => second.emitLog("1", "story", "info", "m")).toThrow("agentType must be one of build");
    hub.close();
  });

  test("another emitter with other options is a mistake: an error in production, and a warning elsewhere", () => {
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    const { NODE_ENV } = process.env;
    const hub = createHub({ name: `logs ${++count}` });
    createLogEmitter(hub, { agentTypes: ["build"] });
    process.env.NODE_ENV = "production";
    expect(() => createLogEmitter(hub, { agentTypes: ["test"] })).toThrow(
      expect.objectContaining({
        code: "CONFLICTING_OPTIONS",
        message: expect.stringContaining("createLogEmitter.agentTypes"),
      }),
    );
    expect(() => createLogEmitter(hub, { agentTypes: ["build"] })).not.toThrow();
    process.env.NODE_ENV = NODE_ENV;
    const newest = createLogEmitter(hub, { agentTypes: ["test"] });
    expect(warn.mock.calls.flat().join()).toContain("createLogEmitter.agentTypes");
    expect(newest.emitLog("1", "test", "info", "It is under way")).toMatchObject({ state: "sent" });
    warn.mockRestore();
  });

  test("options of a response that are undefined take nothing away", async () => {
    const emitter = emitterWith({ ...AT_ONCE, authorize: () => false });
    const options = { authorize: undefined, heartbeat: undefined, headers: undefined } as never;
    expect((await emitter.response(new Request("http://host/"), "1", options)).status).toBe(403);
    await expect(emitter.response(null as never, "1")).rejects.toThrow("request must be an object");
  });

  test("who is not let in learns no names", async () => {
    const emitter = emitterWith({ ...AT_ONCE, authorize: () => false });
    const response = await ask(emitter, "?agents=x");
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain("story");
  });

  test("a misspelt option of a response lets nobody in", async () => {
    const emitter = emitterWith();
    await expect(
      emitter.response(new Request("http://host/"), "1", { authorise: () => true } as never),
    ).rejects.toThrow("authorize");
  });
});

describe("helpers", () => {
  async function hearing(act: (emitter: Emitter) => unknown, options: LogOptions = AT_ONCE): Promise<LogRecord[]> {
    const emitter = emitterWith(options);
    const records: LogRecord[] = [];
    const end = emitter.subscribe("1", (record) => records.push(record));
    await act(emitter);
    emitter.emitLog("1", "story", "info", "That was the last one");
    await until(() => records.at(-1)?.message === "That was the last one");
    end();
    return records.slice(0, -1);
  }

  test("an operation tells of its start and its success", async () => {
    const records = await hearing(async (emitter) => {
      const answer = await emitter.operation("1", "story", "story generation", async ({ describe }) => {
        describe({ model: "local" });
        return 42;
      });
      expect(answer).toBe(42);
    });
    expect(records).toEqual([
      expect.objectContaining({ level: "info", message: "Starting story generation" }),
      expect.objectContaining({
        ...{ level: "success", message: expect.stringMatching(/^Story generation completed \(\d\.\ds\)$/) },
        ...{ duration: expect.any(Number), metadata: { model: "local" } },
      }),
    ]);
  });

  test("of its failure, with what may be told of the error", async () => {
    const records = await hearing(async (emitter) => {
      const failing = emitter.operation("1", "story", "story generation", () => {
        throw new Error("connect ECONNREFUSED postgres://app:hunter2@db.internal:5432/app");
      });
      await expect(failing).rejects.toThrow("ECONNREFUSED");
    });
    expect(records.at(-1)).toMatchObject({
      ...{ level: "error", message: "Story generation failed: connect ECONNREFUSED postgres://db.internal:5432" },
      ...{ error: "connect ECONNREFUSED postgres://db.internal:5432", duration: expect.any(Number) },
    });
    expect(JSON.stringify(records)).not.toContain("hunter2");
  });

  test("of its progress while it lasts", async () => {
    const records = await hearing(
      (emitter) =>
        emitter.operation("1", "story", "story generation", async ({ note }) => {
          const heard: string[] = [];
          const end = emitter.subscribe("1", ({ message }) => heard.push(message));
          await until(() => heard.length >= 1);
          note("3 of 10 chapters");
          await until(() => heard.some((message) => message.includes("3 of 10")));
          end();
        }),
      { ...AT_ONCE, progressEveryMs: 5 },
    );
    expect(records[1]).toMatchObject({
      level: "info",
      message: expect.stringMatching(/^Story generation: still running \(0\.\ds\)$/),
    });
    expect(records.at(-2)?.message).toMatch(/^Story generation: 3 of 10 chapters \(0\.\ds\)$/);
  });

  test("in words of one's own", async () => {
    const records = await hearing(async (emitter) => {
      const words = {
        start: "Uploading story to Storacha",
        success: (cid: string) => `Story uploaded with CID: ${cid}`,
      };
      await emitter.operation("1", "story", words, () => "bafy");
      await emitter.operation("1", "story", words, () => Promise.reject("no")).catch(() => {});
    });
    expect(records.map(({ message }) => message)).toEqual([
      "Uploading story to Storacha",
      expect.stringMatching(/^Story uploaded with CID: bafy \(0\.\ds\)$/),
      "Uploading story to Storacha",
      "Uploading story to Storacha failed: no",
    ]);
  });

  test("an operation whose first record is refused is not begun", async () => {
    const emitter = emitterWith();
    const run = jest.fn(() => "done");
    await expect(emitter.operation("1", "poet" as never, "a poem", run)).rejects.toThrow("agentType must be one of");
    const words = { start: "Up", success: "Done" };
    const names: [unknown, string][] = [
      ["", "name must not be empty"],
      [null, "name must be an object"],
      [{ ...words, start: "" }, "start must not be empty"],
      [{ start: "Up" }, "success, which is no text, must be a function"],
      [{ ...words, failur: "x" }, 'operation has no option "failur": is it "failure"?'],
    ];
    for (const [name, message] of names) {
      await expect(emitter.operation("1", "story", name as string, run)).rejects.toThrow(message);
    }
    expect(run).not.toHaveBeenCalled();
  });

  test.each<[string, () => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("of mine");
      },
      "of mine",
    ],
    [
      "rejects",
      async () => {
        throw new Error("of mine");
      },
      "of mine",
    ],
    ["gives no text", () => 5, "success must give a text"],
  ])("words that %s do not undo the work", async (_, success, message) => {
    const errors: string[] = [];
    const records = await hearing(async (emitter) => {
      emitter.hub.on("error", ({ code, error }) => errors.push(`${code} ${error}`));
      const words = { start: "Writing a poem", success: success as () => string };
      expect(await emitter.operation("1", "story", words, () => "a poem")).toBe("a poem");
    });
    expect(records.at(-1)).toMatchObject({
      level: "success",
      message: expect.stringMatching(/^Writing a poem: completed \(/),
    });
    expect(errors).toEqual([expect.stringContaining(message)]);
    expect(errors[0]).toMatch(/^module /);
  });

  test("records that fail later do not disturb the work", async () => {
    const emitter = emitterWith();
    const errors: unknown[] = [];
    emitter.hub.on("error", ({ code }) => errors.push(code));
    const run = ({ describe }: { describe(metadata: object): void }) => {
      describe({ userId: 5 });
      return "done";
    };
    await expect(emitter.operation("1", "story", "a poem", run)).resolves.toBe("done");
    expect(errors).toEqual(["module"]);
  });

  test("progress never comes behind the end, and keys in names are found", async () => {
    const key = `ghp_${"a1B2c3D4e5".repeat(4)}`.slice(0, 40);
    const records = await hearing(
      async (emitter) => {
        await emitter.operation("1", "story", `${key} check`, () => {});
        await emitter.operation("1", "story", "a poem", async () => {
          const heard: unknown[] = [];
          const end = emitter.subscribe("1", (record) => heard.push(record));
          await until(() => heard.length >= 3);
          end();
        });
      },
      { progressEveryMs: 5, policy: { rate: { perSecond: 1000 }, merge: { windowMs: 200 } } },
    );
    expect(JSON.stringify(records)).not.toContain(key.slice(1));
    expect(records.at(-1)?.message).toMatch(/^A poem completed/);
    expect(records.filter(({ message }) => message.includes("still running")).length).toBeGreaterThan(1);
  });

  test("fallbacks and changes of state", async () => {
    const records = await hearing((emitter) => {
      emitter.fallback("1", "story", "GPT-4", "the local model", new Error("rate limit exceeded"));
      emitter.fallback("1", "story", "GPT-4", "the local model");
      emitter.stateChange("1", "orchestrator", "Room", "idle", "running", { userId: "ann" });
    });
    expect(records).toEqual([
      expect.objectContaining({
        ...{ level: "warn", message: "Falling back from GPT-4 to the local model: rate limit exceeded" },
        ...{ error: "rate limit exceeded", metadata: { from: "GPT-4", to: "the local model" } },
      }),
      expect.objectContaining({ level: "warn", message: "Falling back from GPT-4 to the local model" }),
      expect.objectContaining({
        ...{ level: "info", message: "Room changed from idle to running", userId: "ann" },
        metadata: { from: "idle", to: "running" },
      }),
    ]);
  });
});

describe("a vague message", () => {
  // The seed's own examples, and neighbours of them.
  test.each([
    "Starting story generation with user input",
    "Story generated successfully (2.5s)",
    "Uploading story to Storacha",
    "Story uploaded with CID: bafybeig...",
    "Story generation failed: API rate limit exceeded",
    "Starting story generation",
    "Story generation completed",
    "Story generation failed",
    "Error 503",
    "Processing 12 files",
    "Готово",
    "完了しました",
  ])("%s says something", (message) => {
    expect(missingIn(message)).toBeUndefined();
  });

  test.each([
    ["Starting...", "what starts"],
    ["Done", "what is done"],
    ["Error", "what has failed, and why"],
    ["Processing data", "which data, or what of it"],
    ["Starting…", "what starts"],
    ["DONE!", "what is done"],
    ["Completed successfully.", "what is done"],
    ["An error has occurred", undefined],
    ["Something went wrong", "what has failed, and why"],
    ["Working on it", "which data, or what of it"],
    ["Loading…", "what is being done"],
    ["...", "what has happened"],
  ])("%s lacks %s", (message, missing) => {
    expect(missingIn(message)).toBe(missing);
  });

  test("is warned about once, where that is asked for, and sent all the same", () => {
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    const quiet = emitterWith({ warnOfVague: false });
    quiet.emitLog("1", "story", "info", "Processing the data now");
    expect(warn).not.toHaveBeenCalled();
    const emitter = emitterWith({ warnOfVague: true });
    for (let times = 0; times < 3; times++) emitter.emitLog("1", "story", "info", "Processing the data now");
    emitter.emitLog("1", "story", "info", "Processing the story of user 7");
    expect(warn.mock.calls).toEqual([[expect.stringContaining('"Processing the data now" does not say which data')]]);
    expect(() => emitter.emitLog("1", "story", "info", undefined as never)).toThrow("message is missing");
    warn.mockRestore();
  });
});

test("in plain Node", async () => {
  const emitter = emitterWith({ ...AT_ONCE, authorize: ({ roomId }) => roomId === "1" });
  const server = createServer((req, res) => {
    void emitter.attach(req, res, new URL(req.url ?? "/", "http://host").pathname.slice(1)).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await fetch(`${url}/1?levels=error`);
  const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
  emitter.emitLog("1", "story", "info", "It is left out here");
  emitter.emitLog("1", "story", "error", "It is told of here");
  await reader.untilEvents(2);
  expect(messagesOf(reader)).toEqual(["It is told of here"]);
  await reader.cancel();
  expect((await fetch(`${url}/2`)).status).toBe(403);
  expect((await fetch(`${url}/1?levels=x`)).status).toBe(400);
  expect((await fetch(`${url}/1`, { method: "DELETE" })).status).toBe(400);
  expect((await fetch(url)).status).toBe(404);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
