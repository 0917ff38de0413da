// The JSON document of a channel: what its events lead to, and who is sent it.

import { gunzipSync } from "node:zlib";
import { mergePatch } from "../../js/src/client/index.js";
import { createHub, type HubOptions, type MergePatch } from "../../js/src/server/index.js";
import { attaching, until } from "./listening.js";
import { RawClient } from "./raw_client.js";
import { StreamReader } from "./reading.js";

interface Job {
  readonly name?: string | null;
  readonly done?: number;
  readonly agents?: { readonly [name: string]: { readonly status: string; readonly message?: string } };
}

let count = 0;
const hubWith = (options: HubOptions = {}) => createHub({ name: `documents ${++count}`, ...options });
type TestHub = ReturnType<typeof hubWith>;

async function reading(hub: TestHub, lastEventId?: string, more = {}): Promise<StreamReader> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
  const response = await hub.response(new Request("http://host/", { headers }), { channels: ["job"], ...more });
  return new StreamReader(response.body as ReadableStream<Uint8Array>);
}

const verdict = (name: string) => `millrace.resume:{"verdict":"${name}"}`;

const JOB: Job = { name: "build", done: 0, agents: { ann: { status: "idle" } } };

test("who begins is sent it before the cursor, and then what changes", async () => {
  const hub = hubWith();
  const job = hub.document<Job>("job");
  expect(await job.get()).toBeUndefined();
  expect(job.set(JOB)?.state).toBe("sent");
  job.patch({ done: 1 });
  const reader = await (await reading(hub)).untilEvents(1);
  expect(reader.text).toMatch(/^event: state\ndata: {"name":"build","done":1,.*}\n\nid: [^\n]+\n\n$/);
  job.patch({ agents: { ann: { status: "running" }, bob: { status: "idle" } } });
  job.patch({ agents: { bob: null } });
  await reader.untilEvents(3);
  expect(reader.events.slice(1)).toEqual([
    'patch:{"agents":{"ann":{"status":"running"},"bob":{"status":"idle"}}}',
    'patch:{"agents":{"bob":null}}',
  ]);
  expect(await job.get()).toEqual({ name: "build", done: 1, agents: { ann: { status: "running" } } });
  await reader.cancel();
});

test("given as a whole, the difference is published, or the whole where that is shorter or no patch says it", async () => {
  const hub = hubWith();
  const job = hub.document<Job>("job");
  const heard: string[] = [];
  hub.subscribe("job", ({ event, data }) => void heard.push(`${event}:${JSON.stringify(data)}`));
  job.set(JOB);
  expect(job.set({ ...JOB })).toBeNull();
  job.set({ ...JOB, done: 7 });
  job.set({ name: null, done: 7 });
  job.set({});
  job.set({ done: 1 });
  await until(() => heard.length === 5);
  expect(heard).toEqual([
    `state:${JSON.stringify(JOB)}`,
    'patch:{"done":7}',
    'state:{"name":null,"done":7}',
    "state:{}",
    'state:{"done":1}',
  ]);
});

test("who has everything is sent what followed", async () => {
  const hub = hubWith();
  const job = hub.document<Job>("job");
  job.set(JOB);
  const { id } = job.patch({ done: 1 });
  job.patch({ done: 2 });
  const reader = await (await reading(hub, id as string)).untilEvents(2);
  expect(reader.events).toEqual([verdict("continued"), 'patch:{"done":2}']);
  await reader.cancel();
});

test("who has missed something is sent the document behind the verdict", async () => {
  const hub = hubWith({ history: { events: 2 } });
  const job = hub.document<Job>("job");
  const { id } = job.set(JOB) ?? {};
  for (const done of [1, 2, 3]) job.patch({ done });
  const state = `state:${JSON.stringify({ ...JOB, done: 3 })}`;
  const behind = await (await reading(hub, id as string)).untilEvents(2);
  expect(behind.events).toEqual([verdict("gap"), state]);
  const stranger = await (await reading(hub, "zz.5")).untilEvents(2);
  expect(stranger.events).toEqual([verdict("reset"), state]);
  job.patch({ done: 4 });
  for (const reader of [behind, stranger]) {
    expect((await reader.untilEvents(3)).events[2]).toBe('patch:{"done":4}');
    await reader.cancel();
  }
});

test("a change may be told in an event of its own, which is part of the document for who comes later", async () => {
  const hub = hubWith();
  const job = hub.document<Job>("job", { snapshotEvent: "job:state", events: ["agent:started", "job:done"] });
  job.set(JOB);
  const reader = await (await reading(hub, undefined, { closeAfter: "job:done" })).untilEvents(1);
  job.patch({ agents: { ann: { status: "running" } } }, { event: "agent:started", data: { agentName: "ann" } });
  hub.publish("job", { event: "log", data: "beside it" });
  job.patch({ done: 100 }, { event: "job:done" });
  await reader.toEnd();
  expect(reader.events).toEqual([
    `job:state:${JSON.stringify(JOB)}`,
    'agent:started:{"agentName":"ann"}',
    'log:"beside it"',
    'job:done:{"done":100}',
  ]);
  const late = await (await reading(hub)).untilEvents(1);
  expect(late.events).toEqual([
    `job:state:${JSON.stringify({ name: "build", done: 100, agents: { ann: { status: "running" } } })}`,
  ]);
  await late.cancel();
});

test("a poll has it as its first event, and a socket that the core writes to is sent it too", async () => {
  const hub = hubWith();
  const job = hub.document<object>("job");
  const state = { text: "x".repeat(200_000) };
  job.set(state);
  const headers = { Accept: "application/json" };
  const poll = await (await hub.response(new Request("http://host/", { headers }), { channels: ["job"] })).json();
  expect(poll).toMatchObject({ events: [{ event: "state", data: JSON.stringify(state) }], verdict: null });
  job.patch({ more: 1 });
  const next = { ...headers, "Last-Event-ID": poll.lastEventId };
  const second = await hub.response(new Request("http://host/", { headers: next }), { channels: ["job"] });
  expect(await second.json()).toMatchObject({ events: [{ event: "patch", data: '{"more":1}' }], verdict: "continued" });
  const server = await attaching(hub, { channels: ["job"] });
  const client = await RawClient.open(server.port);
  await client.until(({ events }) => events.length === 1);
  expect(client.events).toEqual([`state:${JSON.stringify({ ...state, more: 1 })}`]);
  job.patch({ more: 2 });
  await client.until(({ events }) => events.length === 2);
  expect(client.events[1]).toBe('patch:{"more":2}');
  client.leave();
  await server.close();
});

test("whoever comes when sees the same, whatever changes", async () => {
  let seed = 7;
  const below = (bound: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * bound);
  };
  const anything = (depth: number): unknown => {
    const kind = below(depth > 2 ? 4 : 6);
    if (kind < 4) return [below(9), `${'"\\{},:ä\ud83d\ude00'.slice(below(6))}`, true, [below(3), { n: null }]][kind];
    const names = Array.from({ length: below(5) }, () => `k${below(6)}`);
    return Object.fromEntries(names.map((name) => [name, anything(depth + 1)]));
  };
  const patchOf = (depth: number): object => {
    const names = Array.from({ length: 1 + below(3) }, () => `k${below(6)}`);
    const value = () => [null, anything(1), depth > 2 ? 1 : patchOf(depth + 1)][below(3)];
    return Object.fromEntries(names.map((name) => [name, value()]));
  };
  const hub = hubWith();
  const job = hub.document<object>("job");
  job.set({});
  const readers: StreamReader[] = [];
  for (let n = 0; n < 400; n++) {
    if (n % 80 === 0) readers.push(await (await reading(hub)).untilEvents(1));
    if (below(4) === 0) job.set(mergePatch((await job.get()) as object, patchOf(0)));
    else job.patch(patchOf(0));
  }
  job.patch({ end: true });
  const state = await job.get();
  for (const reader of readers) {
    await reader.until(({ events }) => events.at(-1)?.includes('"end":true') === true);
    let seen: object = {};
    for (const item of reader.items) {
      if (item.kind !== "event") continue;
      seen = item.type === "state" ? (JSON.parse(item.data) as object) : mergePatch(seen, JSON.parse(item.data));
    }
    expect(seen).toEqual(state);
    await reader.cancel();
  }
});

test("a compressed stream has it, too", async () => {
  const hub = hubWith();
  const job = hub.document<object>("job", { events: ["done"] });
  job.set({ text: "x".repeat(5000) });
  const request = new Request("http://host/", { headers: { "Accept-Encoding": "gzip" } });
  const response = await hub.response(request, { channels: ["job"], compress: true, closeAfter: "done" });
  expect(response.headers.get("content-encoding")).toBe("gzip");
  job.patch({ n: 1 });
  const reading = response.arrayBuffer();
  job.patch({ done: true }, { event: "done" });
  const text = gunzipSync(Buffer.from(await reading)).toString();
  expect(text.split("\n").filter((line) => /^(event|data)/.test(line))).toEqual([
    ...["event: millrace.begin", 'data: {"resumes":true}'],
    ...["event: state", expect.stringMatching(/^data: {"text":"x{5000}","n":1/)],
    ...["event: done", 'data: {"done":true}'],
    ...["event: millrace.end", expect.stringContaining('"reason":"completed"')],
  ]);
});

test("what a policy redacts is in no event and not in the document", async () => {
  const hub = hubWith({ redact: true });
  const job = hub.document<object>("job");
  const heard: unknown[] = [];
  hub.subscribe("job", ({ data }) => void heard.push(data));
  job.set({ user: { password: "hunter2" } });
  job.patch({ secretKey: "hunter2hunter2" }, { event: "signed", data: { apiKey: "hunter2hunter2" } });
  await until(() => heard.length === 2);
  expect(JSON.stringify([heard, await job.get()])).not.toContain("hunter2");
  expect(await job.get()).toEqual({ user: { password: "[REDACTED]" }, secretKey: "[REDACTED]" });
});

test("what is refused changes nothing, and what waits is in the document already", async () => {
  const hub = hubWith({
    policies: [
      { match: "job", rate: { perSecond: 1, burst: 1, buffer: { events: 1 }, overflow: "refuse" } },
      { match: "small", maxBytes: 256 },
    ],
  });
  const job = hub.document<Job>("job");
  job.set(JOB);
  expect(job.patch({ done: 1 }).state).toBe("held");
  expect(() => job.patch({ done: 2 })).toThrow(expect.objectContaining({ code: "RATE_LIMITED" }));
  expect(() => job.set({ ...JOB, done: 3 })).toThrow(expect.objectContaining({ code: "RATE_LIMITED" }));
  expect((await job.get())?.done).toBe(1);
  const small = hub.document<object>("small");
  expect(() => small.set({ text: "x".repeat(300) })).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  expect(await small.get()).toBeUndefined();
  expect(hub.stats().policies.job?.refused.events).toEqual({ RATE_LIMITED: 2 });
});

test("it is one for all handles, is bounded, and goes when it is cleared", async () => {
  const hub = hubWith();
  const job = hub.document<Record<string, unknown>>("job");
  job.patch({ a: 1 });
  expect(await createHub({ name: hub.name }).document("job").get()).toEqual({ a: 1 });
  const large = "x".repeat(900_000);
  for (let n = 0; n < 9; n++) job.patch({ [`large${n}`]: large });
  expect(() => job.patch({ another: large })).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  const whole = (await job.get()) as object;
  expect(() => job.set({ ...whole, another: large })).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  for (let n = 0; n < 5; n++) job.patch({ [`large${n}`]: null });
  job.patch({ another: large });
  job.clear();
  expect(await job.get()).toBeUndefined();
  const reader = await reading(hub);
  hub.publish("job", { event: "e", data: 1 });
  await reader.untilEvents(1);
  expect(reader.events).toEqual(["e:1"]);
  await reader.cancel();
});

test.each<[string, (hub: TestHub) => unknown, string | RegExp]>([
  ["a misspelt option", (hub) => hub.document("job", { snapshotEvnt: "x" } as never), /snapshotEvent/],
  ["an event with a line end", (hub) => hub.document("job", { patchEvent: "a\nb" }).patch({}), "event must not hold"],
  ["an event of Millrace's own", (hub) => hub.document("job", { snapshotEvent: "millrace.x" }), "Millrace's own"],
  ["no channel", (hub) => hub.document(""), "channel must not be empty"],
  ["a patch that is none", (hub) => hub.document("job").patch([1] as never), "patch must be an object, not an array"],
  ["no state", (hub) => hub.document("job").set(undefined), "state must be something that JSON can hold"],
  ["a state that JSON cannot hold", (hub) => hub.document("job").set(1n), "cannot be written as JSON"],
  ["a misspelt message", (hub) => hub.document("job").patch({}, { evnt: "x" } as never), /event/],
  ["objects within objects", (hub) => hub.document("job").patch(nested(300) as MergePatch<unknown>), "200 objects"],
])("%s is refused by name", (_name, run, message) => {
  expect(() => run(hubWith())).toThrow(message);
});

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}
