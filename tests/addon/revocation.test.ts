import { AsyncLocalStorage } from "node:async_hooks";
import { createHub, type Hub, SSEError } from "../../js/src/server/index.js";
import { until } from "./listening.js";
import { StreamReader } from "./reading.js";

const open = async (hub: Hub, options: Parameters<Hub["response"]>[1], headers: Record<string, string> = {}) => {
  const response = await hub.response(new Request("http://host/", { headers }), options);
  return { response, reader: new StreamReader(response.body as ReadableStream<Uint8Array>) };
};

/** Of the notice that ends a stream. */
const endOf = ({ raw }: StreamReader): unknown => {
  const [, data] = /event:millrace.end\ndata:(.*)\n/.exec(raw.replaceAll(": ", ":")) ?? [];
  return data === undefined ? undefined : JSON.parse(data);
};

function closesOf(hub: Hub): string[] {
  const reasons: string[] = [];
  hub.on("close", ({ reason }) => reasons.push(reason));
  return reasons;
}

describe("disconnect", () => {
  test("ends a user's streams, and nobody else's", async () => {
    const hub = createHub({ name: "disconnect user" });
    const closes = closesOf(hub);
    const ann = await open(hub, { channels: ["c"], userId: "ann" });
    const bob = await open(hub, { channels: ["c"], userId: "bob" });
    expect(hub.disconnect({ userId: "ann" }, { reason: "locked" })).toBe(1);
    await ann.reader.toEnd();
    expect(endOf(ann.reader)).toEqual({ reason: "revoked", reconnect: false, detail: "locked" });
    expect(closes).toEqual(["revoked"]);
    hub.publish("c", { event: "message", data: 1 });
    expect((await bob.reader.untilEvents(1)).events).toEqual(["message:1"]);
    expect(hub.connectionCount()).toBe(1);
    expect(hub.disconnect({ userId: "ann" })).toBe(0);
  });

  test("by channel, stream and facts, and by several at once", async () => {
    const hub = createHub({ name: "disconnect by" });
    const facts = { tenant: "a", session: "1" };
    const one = await open(hub, { channels: ["x", "y"], userId: "u", facts });
    const two = await open(hub, { channels: ["y"], userId: "u", facts: { ...facts, session: "2" } });
    const three = await open(hub, { channels: ["y"] });
    expect(hub.disconnect({ channel: "x", where: { session: "2" } })).toBe(0);
    expect(hub.disconnect({ where: { tenant: "a", session: "3" } })).toBe(0);
    expect(hub.disconnect({ where: { tenant: "a", session: "2" } })).toBe(1);
    await two.reader.toEnd();
    expect(hub.disconnect({ channel: "x", userId: "u" })).toBe(1);
    await one.reader.toEnd();
    expect(hub.connectionCount("y")).toBe(1);
    await three.reader.cancel();
  });

  test("gives nothing of what was published before, unless the client comes back", async () => {
    const hub = createHub({ name: "disconnect rest" });
    const gone = await open(hub, { channels: ["c"], userId: "gone" });
    const back = await open(hub, { channels: ["c"], userId: "back" });
    await gone.reader.until(({ raw }) => raw.includes("millrace.begin"));
    await back.reader.until(({ raw }) => raw.includes("millrace.begin"));
    for (const data of [1, 2, 3]) hub.publish("c", { event: "message", data });
    hub.disconnect({ userId: "gone" });
    hub.disconnect({ userId: "back" }, { mayReturn: true, reason: "rebalance" });
    await gone.reader.toEnd();
    await back.reader.toEnd();
    expect(back.reader.events).toEqual(["message:1", "message:2", "message:3"]);
    expect(endOf(back.reader)).toEqual({ reason: "moved", reconnect: true, detail: "rebalance" });
    expect(back.reader.raw).toMatch(/retry: ?\d+/);
    expect(gone.reader.events.length).toBeLessThan(3);
    expect(endOf(gone.reader)).toEqual({ reason: "revoked", reconnect: false });
  });

  test("ends registered functions of the user, and none that subscribe a channel", async () => {
    const hub = createHub({ name: "disconnect listeners" });
    const heard: string[] = [];
    hub.register("c", () => heard.push("registered"), { userId: "ann" });
    hub.subscribe("c", () => heard.push("subscribed"));
    expect(hub.disconnect({ userId: "ann" })).toBe(1);
    await until(() => hub.stats().connections === 0);
    hub.publish("c", { event: "message", data: 1 });
    await until(() => heard.length > 0);
    expect(heard).toEqual(["subscribed"]);
  });

  test("a stream whose client takes nothing ends, too", async () => {
    const hub = createHub({ name: "disconnect stalled" });
    const closes = closesOf(hub);
    await open(hub, { channels: ["c"], userId: "ann" }); // nobody reads it
    hub.publish("c", { event: "message", data: "x".repeat(100_000) });
    expect(hub.disconnect({ userId: "ann" })).toBe(1);
    await until(() => closes.length > 0);
    expect(hub.connectionCount()).toBe(0);
  });

  test.each([
    ["nobody", {}, /must be told whom/],
    ["empty facts", { where: {} }, /must be told whom/],
    ["an unknown member", { user: "ann" }, /is it "userId"/],
    ["an empty user", { userId: "" }, /must not be empty/],
    ["another id", { connection: "12" }, /id of a stream/],
    ["an id beyond all", { connection: `s${"9".repeat(20)}` }, /id of a stream/],
    ["facts that are no texts", { where: { tenant: 7 } }, /facts as an object/],
    ["a function", { where: () => true }, /facts as an object/],
  ])("a match of %s is a TypeError", (_, match, message) => {
    const hub = createHub({ name: "disconnect wrong" });
    expect(() => hub.disconnect(match as never)).toThrow(message);
    expect(() => hub.disconnect(match as never)).toThrow(TypeError);
  });

  test("while its snapshot is made, the stream is refused", async () => {
    const hub = createHub({ name: "disconnect opening" });
    const snapshot = () => {
      hub.disconnect({ userId: "ann" });
      return new Promise<{ data: number }>((resolve) => setTimeout(resolve, 20, { data: 1 }));
    };
    const response = await hub.response(new Request("http://host/"), { channels: ["c"], userId: "ann", snapshot });
    expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ code: "FORBIDDEN" })]);
  });
});

describe("deny", () => {
  test("ends the user's streams, and lets the user in no more until the time is over", async () => {
    const hub = createHub({ name: "deny" });
    const { reader } = await open(hub, { channels: ["c"], userId: "ann" });
    expect(hub.deny("ann", 3_600_000)).toBe(1);
    await reader.toEnd();
    const refused = await hub.response(new Request("http://host/"), { channels: ["c"], userId: "ann" });
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: "FORBIDDEN" })]);
    const poll = new Request("http://host/", { headers: { Accept: "application/json" } });
    expect((await hub.response(poll, { channels: ["c"], userId: "ann" })).status).toBe(403);
    const authorize = () => ({ userId: "ann" });
    expect((await hub.response(new Request("http://host/"), { channels: ["c"], authorize })).status).toBe(403);
    expect(() => hub.register("c", () => {}, { userId: "ann" })).toThrow(SSEError);
    const bob = await open(hub, { channels: ["c"], userId: "bob" });
    expect(bob.response.status).toBe(200);
    await bob.reader.cancel();
    expect(hub.deny("ann", 0)).toBe(0);
    const again = await open(hub, { channels: ["c"], userId: "ann" });
    expect(again.response.status).toBe(200);
    await again.reader.cancel();
  });

  test("a time that is over by itself", async () => {
    const hub = createHub({ name: "deny over" });
    hub.deny("ann", 1);
    const status = async () => {
      const response = await hub.response(new Request("http://host/"), { channels: ["c"], userId: "ann" });
      await response.body?.cancel();
      return response.status;
    };
    let last = await status();
    while (last !== 200) last = await status();
    expect(last).toBe(200);
  });
});

describe("expiresAt", () => {
  test("ends the stream as expired, with what was published before, and its client comes back", async () => {
    const hub = createHub({ name: "expires" });
    const closes = closesOf(hub);
    const authorize = () => ({ userId: "ann", expiresAt: Date.now() + 50, facts: { session: "1" } });
    const { reader } = await open(hub, { channels: ["c"], authorize });
    hub.publish("c", { event: "message", data: 1 });
    await reader.toEnd();
    expect(reader.events).toEqual(["message:1"]);
    expect(endOf(reader)).toEqual({ reason: "expired", reconnect: true });
    expect(closes).toEqual(["expired"]);
  });

  test("the earlier of the route's and the authorizer's counts, a Date as well", async () => {
    const hub = createHub({ name: "expires earlier" });
    const authorize = () => ({ userId: "ann", expiresAt: new Date(Date.now() + 3_600_000) });
    const { reader } = await open(hub, { channels: ["c"], authorize, expiresAt: Date.now() + 20, maxDurationMs: 1e7 });
    await reader.toEnd();
    expect(endOf(reader)).toMatchObject({ reason: "expired" });
  });

  test("a duration that is over before ends it as that", async () => {
    const hub = createHub({ name: "expires later" });
    const { reader } = await open(hub, { channels: ["c"], expiresAt: Date.now() + 3_600_000, maxDurationMs: 5 });
    await reader.toEnd();
    expect(endOf(reader)).toMatchObject({ reason: "duration_cap" });
  });

  test.each([
    ["past", () => Date.now() - 1, 401],
    ["in seconds", () => Math.floor(Date.now() / 1000) + 60, 403],
    ["a text", () => "tomorrow", 403],
    ["no date", () => new Date(Number.NaN), 403],
    ["null", () => null, 200],
    ["never", () => Number.POSITIVE_INFINITY, 200],
    ["beyond all time", () => 8.64e15, 200],
  ])("of an authorizer, %s", async (name, expiresAt, status) => {
    const hub = createHub({ name: `expires ${name}` });
    const errors: string[] = [];
    hub.on("error", ({ error }) => errors.push(String(error)));
    const authorize = () => ({ userId: "ann", expiresAt: expiresAt() }) as never;
    const response = await hub.response(new Request("http://host/"), { channels: ["c"], authorize });
    expect(response.status).toBe(status);
    await response.body?.cancel();
    expect(errors.length).toBe(status === 403 ? 1 : 0);
  });
});

describe("reauthorizeEveryMs", () => {
  test("asks anew with the request as it came, and ends who is not let in any more", async () => {
    const hub = createHub({ name: "reauthorize" });
    const asked: string[] = [];
    let isLetIn = true;
    const authorize = ({
      request,
      channels,
    }: {
      request: { headers: { get(name: string): string | null } };
      channels: readonly string[];
    }) => {
      asked.push(`${request.headers.get("cookie")} ${channels}`);
      return isLetIn && { userId: "ann" };
    };
    const how = { channels: ["c"], authorize, reauthorizeEveryMs: 1000 };
    const { reader } = await open(hub, how, { cookie: "a=1" });
    await until(() => asked.length === 2);
    isLetIn = false;
    await reader.toEnd();
    expect(asked).toEqual(["a=1 c", "a=1 c", "a=1 c"]);
    expect(endOf(reader)).toEqual({ reason: "expired", reconnect: true });
  });

  test("another user, and code that throws, end it as well", async () => {
    const hub = createHub({ name: "reauthorize wrong" });
    const errors: unknown[] = [];
    hub.on("error", ({ error }) => errors.push(error));
    let users = 0;
    const other = await open(hub, {
      channels: ["c"],
      authorize: () => ({ userId: `u${users++}` }),
      reauthorizeEveryMs: 1000,
    });
    let times = 0;
    const throwing = () => {
      if (times++ > 0) throw new Error("no database");
      return true;
    };
    const failed = await open(hub, { channels: ["c"], authorize: throwing, reauthorizeEveryMs: 1000 });
    await Promise.all([other.reader.toEnd(), failed.reader.toEnd()]);
    expect([endOf(other.reader), endOf(failed.reader)]).toEqual(Array(2).fill({ reason: "expired", reconnect: true }));
    expect(errors.map(String)).toEqual(["Error: no database"]);
  });

  test("is at least a second", async () => {
    const hub = createHub({ name: "reauthorize often" });
    const asking = hub.response(new Request("http://host/"), { channels: ["c"], reauthorizeEveryMs: 10 });
    await expect(asking).rejects.toThrow(/reauthorizeEveryMs must be a number of at least 1000/);
  });
});

describe("whoever is asked for later", () => {
  test("counts for the user whom the authorizer names, and is asked for by all", async () => {
    const name = "asked later";
    const hub = createHub({ name });
    const { reader } = await open(hub, { channels: ["c"] });
    createHub({ name, authorize: () => ({ userId: "ann" }) });
    await until(() => hub.disconnect({ userId: "ann" }) === 1);
    await reader.toEnd();
    expect(endOf(reader)).toMatchObject({ reason: "revoked" });

    const closes = closesOf(hub);
    const late = createHub({ name: `${name} and denied` });
    const ends = closesOf(late);
    late.deny("ann", 3_600_000);
    await open(late, { channels: ["c"] });
    createHub({ name: late.name, authorize: () => ({ userId: "ann" }) });
    await until(() => ends.length === 1);
    expect([ends, closes]).toEqual([["refused"], []]);
  });

  test("is asked in its own asynchronous context", async () => {
    const users = new AsyncLocalStorage<string>();
    const asked: unknown[] = [];
    const letIn = new Set(["ann", "bob"]);
    const authorize = async ({ request }: { request: { headers: { get(name: string): string | null } } }) => {
      await null;
      const user = users.getStore();
      asked.push([request.headers.get("x-user"), user]);
      return user !== undefined && letIn.has(user) && { userId: user };
    };
    const hub = createHub({ name: "contexts", authorize, reauthorizeEveryMs: 1000 });
    const unasked = createHub({ name: "contexts later" });
    const ends = closesOf(hub);
    const opened = await Promise.all(
      ["ann", "bob"].map((user) =>
        users.run(user, async () => {
          await open(unasked, { channels: ["c"] }, { "x-user": user });
          return open(hub, { channels: ["c"] }, { "x-user": user });
        }),
      ),
    );
    letIn.delete("bob");
    await opened[1]?.reader.toEnd();
    expect(ends).toEqual(["expired"]);
    const lateEnds = closesOf(unasked);
    users.run("ann", () => void createHub({ name: unasked.name, authorize }));
    await until(() => lateEnds.length === 1);
    expect(asked.length).toBeGreaterThan(5);
    for (const pair of asked as [string, string][]) expect(pair[0]).toBe(pair[1]);
    await opened[0]?.reader.cancel();
  });

  test("what the route has said goes on to hold", async () => {
    const hub = createHub({ name: "route holds" });
    const authorize = () => ({ userId: "ann", expiresAt: Date.now() + 3_600_000, facts: { session: "s" } });
    const facts = { tenant: "t" };
    const how = { channels: ["c"], authorize, facts, expiresAt: Date.now() + 2500, reauthorizeEveryMs: 1000 };
    const one = await open(hub, how);
    await one.reader.toEnd();
    expect(endOf(one.reader)).toMatchObject({ reason: "expired" });
    const two = await open(hub, { ...how, expiresAt: Date.now() + 3_600_000 });
    let asked = 0;
    hub.on("connection", () => asked++);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(hub.disconnect({ where: { tenant: "t", session: "s" } })).toBe(1);
    await two.reader.toEnd();
    expect(asked).toBe(0);
  });
});

test.each([0, -1, -Infinity, Date.now() - 1000])("a route's expiresAt of %d is over: 401", async (expiresAt) => {
  const hub = createHub({ name: "over before" });
  expect((await hub.response(new Request("http://host/"), { channels: ["c"], expiresAt })).status).toBe(401);
  expect(hub.stats().connections).toBe(0);
});
