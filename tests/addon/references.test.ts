// Events that are too large for their channel: their data in a content store, and a handler that serves it.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { cidOf } from "../../js/src/server/content/cid.js";
import {
  type ContentReference,
  type ContentStore,
  contentHandler,
  createHub,
  fileContentStore,
  type HubOptions,
  memoryContentStore,
  SSEError,
} from "../../js/src/server/index.js";
import { until } from "./listening.js";

let count = 0;
const hubWith = (contentStore: ContentStore, more: HubOptions = {}) =>
  createHub({
    name: `references ${++count}`,
    contentStore,
    policies: [{ match: "c:*", maxBytes: 256, oversize: "reference", redact: true }],
    ...more,
  });
type TestHub = ReturnType<typeof hubWith>;

/** What readers of the channel get. */
function published(hub: TestHub, message: object, channel = "c:1"): unknown {
  let data: unknown;
  const end = hub.subscribe(channel, (received) => {
    data = received.data;
  });
  hub.publish(channel, message as { event: string; data: unknown });
  return until(() => data !== undefined).then(() => {
    end();
    return data;
  });
}

const textOf = async (store: ContentStore, cid: string) =>
  new TextDecoder().decode((await store.get(cid)) ?? new Uint8Array());
const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "millrace-contents-")));
  return folders.at(-1) as string;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

test("the identifier is CIDv1, raw, SHA2-256", async () => {
  const bytes = new TextEncoder().encode("hello");
  expect(cidOf(bytes)).toBe("bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
  const cid = CID.parse(cidOf(bytes));
  expect([cid.version, cid.code]).toEqual([1, 0x55]);
  expect(cid.multihash.digest).toEqual((await sha256.digest(bytes)).digest);
});

describe.each([
  ["memory", memoryContentStore],
  ["a folder", (options?: { maxBytes?: number }) => fileContentStore(join(folder(), "made", "later"), options)],
])("in %s", (_, makeStore) => {
  test("large data goes to the store, redacted, and small data stays", async () => {
    const store = makeStore();
    const hub = hubWith(store);
    const data = { text: "ä".repeat(300), password: "hunter2" };
    const reference = (await published(hub, { event: "e", data })) as ContentReference;
    const whole = JSON.stringify({ ...data, password: "[REDACTED]" });
    expect(reference).toEqual({ $ref: cidOf(new TextEncoder().encode(whole)), bytes: 300 * 2 + whole.length - 300 });
    await until(async () => (await textOf(store, reference.$ref)) === whole);
    expect(await published(hub, { event: "e", data: { small: true } })).toEqual({ small: true });
    expect(hub.stats().policies["c:*"]).toMatchObject({ referenced: 1, redacted: 1, truncated: 0, published: 2 });
    expect(hub.stats().policies["c:*"]?.refused.events).toEqual({});
  });

  test("the same data is there once, and a text says that it is none of JSON", async () => {
    const store = makeStore();
    const hub = hubWith(store);
    const message = { event: "e", data: "no JSON ".repeat(50), raw: true };
    const first = await published(hub, message);
    expect(first).toEqual({ $ref: expect.stringMatching(/^bafkrei/), bytes: 400, raw: true });
    expect(await published(hub, message)).toEqual(first);
    await until(async () => (await textOf(store, (first as ContentReference).$ref)) === message.data);
  });

  test("beyond its bytes, what was put first goes first", async () => {
    const bounded = makeStore({ maxBytes: 1000 });
    const cids = [];
    for (const letter of "abcd") {
      const bytes = new TextEncoder().encode(letter.repeat(400));
      cids.push(cidOf(bytes));
      await bounded.put(cids.at(-1) as string, bytes);
    }
    const there = await Promise.all(cids.map(async (cid) => (await bounded.get(cid)) !== undefined));
    expect(there).toEqual([false, false, true, true]);
  });
});

test("a folder of contents holds nothing else, and nothing else is read from it", async () => {
  const path = folder();
  const store = fileContentStore(path, { maxBytes: 500 });
  writeFileSync(join(path, "mine.txt"), "x".repeat(10_000));
  const bytes = new Uint8Array(400);
  await Promise.all([store.put(cidOf(bytes), bytes), store.put(cidOf(bytes), bytes)]);
  expect(readdirSync(path).sort()).toEqual([cidOf(bytes), "mine.txt"]);
  expect(await store.get("mine.txt")).toBeUndefined();
  expect(await store.get("../mine.txt")).toBeUndefined();
});

test("while the store is at it or fails, the content is served all the same, and is put again until it is there", async () => {
  let isDown = true;
  let tries = 0;
  const kept = memoryContentStore();
  const store: ContentStore = {
    async put(cid, bytes) {
      tries += 1;
      if (isDown) throw new Error("the disk is full");
      await kept.put(cid, bytes);
    },
    get: (cid) => kept.get(cid),
  };
  const hub = hubWith(store);
  const errors: unknown[] = [];
  hub.on("error", ({ code, error }) => errors.push([code, (error as Error).message]));
  const { $ref } = (await published(hub, { event: "e", data: "x".repeat(300) })) as ContentReference;
  await until(() => errors.length === 1);
  expect(errors).toEqual([["contentStore", "the disk is full"]]);
  const serve = contentHandler(store);
  expect(await (await serve(new Request(`http://host/content/${$ref}`))).text()).toBe(`"${"x".repeat(300)}"`);
  expect(await kept.get($ref)).toBeUndefined();
  isDown = false;
  await until(async () => (await kept.get($ref)) !== undefined);
  expect(tries).toBeGreaterThan(1);
});

test("what waits for a store is bounded, and nothing that was refused is sent", () => {
  const hub = hubWith({ put: () => new Promise(() => {}), get: () => undefined });
  const publish = (letter: string) => hub.publish("c:1", { event: "e", data: letter.repeat(20 * 1024 * 1024) });
  for (const letter of "abc") publish(letter);
  expect(() => publish("d")).toThrow(expect.objectContaining({ code: "OVERLOADED" }));
  expect(hub.stats().policies["c:*"]?.published).toBe(3);
});

test("the handler asks, serves for good, and knows what a browser has", async () => {
  const store = memoryContentStore();
  const bytes = new TextEncoder().encode("<script>alert(1)</script>");
  const cid = cidOf(bytes);
  await store.put(cid, bytes);
  const asked: string[] = [];
  const serve = contentHandler(store, {
    authorize: ({ headers }, of) => {
      asked.push(of);
      return headers.get("x-user") === "ann";
    },
  });
  const ask = (path: string, headers: Record<string, string> = { "x-user": "ann" }) =>
    serve(new Request(`http://host${path}`, { headers }));
  const served = await ask(`/content/${cid}`);
  expect([served.status, await served.text()]).toEqual([200, "<script>alert(1)</script>"]);
  expect(Object.fromEntries(served.headers)).toEqual({
    "cache-control": "private, max-age=31536000, immutable",
    "content-type": "application/octet-stream",
    etag: `"${cid}"`,
    "x-content-type-options": "nosniff",
  });
  expect((await ask(`/content?cid=${cid}`)).status).toBe(200);
  expect((await ask(`/content/${cid}`, { "x-user": "ann", "if-none-match": `W/"x", "${cid}"` })).status).toBe(304);
  expect((await ask(`/content/${cid}`, { "x-user": "ann", "if-none-match": "*" })).status).toBe(304);
  expect((await ask(`/content/${cid}`, { "if-none-match": `"${cid}"` })).status).toBe(403);
  expect((await ask(`/content/${cid}`, {})).status).toBe(403);
  const absent = cidOf(new Uint8Array(3));
  // The last part of the path counts, whatever the query says.
  expect((await ask(`/content/${absent}?cid=${cid}`)).status).toBe(404);
  for (const path of [`/content/${absent}`, "/content/", "/content/..%2f..%2fetc%2fpasswd", `/content/${cid}x`]) {
    const answer = await ask(path);
    expect([path, answer.status, await answer.json()]).toEqual([
      path,
      404,
      expect.objectContaining({ code: "NOT_FOUND" }),
    ]);
  }
  expect(new Set(asked)).toEqual(new Set([cid, absent])); // and nothing that is no identifier
});

test("the handler answers Node's requests", async () => {
  const store = memoryContentStore();
  const bytes = new Uint8Array([0, 255, 10]);
  await store.put(cidOf(bytes), bytes);
  const serve = contentHandler(store);
  const server = createServer((req, res) => {
    res.setHeader("Vary", "Origin");
    void serve(req, res);
  }).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x/${cidOf(bytes)}`);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    expect(answer.headers.get("vary")).toBe("Origin");
  } finally {
    server.close();
  }
});

test("what is not the content of its identifier is not served, and may be put again", async () => {
  const path = folder();
  const store = fileContentStore(path);
  const bytes = new TextEncoder().encode("the content");
  const cid = cidOf(bytes);
  const serve = contentHandler(store);
  const ask = async () => (await serve(new Request(`http://host/${cid}`))).status;
  const printed = jest.spyOn(console, "error").mockImplementation(() => {});
  for (const spoil of [
    () => writeFileSync(join(path, cid), "the c0ntent"),
    () => writeFileSync(join(path, cid), ""),
    () => mkdirSync(join(path, cid)),
    () => symlinkSync("/etc/passwd", join(path, cid)),
  ]) {
    rmSync(join(path, cid), { force: true, recursive: true });
    spoil();
    expect(await ask()).toBe(404);
    await store.put(cid, bytes);
    expect(await ask()).toBe(200);
  }
  printed.mockRestore();
});

test.each(["hello", {}, 5, true, new Uint16Array([1]), null])(
  "a store that answers %p is answered with 404",
  async (nonsense) => {
    const printed = jest.spyOn(console, "error").mockImplementation(() => {});
    const store = { put: () => {}, get: () => nonsense } as never as ContentStore;
    expect((await contentHandler(store)(new Request(`http://host/${cidOf(new Uint8Array(1))}`))).status).toBe(404);
    printed.mockRestore();
  },
);

test("an event that is refused leaves nothing in the store", () => {
  const put: string[] = [];
  const store: ContentStore = { put: (cid) => void put.push(cid), get: () => undefined };
  const hub = createHub({
    name: `references ${++count}`,
    contentStore: store,
    policies: [{ match: "c:*", maxBytes: 256, oversize: "reference", limits: { publishesPerUser: 1 } }],
  });
  const publish = (letter: string, more = {}) =>
    hub.publish("c:1", { event: "e", data: letter.repeat(300), userId: "eve", ...more });
  publish("a");
  expect(() => publish("b")).toThrow(expect.objectContaining({ code: "RATE_LIMITED" }));
  expect(() => publish("c", { userId: "ann", id: "1.5" })).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
  expect(put).toHaveLength(1);
  expect(hub.stats().policies["c:*"]).toMatchObject({ referenced: 1, published: 1, redacted: 0 });
});

test("stores in memory are one a name, for a module may be in several bundles", async () => {
  const [name, other] = [`shared ${++count}`, `other ${count}`];
  const hub = hubWith(memoryContentStore({ name }));
  const { $ref } = (await published(hub, { event: "e", data: "y".repeat(300) })) as ContentReference;
  const ask = async (store: ContentStore) => (await contentHandler(store)(new Request(`http://host/${$ref}`))).status;
  expect(await ask(memoryContentStore({ name }))).toBe(200);
  expect(await ask(memoryContentStore({ name: other }))).toBe(404);
});

test("a store that was replaced is waited for, and what waits for it is served by the new one", async () => {
  let stored = () => {};
  const slow: ContentStore = {
    put: () =>
      new Promise((resolve) => {
        stored = resolve;
      }),
    get: () => undefined,
  };
  const hub = hubWith(slow);
  const { $ref } = (await published(hub, { event: "e", data: "z".repeat(300) })) as ContentReference;
  const next: ContentStore = { put: () => {}, get: () => undefined };
  createHub({ name: hub.name, contentStore: next, policies: [{ match: "c:*", maxBytes: 256, oversize: "reference" }] });
  const told: string[] = [];
  hub.on("error", ({ error }) => void told.push((error as Error).message));
  const ask = async () => (await contentHandler(next)(new Request(`http://host/${$ref}`))).status;
  expect(await ask()).toBe(200);
  await hub.drain({ withinMs: 20 });
  expect(told).toEqual([expect.stringContaining("lacks 1 contents")]);
  stored();
  await until(async () => (await ask()) === 404);
  await hub.drain({ withinMs: 60_000 });
  expect(told).toHaveLength(1);
});

test("a store that fails to give or to forget is told of as the store", async () => {
  const [wrong, absent] = [cidOf(new Uint8Array(1)), cidOf(new Uint8Array(2))];
  const store: ContentStore = {
    put: () => {},
    get: (cid) => {
      if (cid === wrong) return new Uint8Array(9);
      throw new Error("the disk is gone");
    },
    delete: () => Promise.reject(new Error("read only")),
  };
  const hub = hubWith(store);
  const told: [string, string][] = [];
  hub.on("error", ({ code, error }) => void told.push([code, (error as Error).message]));
  const ask = async (cid: string) => (await contentHandler(store)(new Request(`http://host/${cid}`))).status;
  expect(await ask(absent)).toBe(500);
  expect(await ask(wrong)).toBe(404);
  expect(told).toEqual([
    ["contentStore", "the disk is gone"],
    ["contentStore", expect.stringContaining("what is not its content")],
  ]);
});

test("a damaged file of the same length is written anew when its content is put again", async () => {
  const path = folder();
  const store = fileContentStore(path);
  const bytes = new TextEncoder().encode("the content");
  const cid = cidOf(bytes);
  await store.put(cid, bytes);
  writeFileSync(join(path, cid), "the c0ntent");
  await store.put(cid, bytes);
  expect(await textOf(store, cid)).toBe("the content");
});

test("similar events are merged by what their data was", () => {
  const hub = hubWith(memoryContentStore(), {
    policies: [{ match: "c:*", maxBytes: 256, oversize: "reference", merge: { fields: ["message"] } }],
  });
  const publish = (n: number) =>
    hub.publish("c:1", { event: "e", data: { message: `took ${n} ms`, pad: "x".repeat(300 + n) } });
  expect([1, 2, 3].map((n) => publish(n).state)).toEqual(["sent", "held", "merged"]);
  hub.close();
});

test("drain waits for the store", async () => {
  const path = folder();
  const hub = hubWith(fileContentStore(path));
  for (let n = 0; n < 20; n++) hub.publish("c:1", { event: "e", data: `${n}${"x".repeat(10_000)}` });
  await hub.drain({ withinMs: 30_000 });
  expect(readdirSync(path)).toHaveLength(20);
});

test("what a drain leaves out is told", async () => {
  const hub = hubWith({ put: () => new Promise(() => {}), get: () => undefined });
  const told = new Promise<unknown>((resolve) => hub.on("error", resolve));
  hub.publish("c:1", { event: "e", data: "x".repeat(300) });
  await hub.drain({ withinMs: 20 });
  expect(await told).toMatchObject({
    code: "contentStore",
    error: { message: expect.stringContaining("lacks 1 contents") },
  });
});

test("refusals and errors are told to the hub whose store it is", async () => {
  const store = memoryContentStore();
  const hub = hubWith(store, { exposeErrors: true });
  const told: string[] = [];
  hub.on("refused", ({ code }) => void told.push(code));
  hub.on("error", ({ error }) => void told.push((error as Error).message));
  const ask = (authorize: () => boolean) =>
    contentHandler(store, { authorize })(new Request(`http://host/${cidOf(new Uint8Array(1))}`));
  await ask(() => false);
  const failed = await ask(() => {
    throw new Error("mine");
  });
  expect(told).toEqual(["FORBIDDEN", "mine"]);
  expect(await failed.json()).toMatchObject({ detail: "mine" });
});

test.each(["//", "///", "http://[/", "/%", "/?cid=%ff", "/#x"])("the address %j is of no content", async (url) => {
  const serve = contentHandler(memoryContentStore());
  const request = { url, method: "GET", headers: { get: () => null } };
  expect((await serve(request)).status).toBe(404);
});

test("in production a handler without authorize serves nobody", async () => {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    const answer = await contentHandler(memoryContentStore())(new Request(`http://host/${cidOf(new Uint8Array(1))}`));
    expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: "NO_AUTHORIZER" })]);
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
});

test("wrong options are named", () => {
  const name = () => `references ${++count}`;
  const policies = [{ match: "a" }, { match: "c", oversize: "reference" as const }];
  expect(() => createHub({ name: name(), policies })).toThrow(
    /policies\[1\].oversize is "reference", which needs the option contentStore/,
  );
  expect(() => createHub({ name: name(), oversize: "reference" })).toThrow(/^oversize is "reference"/);
  expect(() => createHub({ name: name(), contentStore: {} as never })).toThrow("contentStore.put must be a function");
  expect(() => contentHandler(undefined as never)).toThrow("store.put must be a function");
  expect(() => fileContentStore("")).toThrow("folder must not be empty");
  expect(() => memoryContentStore({ maxByte: 1 } as never)).toThrow(/maxBytes/);
});

test("what a history is too small for goes to the store, too", async () => {
  const hub = hubWith(memoryContentStore(), {
    policies: [{ match: "c:*", oversize: "reference", history: { bytes: 2048 } }],
  });
  expect(await published(hub, { event: "e", data: "x".repeat(5000) })).toMatchObject({ bytes: 5002 });
  const large = { event: "e".repeat(5000), data: 1 };
  expect(() => hub.publish("c:1", large)).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  expect(hub.stats().policies["c:*"]).toMatchObject({ published: 1, referenced: 1 });
});

test("what is too large for a policy that refuses is refused as before", () => {
  const hub = hubWith(memoryContentStore(), { maxBytes: 300 });
  expect(() => hub.publish("other", { event: "e", data: "x".repeat(400) })).toThrow(SSEError);
});
