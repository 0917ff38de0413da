import {
  type Authorize,
  authorizeRequest,
  type ChannelPolicy,
  createHub,
  type Hub,
  SSEError,
} from "../../js/src/server/index.js";
import { start } from "./child.js";

const accept = { stream: "text/event-stream", poll: "application/json" };

async function ask(hub: Hub, channels: string[], authorize?: Authorize, kind: keyof typeof accept = "stream") {
  const request = new Request("http://host/", { headers: { Accept: accept[kind] } });
  const response = await hub.response(request, { channels, ...(authorize && { authorize }) });
  const { status } = response;
  const code = status === 200 ? undefined : ((await response.json()) as { code: string }).code;
  if (status === 200) await response.body?.cancel();
  return [status, code];
}

const asAnn = () => ({ userId: "ann", facts: { tenant: "a" } });

describe.each(["stream", "poll"] as const)("a policy's canAccess, of a %s", (kind) => {
  test("is asked after the authorizer, for each of its channels", async () => {
    const seen: unknown[] = [];
    const policies: ChannelPolicy[] = [
      {
        match: "room:*",
        canAccess: ({ channel, userId, facts, isChosenByClient, request }) => {
          seen.push([channel, userId, facts, isChosenByClient, request.method]);
          return channel !== "room:2";
        },
      },
    ];
    const hub = createHub({ name: `policy access ${kind}`, policies });
    expect(await ask(hub, ["room:1", "news"], asAnn, kind)).toEqual([200, undefined]);
    expect(seen).toEqual([["room:1", "ann", { tenant: "a" }, false, "GET"]]);
    expect(await ask(hub, ["room:1", "room:2"], asAnn, kind)).toEqual([403, "FORBIDDEN"]);
    expect(await ask(hub, ["room:1"], () => false, kind)).toEqual([403, "FORBIDDEN"]);
    expect(seen.length).toBe(3);
    expect(await ask(hub, ["room:1"], undefined, kind)).toEqual([200, undefined]); // it decides alone
  });

  test.each<[string, unknown, number]>([
    ["nothing", undefined, 403],
    ["1", 1, 403],
    ["a user", { userId: "ann" }, 403],
    ["a promise of true", Promise.resolve(true), 200],
    ["a promise of false", Promise.resolve(false), 403],
  ])("that answers %s", async (name, answer, status) => {
    const errors: unknown[] = [];
    const hub = createHub({
      name: `policy ${kind} ${name}`,
      policies: [{ match: "**", canAccess: (() => answer) as never }],
    });
    hub.on("error", ({ error }) => errors.push(error));
    expect((await ask(hub, ["c"], asAnn, kind))[0]).toBe(status);
    expect(errors.length).toBe(answer === undefined || answer === 1 || Object.hasOwn(Object(answer), "userId") ? 1 : 0);
  });

  test("that throws, or takes too long", async () => {
    const errors: unknown[] = [];
    const name = `policy slow ${kind}`;
    const canAccess = ({ channel }: { channel: string }) => {
      if (channel === "throws") throw new Error("no database");
      if (channel === "refuses") throw new SSEError("NO_SUCH_CHANNEL", "There is none");
      return new Promise<boolean>(() => {});
    };
    const hub = createHub({ name, policies: [{ match: "**", canAccess }], authorizeTimeoutMs: 20 });
    hub.on("error", ({ error }) => errors.push(error));
    expect(await ask(hub, ["throws"], asAnn, kind)).toEqual([500, "INTERNAL_ERROR"]);
    expect(await ask(hub, ["refuses"], asAnn, kind)).toEqual([404, "NO_SUCH_CHANNEL"]);
    expect(await ask(hub, ["slow"], asAnn, kind)).toEqual([503, "TIMED_OUT"]);
    expect(await ask(hub, ["x"], () => new Promise(() => {}), kind)).toEqual([503, "TIMED_OUT"]);
    expect(errors.map(String)).toEqual(["Error: no database"]);
    expect(hub.stats()).toMatchObject({ connections: 0, channels: 0 });
  });
});

describe("requireAuthorizer", () => {
  test("lets nobody read where nobody is asked", async () => {
    const hub = createHub({ name: "demands", policies: [{ match: "secret:*", requireAuthorizer: true }] });
    expect(await ask(hub, ["secret:1"])).toEqual([503, "NO_AUTHORIZER"]);
    expect(await ask(hub, ["news", "secret:1"])).toEqual([503, "NO_AUTHORIZER"]);
    expect(await ask(hub, ["news"])).toEqual([200, undefined]);
    expect(await ask(hub, ["secret:1"], () => true)).toEqual([200, undefined]);
    const asked = authorizeRequest(hub, new Request("http://host/"), { channels: ["secret:1"] });
    await expect(asked).rejects.toMatchObject({ code: "NO_AUTHORIZER" });
    createHub({ name: "demands", authorize: asAnn });
    expect(await ask(hub, ["secret:1"])).toEqual([200, undefined]);
  });

  test.each([
    [{ match: "a", requireAuthorizer: "yes" }, /requireAuthorizer must be true or false/],
    [{ match: "a", canAccess: true }, /canAccess must be a function/],
    [{ match: "a", canaccess: () => true }, /is it "canAccess"/],
  ])("%j is a TypeError", (policy, message) => {
    expect(() => createHub({ name: "demands wrong", policies: [policy as never] })).toThrow(message);
  });
});

test("a thread that has not the policy's function lets nobody in", async () => {
  const child = start(`
    import { Worker } from "node:worker_threads";
    import { createHub } from "millrace";
    const options = { channels: ["room:1"], authorize: () => true };
    const hub = createHub({ name: "threads", policies: [{ match: "room:*", canAccess: () => true }] });
    console.log((await hub.response(new Request("http://host/"), options)).status);
    new Worker(\`
      import("millrace").then(async ({ createHub }) => {
        const options = { channels: ["room:1"], authorize: () => true };
        console.log((await createHub({ name: "threads" }).response(new Request("http://host/"), options)).status);
        process.exit();
      });
    \`, { eval: true }).on("exit", () => process.exit());
  `);
  const { output } = await child.ended;
  expect(output.trim().split("\n")).toEqual(["200", "503"]);
});

test("a copy of the module without the function contradicts it", () => {
  createHub({ name: "copies", policies: [{ match: "a", canAccess: () => true }] });
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    createHub({ name: "copies", policies: [{ match: "a", canAccess: () => false }] }); // functions are not compared
    expect(() => createHub({ name: "copies", policies: [{ match: "a" }] })).toThrow(/another policies before/);
  } finally {
    process.env.NODE_ENV = before;
  }
});
