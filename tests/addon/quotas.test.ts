import { createHub, type Hub, type HubOptions, type RequestLike } from "../../js/src/server/index.js";

async function open(hub: Hub, headers: Record<string, string> = {}, userId = "ann") {
  const request = new Request("http://host/", { headers });
  const response = await hub.response(request, { channels: ["c"], userId });
  const body = response.status === 200 ? undefined : ((await response.json()) as { code: string });
  if (body === undefined) await response.body?.cancel();
  return [response.status, body?.code, Number(response.headers.get("retry-after"))];
}

test("a user opens so many connections a minute, polls among them, and is told when to come back", async () => {
  const hub = createHub({ name: "opens", limits: { opensPerUser: 3 } });
  expect((await open(hub))[0]).toBe(200);
  expect((await open(hub))[0]).toBe(200);
  expect((await open(hub, { accept: "application/json" }))[0]).toBe(200);
  const [status, code, seconds] = await open(hub);
  expect([status, code]).toEqual([429, "RATE_LIMITED"]);
  expect(seconds).toBeGreaterThan(10);
  expect(seconds).toBeLessThanOrEqual(20);
  expect((await open(hub, {}, "bob"))[0]).toBe(200);
  expect(() => createHub({ name: "opens wrong", limits: { opensPerUser: 0 } })).toThrow(/opensPerUser/);
});

describe("isBanned", () => {
  const asked: unknown[] = [];
  const by = (isBanned: unknown, more: HubOptions = {}) => {
    const hub = createHub({
      name: `banned ${asked.length} ${String(isBanned)} ${Math.random()}`,
      isBanned: isBanned as never,
      ...more,
    });
    const errors: string[] = [];
    hub.on("error", ({ error }) => errors.push(String(error)));
    return { hub, errors };
  };

  test("is asked with the request and the user, once", async () => {
    const isBanned = ({ request, userId }: { request: RequestLike; userId: string | undefined }) => {
      asked.push(`${userId} ${request.headers.get("x-forwarded-for")}`);
      return request.headers.get("x-forwarded-for") === "192.0.2.7";
    };
    const { hub } = by(isBanned, { authorize: () => ({ userId: "cid" }) });
    expect((await open(hub, { "x-forwarded-for": "192.0.2.7" }))[0]).toBe(403);
    expect((await open(hub, { "x-forwarded-for": "192.0.2.8" }))[0]).toBe(200);
    expect(asked).toEqual(["cid 192.0.2.7", "cid 192.0.2.8"]);
  });

  test.each<[string, unknown, number, number]>([
    ["false", () => false, 200, 0],
    ["true", () => true, 403, 0],
    ["nothing", () => undefined, 403, 1],
    ["null", () => null, 403, 1],
    ["a promise of false", async () => false, 200, 0],
    ["an error", () => Promise.reject(new Error("no list")), 500, 1],
    ["no answer", () => new Promise(() => {}), 503, 0],
  ])("that answers %s: %#", async (_, isBanned, status, reports) => {
    const { hub, errors } = by(isBanned, { authorizeTimeoutMs: 20 });
    expect((await open(hub))[0]).toBe(status);
    expect(errors.length).toBe(reports);
  });

  test("is a function", () => {
    expect(() => by(["ann"])).toThrow(/isBanned must be a function/);
  });
});

test("every decision is in the audit log, without a token", async () => {
  const entries: { message: string; kind?: string; code?: string }[] = [];
  const take = (message: string, fields: object) => entries.push({ message, ...fields });
  const logger = { debug: () => {}, info: take, warn: take, error: take };
  let answer: unknown = { userId: "ann" };
  const hub = createHub({ name: "audit", logger, authorize: () => answer as boolean, authorizeTimeoutMs: 20 });
  await open(hub, { authorization: "Bearer secret-token" });
  answer = false;
  await open(hub, { authorization: "Bearer secret-token" });
  answer = new Promise(() => {});
  await open(hub);
  hub.disconnect({ userId: "ann" });
  hub.deny("ann", 10);
  const audit = entries.filter(({ kind }) => kind === "audit");
  expect(audit).toEqual([
    expect.objectContaining({ message: "millrace: access granted", userId: "ann", channels: ["c"] }),
    expect.objectContaining({ message: "millrace: request refused", code: "FORBIDDEN", channels: ["c"] }),
    expect.objectContaining({ message: "millrace: request refused", code: "TIMED_OUT" }),
    expect.objectContaining({ message: "millrace: streams disconnected", userId: "ann", ended: 0 }),
    expect.objectContaining({ message: "millrace: user denied", userId: "ann", forMs: 10 }),
  ]);
  expect(JSON.stringify(entries)).not.toContain("secret-token");
});
