import { createHub, type Hub, type HubEvents, type ResponseOptions, SSEError } from "../../js/src/server/index.js";
import { serving } from "./listening.js";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  json(): Promise<unknown>;
  /** The client leaves. */
  cancel(): Promise<void>;
}

type Ask = (options: Partial<ResponseOptions>, headers?: Record<string, string>) => Promise<Answer>;

const WAYS = ["response", "attach"] as const;
const afterwards: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of afterwards.splice(0)) await end();
});

/** Asks a hub for a stream, by one way or the other. */
async function asking(hub: Hub, way: (typeof WAYS)[number]): Promise<Ask> {
  if (way === "response") {
    return async (options, headers = {}) => {
      const response = await hub.response(new Request("http://host/", { headers }), { channels: ["c"], ...options });
      return {
        status: response.status,
        headers: response.headers,
        json: () => response.json(),
        cancel: async () => response.body?.cancel(),
      };
    };
  }
  let current: Partial<ResponseOptions> = {};
  const server = await serving((req, res) => void hub.attach(req, res, { channels: ["c"], ...current }));
  afterwards.push(server.close);
  return async (options, headers = {}) => {
    current = options;
    const abort = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { headers, signal: abort.signal });
    return {
      status: response.status,
      headers: response.headers,
      json: () => response.json(),
      cancel: async () => {
        const { connections } = hub.stats();
        const gone = new Promise((resolve) => hub.on("close", resolve));
        abort.abort();
        if (connections > 0) await gone;
      },
    };
  };
}

/** The refusal as RFC 9457 wants it. */
async function problemOf(answer: Answer): Promise<unknown> {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const problem = (await answer.json()) as { status: number };
  expect(problem.status).toBe(answer.status);
  return problem;
}

describe.each(WAYS)("by %s", (way) => {
  test("authorize: false is 403, and nothing was opened", async () => {
    const hub = createHub({ name: `forbidden ${way}` });
    const ask = await asking(hub, way);
    const answer = await ask({ authorize: async () => false });
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toEqual({
      type: "about:blank",
      title: "Forbidden",
      status: 403,
      detail: expect.any(String),
      code: "FORBIDDEN",
    });
    expect(hub.stats().connections).toBe(0);
  });

  test.each([
    ["BAD_REQUEST", 400],
    ["UNAUTHENTICATED", 401],
    ["FORBIDDEN", 403],
    ["NO_SUCH_CHANNEL", 404],
  ] as const)("authorize may throw %s: %d", async (code, status) => {
    const hub = createHub({ name: `${code} ${way}` });
    const ask = await asking(hub, way);
    const authorize = () => {
      throw new SSEError(code, "says the application");
    };
    const answer = await ask({ authorize });
    expect(answer.status).toBe(status);
    expect(await problemOf(answer)).toMatchObject({ code, detail: "says the application" });
  });

  test("the userId that authorize returns counts: 429 with Retry-After, and again when one has left", async () => {
    const hub = createHub({ name: `per user ${way}`, limits: { perUser: 2 } });
    const ask = await asking(hub, way);
    const authorize: ResponseOptions["authorize"] = ({ request }) => ({ userId: request.headers.get("x-user") ?? "" });
    const ann = () => ask({ authorize }, { "X-User": "ann" });
    const first = await ann();
    expect([first.status, (await ann()).status]).toEqual([200, 200]);
    const refused = await ann();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ code: "TOO_MANY_CONNECTIONS" });
    const bob = await ask({ authorize }, { "X-User": "bob" });
    expect(bob.status).toBe(200);
    await first.cancel();
    expect((await ann()).status).toBe(200);
    await hub.drain({ withinMs: 1000 });
  });

  test("the hub's own authorize is asked, unless the call has one", async () => {
    const asked: unknown[] = [];
    const hub = createHub({
      name: `hub authorize ${way}`,
      authorize: ({ channels, userId }) => {
        asked.push([channels, userId]);
        return false;
      },
    });
    const ask = await asking(hub, way);
    expect((await ask({ channels: ["x", "y"], userId: "ann" })).status).toBe(403);
    const admitted = await ask({ authorize: () => true });
    expect(admitted.status).toBe(200);
    expect(asked).toEqual([[["x", "y"], "ann"]]);
    await hub.drain({ withinMs: 1000 });
  });

  test.each([
    ["text/html", 406],
    ["application/json;q=0", 406],
    ["text/event-stream;q=0", 406],
    ["text/event-stream", 200],
    ["application/json, text/*;q=0.1", 200],
    ["*/*", 200],
  ])("Accept: %s is %d", async (accept, status) => {
    const hub = createHub({ name: `accept ${accept} ${way}` });
    const ask = await asking(hub, way);
    const answer = await ask({}, { Accept: accept });
    expect(answer.status).toBe(status);
    if (status === 406) expect(await problemOf(answer)).toMatchObject({ code: "NOT_ACCEPTABLE" });
    await hub.drain({ withinMs: 1000 });
  });

  test("limits: 503 SERVER_FULL, 429 of a channel, 503 DRAINING", async () => {
    const hub = createHub({ name: `limits ${way}`, limits: { connections: 2, perChannel: 1 } });
    const ask = await asking(hub, way);
    expect((await ask({ channels: ["a"] })).status).toBe(200);
    const second = await ask({ channels: ["b", "a"] });
    expect(second.status).toBe(429);
    expect(await problemOf(second)).toMatchObject({ code: "TOO_MANY_CONNECTIONS" });
    expect(hub.connectionKeys()).toEqual(["a"]);
    expect((await ask({ channels: ["b"] })).status).toBe(200);
    const third = await ask({ channels: ["x"] });
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await problemOf(third)).toMatchObject({ code: "SERVER_FULL" });
    await hub.drain({ withinMs: 1000 });
    const late = await ask({ channels: ["x"] }, { Accept: "text/event-stream, application/problem+json" });
    expect([late.status, await problemOf(late)]).toMatchObject([503, { code: "DRAINING" }]);
  });

  test("a client that has everything up to the end is answered 204", async () => {
    const hub = createHub({ name: `no content ${way}` });
    const ask = await asking(hub, way);
    const { id } = hub.publish("c", { event: "done", data: 1 });
    const answer = await ask({ closeAfter: "done" }, { "Last-Event-ID": id ?? "" });
    expect(answer.status).toBe(204);
    expect(hub.stats().connections).toBe(0);
  });

  test("hub.on tells of connections, their ends and refusals", async () => {
    const hub = createHub({ name: `listeners ${way}` });
    const ask = await asking(hub, way);
    const heard: [string, HubEvents[keyof HubEvents]][] = [];
    const types = ["connection", "close", "refused"] satisfies (keyof HubEvents)[];
    const stops = types.map((type) => hub.on(type, (event) => void heard.push([type, event])));
    const ended = new Promise((resolve) => hub.on("close", resolve));
    const answer = await ask({ channels: ["a", "b"], userId: "ann" });
    await answer.cancel();
    await ended;
    await ask({ authorize: () => false });
    const id = expect.stringMatching(/^s\d+$/);
    const traceId = expect.stringMatching(/^[\da-f]{32}$/);
    expect(heard).toEqual([
      ["connection", { id, channels: ["a", "b"], userId: "ann", traceId }],
      ["close", { id, reason: "disconnected" }],
      ["refused", { code: "FORBIDDEN", channels: ["c"], error: expect.any(SSEError), traceId }],
    ]);
    const ids = heard.slice(0, 2).map(([, event]) => ("id" in event ? event.id : ""));
    expect(ids[0]).toBe(ids[1]);
    for (const stop of stops) stop();
    await ask({ authorize: () => false });
    expect(heard).toHaveLength(3);
  });

  test("the application's headers are on every answer, and take nothing away from it", async () => {
    const hub = createHub({ name: `headers ${way}` });
    const ask = await asking(hub, way);
    const { id } = hub.publish("c", { event: "done", data: 1 });
    const headers = { "Access-Control-Allow-Origin": "*", "Content-Type": "text/plain", Vary: "Origin" };
    const answers = [
      await ask({ headers: { ...headers, "Content-Type": "text/event-stream" } }),
      await ask({ headers }, { Accept: "application/json" }),
      await ask({ headers, closeAfter: "done" }, { "Last-Event-ID": id ?? "" }),
      await ask({ headers, authorize: () => false }),
      await ask({ headers, authorize: () => Promise.reject(new Error("mine")) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 204, 403, 500]);
    for (const answer of answers) expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    for (const answer of answers) expect(answer.headers.get("vary")).toMatch(/Origin/);
    expect(answers[0]?.headers.get("vary")).toBe("Accept, Origin");
    expect(answers[3]?.headers.get("content-type")).toBe("application/problem+json");
    await answers[0]?.cancel();
    // What cannot be said is left out of a refusal, and no reason for another error.
    const refused = await ask({ headers: { "not a name": "x" }, authorize: () => false });
    expect(refused.status).toBe(403);
  });

  test("hub.on tells of an end only where it told of a connection", async () => {
    const hub = createHub({ name: `no ends ${way}`, limits: { perChannel: 0 } });
    const ask = await asking(hub, way);
    const heard: string[] = [];
    for (const type of ["connection", "close", "refused"] as const) hub.on(type, () => heard.push(type));
    const { id } = hub.publish("c", { event: "done", data: 1 });
    expect((await ask({})).status).toBe(429);
    createHub({ name: `no ends ${way}`, limits: { perChannel: 1 } });
    expect((await ask({ closeAfter: "done" }, { "Last-Event-ID": id ?? "" })).status).toBe(204);
    expect(heard).toEqual(["refused"]);
    hub.createStream().close();
    expect(heard).toEqual(["refused", "connection", "close"]);
  });
});

test("response takes no request of Node's, and says what does", async () => {
  const hub = createHub({ name: "node request" });
  const request = { headers: { accept: "text/event-stream" } } as never;
  await expect(hub.response(request, { channels: ["c"] })).rejects.toThrow(/hub\.attach\(req, res, options\)/);
});
