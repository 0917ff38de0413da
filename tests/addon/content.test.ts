// What the data of events may be: size, secrets, and keys that are made of it.
import {
  type ChannelPolicy,
  createHub,
  type HubMessage,
  type HubOptions,
  policies,
} from "../../js/src/server/index.js";
import { StreamReader } from "./reading.js";

let count = 0;
const hubWith = (policy: Omit<ChannelPolicy, "match">, options: HubOptions = {}) =>
  createHub({ name: `content ${++count}`, policies: [{ match: "c:*", ...policy }], ...options });
type TestHub = ReturnType<typeof hubWith>;

const message = (data: unknown, more: object = {}) =>
  ({ event: "e", data, ...more }) as HubMessage<Record<string, unknown>>;

/** What a client, a poll, a listener and a replay are given of the messages. */
async function seenOf(hub: TestHub, messages: readonly ReturnType<typeof message>[], channel = "c:1") {
  const request = (accept: string) =>
    new Request("http://host/", { headers: { Accept: accept, "Last-Event-ID": "x.0" } });
  const heard: unknown[] = [];
  const stop = hub.subscribe(channel, ({ data }) => heard.push(typeof data === "string" ? data : JSON.stringify(data)));
  for (const one of messages) hub.publish(channel, one);
  const replay = await hub.response(request("text/event-stream"), { channels: [channel] });
  const reader = await new StreamReader(replay.body as ReadableStream<Uint8Array>).untilEvents(messages.length + 1);
  const streamed = reader.events.slice(1).map((event) => event.slice(event.indexOf(":") + 1));
  await reader.cancel();
  const poll = await hub.response(request("application/json"), { channels: [channel] });
  const polled = (await poll.json()).events.map(({ data }: { data: string }) => data);
  expect(polled).toEqual(streamed);
  stop();
  return streamed;
}

describe("redaction", () => {
  test("nobody is given a secret, however he reads", async () => {
    const hub = hubWith({ redact: true });
    const token = `ghp_${"a1B2c3D4e5F6g7H8i9J0".repeat(2).slice(0, 36)}`;
    const seen = await seenOf(hub, [
      message({ user: "ann", password: "hunter2", n: 1 }),
      message({ message: `pushed with ${token}` }),
      message(`token ${token} in a text`),
      message("Authorization: Bearer abc", { raw: true }),
      message({ clean: "nothing of it" }),
    ]);
    expect(seen).toEqual([
      '{"user":"ann","password":"[REDACTED]","n":1}',
      '{"message":"pushed with [REDACTED]"}',
      '"token [REDACTED] in a text"',
      "Authorization: [REDACTED]",
      '{"clean":"nothing of it"}',
    ]);
    expect(hub.stats().policies["c:*"]).toMatchObject({ redacted: 4, truncated: 0 });
  });

  test("what is refused does not count as redacted", () => {
    const hub = hubWith({ redact: true, limits: { publishesPerUser: 1 } });
    const publish = () => hub.publish("c:1", { event: "e", data: { password: "hunter2" }, userId: "eve" });
    publish();
    expect(publish).toThrow(expect.objectContaining({ code: "RATE_LIMITED" }));
    expect(hub.stats().policies["c:*"]).toMatchObject({ redacted: 1, published: 1 });
  });

  test("without it, and in other channels, everything stays", async () => {
    const hub = hubWith({ redact: true });
    expect(await seenOf(hub, [message({ password: "x" })], "else")).toEqual(['{"password":"x"}']);
    expect(await seenOf(createHub({ name: `content ${++count}` }), [message({ password: "x" })])).toEqual([
      '{"password":"x"}',
    ]);
  });

  test("the hub may say it for all, and a policy may not want it", async () => {
    const hub = hubWith({ redact: false }, { redact: true });
    expect(await seenOf(hub, [message({ password: "x" })], "else")).toEqual(['{"password":"[REDACTED]"}']);
    expect(await seenOf(hub, [message({ password: "x" })])).toEqual(['{"password":"x"}']);
  });

  test("keys, paths, patterns and addresses of the application's own", async () => {
    const hub = hubWith({
      redact: {
        keys: ["employeeNumber"],
        paths: ["user.*.token"],
        patterns: [{ prefix: "acme_", characters: "a-f0-9", length: 8 }],
        emails: true,
      },
    });
    const data = {
      employee_number: 7,
      user: { ann: { token: "t" } },
      token: "kept",
      a: "acme_0123abcd",
      to: "a@example.com",
    };
    expect(await seenOf(hub, [message(data)])).toEqual([
      '{"employee_number":"[REDACTED]","user":{"ann":{"token":"[REDACTED]"}},"token":"kept","a":"[REDACTED]","to":"[REDACTED]"}',
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a list", ["password"], "policies[0].redact must be an object, not an array"],
    ["a misspelt option", { key: [] }, 'policies[0].redact has no option "key": is it "keys"?'],
    ["keys of no text", { keys: [1] }, "policies[0].redact.keys must be an array of strings"],
    ["a name of two letters", { keys: ["a_b"] }, "a name has at least 3 letters or digits"],
    ["an empty part", { paths: ["a..b"] }, "in which a part is empty"],
    ["too many paths", { paths: Array(65).fill("a") }, "at most 64 are looked for"],
    ["a path too long", { paths: [Array(33).fill("a").join(".")] }, "at most 32 are looked for"],
    ["patterns of no list", { patterns: {} }, "policies[0].redact.patterns must be an array"],
    ["an expression", { patterns: [/x/] }, "policies[0].redact.patterns[0].prefix must be a string"],
    ["an empty prefix", { patterns: [{ prefix: "" }] }, "policies[0].redact.patterns[0].prefix must not be empty"],
    [
      "a quotation mark",
      { patterns: [{ prefix: "a", characters: '"' }] },
      "patterns[0].characters must not be empty, nor hold",
    ],
    ["no length", { patterns: [{ prefix: "a", length: 0 }] }, "patterns[0].length must be a number of at least 1"],
    [
      "a length the wrong way",
      { patterns: [{ prefix: "a", length: [5, 4] }] },
      "must not have its least above its most",
    ],
    ["a hidden backslash", { patterns: [{ prefix: "a", characters: "A-z" }] }, 'the range "A-z", which holds'],
    ["a hidden quotation mark", { patterns: [{ prefix: "a", characters: "!-~" }] }, 'the range "!-~", which holds'],
    ["an empty range", { patterns: [{ prefix: "a", characters: "z-a" }] }, 'the range "z-a", which is empty'],
    ["other letters", { patterns: [{ prefix: "a", characters: "ä" }] }, "characters must be ASCII"],
    [
      "a length of nothing",
      { patterns: [{ prefix: "a", length: null }] },
      "patterns[0].length must be a number or two",
    ],
    ["a length of one", { patterns: [{ prefix: "a", length: [5] }] }, "patterns[0].length must be a number or two"],
  ])("%s is a TypeError", (_what, redact, said) => {
    expect(() => hubWith({ redact: redact as object })).toThrow(TypeError);
    expect(() => hubWith({ redact: redact as object })).toThrow(said);
  });
});

describe("size", () => {
  test("what is larger than maxBytes is refused, by default above 1 MiB", () => {
    const hub = hubWith({ maxBytes: 256 });
    const publish = (channel: string, bytes: number) => hub.publish(channel, message("x".repeat(bytes - 2)));
    expect(publish("c:1", 256).state).toBe("sent");
    expect(() => publish("c:1", 257)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
    expect(publish("else", 1 << 20).state).toBe("sent");
    expect(() => publish("else", (1 << 20) + 1)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
    expect(() => hub.publish("c:1", message("ä".repeat(128)))).toThrow("maxBytes");
  });

  test("or truncated by its structure", async () => {
    const hub = hubWith({ maxBytes: 300, oversize: "truncate", keep: ["kept"] });
    const data = { level: "error", message: "m".repeat(60), kept: "k".repeat(60), rest: "😀".repeat(500) };
    const [seen] = await seenOf(hub, [message(data)]);
    const { rest, ...others } = JSON.parse(seen ?? "");
    expect(others).toEqual({ level: data.level, message: data.message, kept: data.kept });
    expect(rest).toMatch(/^(😀)+…\[cut \d+ bytes\]$/u);
    expect(new TextEncoder().encode(seen).length).toBeLessThanOrEqual(300);
    expect(hub.stats().policies["c:*"]).toMatchObject({ redacted: 0, truncated: 1 });
    const [text] = await seenOf(hub, [message("y".repeat(500), { raw: true })], "c:2");
    expect(text).toMatch(/^y+…\[cut \d+ bytes\]$/);
  });

  test("a secret is redacted before it could be cut in two", async () => {
    const hub = hubWith({ maxBytes: 256, oversize: "truncate", redact: true });
    const data = { a: `${"x ".repeat(80)}DB_PASSWORD=${"s".repeat(60)} ${"y".repeat(300)}` };
    const [seen] = await seenOf(hub, [message(data)]);
    expect(seen).not.toContain("sss");
  });

  test("deep, numerous and broken data", async () => {
    const hub = hubWith({ maxBytes: 1024, oversize: "truncate", redact: true });
    let deep: unknown = { password: "x", pad: "p".repeat(2000) };
    for (let depth = 0; depth < 4000; depth++) deep = depth % 2 ? [deep] : { a: deep };
    const data = [
      deep,
      { n: 1e308, m: -0, big: 123456789012345680000, pad: "p".repeat(2000) },
      ["\ud800".repeat(1000)],
      Array(5000).fill(1),
    ];
    for (const seen of await seenOf(
      hub,
      data.map((one) => message(one)),
    )) {
      expect(() => JSON.parse(seen)).not.toThrow();
      expect(new TextEncoder().encode(seen).length).toBeLessThanOrEqual(1024);
    }
  });

  test.each<[string, Omit<ChannelPolicy, "match">, string]>([
    ["too small", { maxBytes: 255 }, "policies[0].maxBytes must be a number of at least 256"],
    ["an unknown way", { oversize: "cut" as "truncate" }, 'policies[0].oversize cannot be "cut"'],
    ["no list", { keep: "id" as unknown as string[] }, "policies[0].keep must be an array of strings"],
    [
      "more than a history",
      { maxBytes: 5000, history: { bytes: 4000 } },
      "policies[0].maxBytes is above policies[0].history.bytes",
    ],
  ])("%s is a TypeError", (_what, policy, said) => {
    expect(() => hubWith(policy)).toThrow(TypeError);
    expect(() => hubWith(policy)).toThrow(said);
  });
});

describe("keys of similar events", () => {
  test("are made of the fields that the policy names, without numbers", () => {
    const hub = hubWith({ merge: { windowMs: 60_000, fields: ["level", "message"] } });
    const state = (data: unknown, more = {}) => hub.publish("c:1", message(data, more)).state;
    expect(state({ level: "warn", message: "took 12 ms", at: 1 })).toBe("sent");
    expect(state({ level: "warn", message: "took 999 ms", at: 2 })).toBe("held");
    expect(state({ level: "error", message: "took 12 ms" })).toBe("sent");
    expect(state({ other: 1 })).toBe("sent");
    expect(state({ other: 2 })).toBe("sent");
    expect(state({ level: "warn", message: "took 5 ms" }, { mergeKey: "own" })).toBe("sent");
    expect(state("text")).toBe("sent");
    expect(state("text", { raw: true })).toBe("sent");
  });

  test("the preset for logs has all of it", async () => {
    const hub = hubWith(policies.logs);
    const log = (n: number) =>
      message({ level: "info", agentType: "researcher", message: `step ${n}`, metadata: { apiKey: "k" } });
    expect([1, 2, 3].map((n) => hub.publish("c:1", log(n)).state)).toEqual(["sent", "held", "merged"]);
    hub.flush();
    hub.publish("c:1", message({ level: "info", message: "large", metadata: "x".repeat(20_000) }));
    const request = new Request("http://host/", { headers: { Accept: "application/json", "Last-Event-ID": "x.0" } });
    const { events } = await (await hub.response(request, { channels: ["c:1"] })).json();
    const [first, merged, large] = events.map(({ data }: { data: string }) => JSON.parse(data));
    expect(first).toMatchObject({ message: "step 1", metadata: { apiKey: "[REDACTED]" } });
    expect(merged).toMatchObject({ message: "step 3", count: 3 });
    expect(JSON.stringify(large).length).toBeLessThanOrEqual(10 * 1024);
  });

  test("fields of no text are a TypeError", () => {
    expect(() => hubWith({ merge: { fields: [1] as unknown as string[] } })).toThrow(
      "policies[0].merge.fields must be an array of strings",
    );
  });
});
