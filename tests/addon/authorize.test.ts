import { type Authorize, createHub, type Hub, SSEError } from "../../js/src/server/index.js";
import { start, startFile } from "./child.js";
import { serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

const accept = { stream: "text/event-stream", poll: "application/json" };

/** The status of one request for the channel. */
async function statusOf(hub: Hub, options: { authorize?: unknown; userId?: string }, kind: "stream" | "poll") {
  const request = new Request("http://host/", { headers: { Accept: accept[kind] } });
  const response = await hub.response(request, { channels: ["c"], ...(options as { authorize?: Authorize }) });
  await response.body?.cancel();
  return response.status;
}

class Session {
  userId = "ann";
}

describe.each(["stream", "poll"] as const)("authorize of a %s", (kind) => {
  test.each([
    ["nothing (a forgotten return)", undefined],
    ["null", null],
    ["0", 0],
    ["1", 1],
    ["an empty text", ""],
    ["no", "no"],
    ["yes", "yes"],
    ["an object with another field", { allowed: false }],
    ["a user and another field", { userId: "ann", admin: true }],
    ["an empty user", { userId: "" }],
    ["a user with half of a surrogate pair", { userId: "\ud800" }],
    ["a numeric user", { userId: 7 }],
    ["a list", ["ann"]],
    ["a function", () => true],
    ["an instance", new Session()],
    ["a map", new Map([["userId", "ann"]])],
    ["a symbol", Symbol("ann")],
    ["a Boolean object", Object(true)],
  ])("%s refuses, and is told of once", async (name, answer) => {
    const hub = createHub({ name: `wrong answer ${kind} ${name}` });
    const errors: string[] = [];
    hub.on("error", ({ code, error }) => errors.push(`${code}: ${(error as Error).message}`));
    const authorize = () => answer;
    expect(await statusOf(hub, { authorize }, kind)).toBe(403);
    expect(await statusOf(hub, { authorize: async () => answer }, kind)).toBe(403);
    expect(errors).toEqual([expect.stringMatching(/^authorize: authorize must answer true, false or \{ userId/)]);
    if (typeof answer === "string" && answer !== "") expect(errors[0]).toContain("not a text; the client was refused");
    expect(hub.stats()).toMatchObject({ connections: 0, channels: 0 });
  });

  test.each([
    ["false", false],
    ["no session", {}],
    ["no user in the session", { userId: undefined }],
    ["a null user", { userId: null }],
  ])("%s refuses, as it is meant", async (name, answer) => {
    const hub = createHub({ name: `refused ${kind} ${name}` });
    const heard: string[] = [];
    hub.on("error", () => heard.push("error"));
    hub.on("refused", ({ code }) => heard.push(code));
    expect(await statusOf(hub, { authorize: () => answer, userId: "bob" }, kind)).toBe(403);
    expect(heard).toEqual(["FORBIDDEN"]);
  });

  test.each([
    ["true", true],
    ["a user", { userId: "ann" }],
    ["a user without a prototype", Object.assign(Object.create(null), { userId: "ann" })],
  ])("%s lets in", async (name, answer) => {
    const hub = createHub({ name: `let in ${kind} ${name}` });
    expect(await statusOf(hub, { authorize: () => answer }, kind)).toBe(200);
  });

  test.each([
    ["an error", () => Promise.reject(new Error("the database is away")), 500],
    ["nothing at all", () => Promise.reject(undefined), 500],
    [
      "a getter that throws",
      () => ({
        get userId(): string {
          throw new Error("no");
        },
      }),
      500,
    ],
    ["an SSEError that is no refusal", () => Promise.reject(new SSEError("INVALID_FIELD", "no")), 500],
    ["a refusal", () => Promise.reject(new SSEError("UNAUTHENTICATED", "Sign in")), 401],
    [
      "a refusal of another copy of the package",
      () => Promise.reject(Object.assign(new Error("Sign in"), { name: "SSEError", code: "UNAUTHENTICATED" })),
      401,
    ],
  ])("%s that it throws is answered", async (name, authorize, status) => {
    const hub = createHub({ name: `thrown ${kind} ${name}` });
    const errors: unknown[] = [];
    hub.on("error", ({ code }) => errors.push(code));
    expect(await statusOf(hub, { authorize }, kind)).toBe(status);
    expect(errors).toEqual(status === 500 ? ["authorize"] : []);
  });
});

test("what an object inherits lets nobody in", async () => {
  const hub = createHub({ name: "polluted" });
  Object.defineProperty(Object.prototype, "userId", { value: "ann", configurable: true });
  try {
    expect(await statusOf(hub, { authorize: () => ({}) }, "stream")).toBe(403);
  } finally {
    Reflect.deleteProperty(Object.prototype, "userId");
  }
});

test("the channels that were asked for are the ones that are read", async () => {
  const hub = createHub({ name: "changed channels" });
  const channels = ["public"];
  const authorize: Authorize = ({ channels: asked }) => {
    channels[0] = "secret";
    return asked[0] === "public";
  };
  const response = await hub.response(new Request("http://host/"), { channels, authorize });
  expect(hub.connectionKeys()).toEqual(["public"]);
  await response.body?.cancel();
});

test.each<[string, Authorize]>([
  [
    "empties its list",
    ({ channels }) => {
      (channels as string[]).splice(0);
      return true;
    },
  ],
  ["adds to its list", ({ channels }) => (channels as string[]).push("secret") > 0],
  ["names another user", (context) => Boolean(Object.assign(context, { userId: "root" }))],
])("what an authorizer does to what it is given changes nothing: it %s", async (name, authorize) => {
  const hub = createHub({ name: `given ${name}`, limits: { perUser: 1 } });
  for (const userId of ["ann", "bob"]) {
    const response = await hub.response(new Request("http://host/"), { channels: ["public"], userId, authorize });
    expect([response.status, hub.connectionKeys()]).toEqual([200, ["public"]]);
  }
});

describe("an authorizer is its hub's name's", () => {
  test.each<[string, object]>([
    ["a wrong option", { history: { events: "x" } }],
    ["a misspelt one", { limts: {} }],
    ["an authorizer that is no function", { authorize: "yes" }],
  ])("and closes the hub where createHub throws for %s", async (name, options) => {
    const of = { name: `closed by ${name}` };
    expect(() => createHub({ ...of, authorize: () => false, ...options } as object)).toThrow(TypeError);
    expect(await statusOf(createHub(of), {}, "stream")).toBe(503);
    expect(await statusOf(createHub(of), {}, "poll")).toBe(503);
    createHub({ ...of, authorize: () => true });
    expect(await statusOf(createHub(of), {}, "stream")).toBe(200);
  });

  test("a hub object of the name that was made without one asks it", async () => {
    createHub({ name: "one name", authorize: () => false });
    expect(await statusOf(createHub({ name: "one name" }), {}, "stream")).toBe(403);
    expect(await statusOf(createHub({ name: "one name" }), {}, "poll")).toBe(403);
    expect(await statusOf(createHub({ name: "another name" }), {}, "stream")).toBe(200);
  });

  test("so does one that was there before it", async () => {
    const before = createHub({ name: "before" });
    createHub({ name: "before", authorize: () => false });
    expect(await statusOf(before, {}, "stream")).toBe(403);
    expect(await statusOf(before, { authorize: () => true }, "stream")).toBe(200);
  });

  test("two copies of a module that both bring one agree, in production", async () => {
    const ended = await start(`
      process.env.NODE_ENV = "production";
      const { createHub } = await import("millrace");
      const copies = [1, 2].map(() => createHub({ name: "h", limits: { perUser: 3 }, authorize: () => true }));
      copies.push(createHub({ name: "h" }));
      for (const hub of copies) console.log((await hub.response(new Request("http://host/"), { channels: ["c"] })).status);
      for (const options of [{ limits: { perUser: 4 } }, { heartbeat: { everyMs: 7 } }, { heartbeat: { everyMs: 8 } }]) {
        try {
          createHub({ name: "h", ...options });
          console.log("agreed");
        } catch (error) {
          console.log(error.code, error.message.includes("perUser") || error.message.includes("heartbeat.everyMs"));
        }
      }
      process.exit();
    `).ended;
    expect(ended.output).toBe("200\n200\n200\nCONFLICTING_OPTIONS true\nagreed\nCONFLICTING_OPTIONS true\n");
  });

  test("whose options contradict what was said closes the hub, in production", async () => {
    const ended = await start(`
      process.env.NODE_ENV = "production";
      const { createHub } = await import("millrace");
      const open = createHub({ name: "h", limits: { perUser: 3 } });
      try { createHub({ name: "h", limits: { perUser: 4 }, authorize: () => true }); } catch (error) { console.log(error.code); }
      const response = await open.response(new Request("http://host/"), { channels: ["c"] });
      console.log(response.status, await response.json());
      createHub({ name: "f", heartbeat: false });
      try { createHub({ name: "f", heartbeat: { everyMs: 5 } }); } catch (error) { console.log(error.code); }
      const limitsOf = (perUser) => Object.assign(Object.create(null), { perUser });
      createHub({ name: "bare", limits: limitsOf(3) });
      try { createHub({ name: "bare", limits: limitsOf(4) }); } catch (error) { console.log(error.code); }
      process.exit();
    `).ended;
    expect(ended.output).toMatch(
      /^CONFLICTING_OPTIONS\n503 {[^}]*code: 'NO_AUTHORIZER'\s*}\nCONFLICTING_OPTIONS\nCONFLICTING_OPTIONS\n$/,
    );
    expect(ended.output).not.toContain("detail");
  });

  test("in development the newest options count, with one warning", async () => {
    const ended = await start(`
      import { createHub } from "millrace";
      console.warn = (text) => console.log(/limits.connections/.test(text));
      createHub({ name: "h", limits: { connections: 5 } });
      createHub({ name: "h", limits: { connections: 5 } });
      const hub = createHub({ name: "h", limits: { connections: 1 } });
      createHub({ name: "h", limits: { connections: 1 } });
      createHub({ name: "h", limits: { connections: 2 } });
      hub.createStream();
      hub.createStream();
      try { hub.createStream(); } catch (error) { console.log(error.code); }
      process.exit();
    `).ended;
    expect(ended.output).toBe("true\nSERVER_FULL\n");
  });

  test("a thread that does not have the function lets nobody in", async () => {
    const child = startFile(
      "authorizer-of-a-worker.mjs",
      `
      import { isMainThread, Worker } from "node:worker_threads";
      import { createHub } from "millrace";
      const ask = (options) =>
        createHub({ name: "h" }).response(new Request("http://host/"), { channels: ["c"], ...options });
      if (isMainThread) {
        createHub({ name: "h", authorize: () => true });
        new Worker(new URL(import.meta.url)).on("exit", () => process.exit());
      } else {
        const response = await ask({});
        console.log(response.status, (await response.json()).code, response.headers.get("retry-after"));
        console.log((await ask({ authorize: () => true })).status);
        createHub({ name: "h", authorize: () => true });
        console.log((await ask({})).status);
        process.exit();
      }
    `,
    );
    expect((await child.ended).output).toBe("503 NO_AUTHORIZER 5\n200\n200\n");
  });

  test("one that comes late and never answers cuts them when its time is over", async () => {
    const hub = createHub({ name: "silent authorizer" });
    const ends: string[] = [];
    hub.on("close", ({ reason }) => ends.push(reason));
    await hub.response(new Request("http://host/"), { channels: ["c"] });
    const authorize = () => new Promise<boolean>(() => {});
    createHub({ name: "silent authorizer", authorizeTimeoutMs: 20, authorize });
    await until(() => ends.length > 0);
    expect(ends).toEqual(["refused"]);
  });

  test("streams that were opened before are asked for when it comes", async () => {
    const hub = createHub({ name: "late authorizer" });
    let user = "";
    const ends: string[] = [];
    hub.on("close", ({ reason }) => ends.push(reason));
    const server = await serving((req, res) => hub.attach(req, res, { channels: ["c"], userId: user }));
    user = "ann";
    const ann = await (await RawClient.open(server.port, { path: "/?of=ann", headers: { Cookie: "a=1" } })).untilOpen();
    user = "bob";
    const bob = await (await RawClient.open(server.port, { path: "/?of=bob", headers: { Cookie: "b=2" } })).untilOpen();
    const pulled = await hub.response(new Request("http://host/pulled"), { channels: ["c"] });
    const own = await hub.response(new Request("http://host/own"), { channels: ["c"], authorize: () => true });
    const asked: unknown[] = [];
    createHub({
      name: "late authorizer",
      authorize: ({ request, channels, userId }) => {
        asked.push([request.url, request.headers.get("cookie"), channels, userId]);
        return userId === "ann";
      },
    });
    await until(() => ends.length === 2);
    await bob.until(({ isClosed }) => isClosed);
    expect(bob.isWhole).toBe(false);
    expect(await new Response(pulled.body).text()).toBe("");
    expect(ends).toEqual(["refused", "refused"]);
    expect(asked).toEqual([
      ["/?of=ann", "a=1", ["c"], "ann"],
      ["/?of=bob", "b=2", ["c"], "bob"],
      ["http://host/pulled", null, ["c"], undefined],
    ]);
    hub.publish("c", { event: "e", data: 1 });
    await ann.untilEvents(1);
    ann.leave();
    await own.body?.cancel();
    await until(() => hub.stats().connections === 0);
    await server.close();
  });
});
