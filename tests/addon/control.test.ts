import { SSEClient } from "../../js/src/client/index.js";
import { createHub, type Hub, type ResponseOptions, SSEError } from "../../js/src/server/index.js";
import { serving, until } from "./listening.js";
import { StreamReader } from "./reading.js";
import { serve, type TestServer } from "./serve.js";

type Authorize = NonNullable<ResponseOptions["authorize"]>;

/** Who reads what: `user:<name>` and what begins with it, and all that is public. */
const authorize: Authorize = ({ request, channels }) => {
  const userId = request.headers.get("x-user");
  return (
    userId !== null &&
    channels.every((one) => !one.startsWith("user:") || one.startsWith(`user:${userId}`)) && { userId }
  );
};

const messageOf = (data: unknown) => ({ event: "message", data });

async function open(hub: Hub, user = "ann", chosen?: string, options: Partial<ResponseOptions> = {}) {
  const headers = { "X-User": user, ...(chosen !== undefined && { "X-Stream-Channels": chosen }) };
  const request = new Request("http://host/", { headers });
  const response = await hub.response(request, { channels: ["news"], control: true, authorize, ...options });
  const reader = new StreamReader(response.body as ReadableStream<Uint8Array>);
  return { response, reader, token: response.headers.get("x-stream-control") ?? "" };
}

async function post(hub: Hub, body: unknown, headers: Record<string, string> = { "X-User": "ann" }) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await hub.control(new Request("http://host/", { method: "POST", body: text, headers }), {
    authorize,
  });
  return { status: response.status, body: (await response.json()) as { code?: string; join?: string[] } };
}

describe("hub.control", () => {
  test("has a stream read other channels, and no more", async () => {
    const hub = createHub({ name: "control" });
    const { reader, token, response } = await open(hub);
    expect(token).toMatch(/^s\d+\.[\w-]{22}$/);
    expect(response.headers.get("x-stream-channels")).toBe("");
    expect(await post(hub, { stream: token, join: ["user:ann", "user:ann"] })).toEqual({
      status: 200,
      body: { join: ["user:ann"], leave: [] },
    });
    hub.publish("user:ann", messageOf(1));
    await reader.untilEvents(1);
    expect((await post(hub, { stream: token, leave: ["user:ann"] })).status).toBe(200);
    hub.publish("user:ann", messageOf(2));
    hub.publish("news", messageOf(3));
    expect((await reader.untilEvents(2)).events).toEqual(["message:1", "message:3"]);
    await reader.cancel();
  });

  test.each<[string, number, (token: string) => unknown, Record<string, string>?]>([
    ["another's channel", 403, (stream) => ({ stream, join: ["user:bob"] })],
    ["one of another's among its own", 403, (stream) => ({ stream, join: ["user:ann", "user:bob"] })],
    ["another user with the token", 403, (stream) => ({ stream, join: ["user:bob"] }), { "X-User": "bob" }],
    ["nobody with the token", 403, (stream) => ({ stream, join: ["news"] }), {}],
    ["a token that is made up", 404, (stream) => ({ stream: `${stream.slice(0, -4)}AAAA`, join: [] })],
    ["the stream's id alone", 404, (stream) => ({ stream: stream.split(".")[0], join: [] })],
    ["another stream's id", 404, (stream) => ({ stream: `s1.${stream.split(".")[1]}`, join: [] })],
    ["an id beyond all", 404, (stream) => ({ stream: `s${"9".repeat(30)}.${stream.split(".")[1]}`, join: [] })],
    ["no token", 400, () => ({ join: ["news"] })],
    ["no JSON", 400, () => "join=news"],
    ["a list", 400, () => []],
    ["null", 400, () => "null"],
    ["channels that are a text", 400, (stream) => ({ stream, join: "news" })],
    ["an empty channel", 400, (stream) => ({ stream, join: [""] })],
    ["half of a surrogate pair", 400, (stream) => `{"stream":"${stream}","join":["\\ud800"]}`],
    ["a name of a megabyte", 400, (stream) => ({ stream, join: ["x".repeat(1024 * 1024)] })],
    ["a name of two kilobytes", 400, (stream) => ({ stream, join: ["x".repeat(2048)] })],
    ["a thousand channels", 400, (stream) => ({ stream, join: Array.from({ length: 1000 }, (_, at) => `c${at}`) })],
    [
      "more than a connection may read",
      400,
      (stream) => ({ stream, join: Array.from({ length: 100 }, (_, at) => `c${at}`) }),
    ],
    [
      "the page of another origin",
      403,
      (stream) => ({ stream, join: [] }),
      { "X-User": "ann", "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" },
    ],
  ])("%s: %i", async (...[name, status, body, headers]) => {
    const hub = createHub({ name: `control ${name}` });
    const { reader, token } = await open(hub);
    const answer = await post(hub, body(token), headers);
    expect(answer.status).toBe(status);
    hub.publish("user:bob", messageOf("not ann's"));
    hub.publish("news", messageOf(1));
    expect((await reader.untilEvents(1)).events).toEqual(["message:1"]);
    expect(hub.connectionKeys()).toEqual(["news"]);
    await reader.cancel();
  });

  test("a route's filter holds for what is chosen, and its channels are not left", async () => {
    const hub = createHub({ name: "control filter" });
    const { reader, token } = await open(hub, "ann", undefined, { events: ["message"], labels: ["public"] });
    for (const body of [{ leave: ["news"] }, { join: ["news", "user:ann"] }]) {
      expect((await post(hub, { stream: token, ...body })).status).toBe(200);
    }
    for (const channel of ["news", "user:ann"]) {
      hub.publish(channel, { event: "admin", data: "internal" });
      hub.publish(channel, { ...messageOf("internal"), label: "internal" });
      hub.publish(channel, { ...messageOf(channel), label: "public" });
    }
    expect((await reader.untilEvents(2)).events).toEqual(['message:"news"', 'message:"user:ann"']);
    await reader.cancel();
  });

  test("who leaves needs nothing but the token, and what a channel is let in for bounds the stream", async () => {
    const hub = createHub({ name: "control leave" });
    let expiresAt: number | undefined;
    const letIn: Authorize = ({ channels }) => (channels[0] === undefined ? false : { userId: "ann", expiresAt });
    const { reader, token } = await open(hub, "ann", undefined, { authorize: letIn });
    const control = async (body: object) => {
      const request = new Request("http://host/", { method: "POST", body: JSON.stringify({ stream: token, ...body }) });
      return (await hub.control(request, { authorize: letIn, exists: ([one]) => one !== "nowhere" })).status;
    };
    expect(await control({ join: ["a"] })).toBe(200);
    expect(await control({ leave: ["a"] })).toBe(200);
    expect(hub.connectionKeys()).toEqual(["news"]);
    expect(await control({ join: ["nowhere"] })).toBe(404);
    expect(await control({ joins: ["b"] })).toBe(400);
    expiresAt = Date.now() + 30;
    expect(await control({ join: ["b"] })).toBe(200);
    await reader.toEnd();
    expect(reader.raw).toContain("expired");
  });

  test("asking anew asks for what is chosen, too", async () => {
    const hub = createHub({ name: "control anew" });
    const asked: string[] = [];
    let isLetIn = true;
    const letIn: Authorize = ({ channels, isChosenByClient }) => {
      asked.push(`${channels} ${isChosenByClient === true}`);
      return (isLetIn || !channels.includes("a")) && { userId: "ann" };
    };
    const { reader, token } = await open(hub, "ann", undefined, { authorize: letIn, reauthorizeEveryMs: 1000 });
    const body = JSON.stringify({ stream: token, join: ["a"] });
    await hub.control(new Request("http://host/", { method: "POST", body }), { authorize: letIn });
    isLetIn = false;
    await reader.toEnd();
    expect(asked).toEqual(["news false", "a true", "news,a true"]);
  });

  test("without an authorizer nobody may choose, and GET is refused", async () => {
    const hub = createHub({ name: "control alone" });
    const { token, reader } = await open(hub);
    const request = () =>
      new Request("http://host/", { method: "POST", body: JSON.stringify({ stream: token, join: ["x"] }) });
    expect((await hub.control(request())).status).toBe(503);
    expect((await hub.control(new Request("http://host/"), { authorize })).status).toBe(400);
    await expect(hub.control(request(), { authorise: authorize } as never)).rejects.toThrow(/is it "authorize"/);
    await reader.cancel();
  });

  test("a stream that has ended is not there", async () => {
    const hub = createHub({ name: "control ended" });
    const { token, reader } = await open(hub);
    await reader.cancel();
    await until(() => hub.connectionCount() === 0);
    expect((await post(hub, { stream: token, join: ["news"] })).status).toBe(404);
  });

  test("with Node's request and response", async () => {
    const hub = createHub({ name: "control node" });
    const server = await serving((req, res) => {
      if (req.method === "POST") void hub.control(req, res, { authorize });
      else void hub.attach(req, res, { channels: ["news"], control: true, authorize });
    });
    const url = `http://127.0.0.1:${server.port}/`;
    const headers = { "X-User": "ann" };
    const opened = await fetch(url, { headers });
    const body = JSON.stringify({ stream: opened.headers.get("x-stream-control"), join: ["user:ann"] });
    const answer = await fetch(url, { method: "POST", headers, body });
    expect([answer.status, await answer.json()]).toEqual([200, { join: ["user:ann"], leave: [] }]);
    await opened.body?.cancel();
    await server.close();
  });
});

describe("channels that a client comes with", () => {
  test("are asked for, and those are read that it may", async () => {
    const hub = createHub({ name: "chosen" });
    const { response, reader } = await open(hub, "ann", "user:ann, user%3Abob,news");
    expect(response.headers.get("x-stream-channels")).toBe(`${encodeURIComponent("user:ann")},news`);
    expect(hub.connectionKeys()).toEqual(["news", "user:ann"]);
    await reader.cancel();
  });

  test("count for nothing where the route does not let clients choose, or nobody is asked", async () => {
    const hub = createHub({ name: "chosen not" });
    const one = await open(hub, "ann", "user:ann", { control: false });
    expect([one.response.headers.has("x-stream-channels"), one.token]).toEqual([false, ""]);
    const headers = { "X-Stream-Channels": "user:ann" };
    const two = await hub.response(new Request("http://host/", { headers }), { channels: ["news"], control: true });
    expect(two.headers.get("x-stream-channels")).toBe("");
    expect(hub.connectionKeys()).toEqual(["news"]);
    await one.reader.cancel();
    await two.body?.cancel();
  });

  test("one that is not there, full, or refused by another word is left out, and the others are read", async () => {
    const hub = createHub({ name: "chosen left out", policies: [{ match: "full", limits: { connections: 1 } }] });
    const full = await hub.response(new Request("http://host/"), { channels: ["full"] });
    const letIn: Authorize = ({ channels }) => {
      if (channels.includes("hidden")) throw new SSEError("NO_SUCH_CHANNEL", "There is none");
      return channels.includes("other") ? { userId: "bob" } : { userId: "ann" };
    };
    const exists = (channels: readonly string[]) => !channels.includes("nowhere");
    const { response, reader } = await open(hub, "ann", "hidden,nowhere,full,other,a,news", {
      authorize: letIn,
      exists,
    });
    expect([response.status, response.headers.get("x-stream-channels")]).toEqual([200, "a,news"]);
    expect(hub.connectionKeys()).toEqual(["a", "full", "news"]);
    await reader.cancel();
    await full.body?.cancel();
  });

  test.each(["%", "%ff", "a,,b", "%00".repeat(1100), Array(101).fill("a").join(), "%ED%A0%80"])(
    "%s is refused",
    async (chosen) => {
      const hub = createHub({ name: "chosen wrong" });
      expect((await open(hub, "ann", chosen)).response.status).toBe(400);
      expect(hub.stats().connections).toBe(0);
    },
  );
});

describe("client.subscribe", () => {
  let hub: Hub;
  let server: TestServer;
  let posts = 0;
  let denied = "";

  const guarded: Authorize = (context) => (context.channels.includes(denied) ? false : authorize(context));

  beforeEach(async () => {
    hub = createHub({ name: `client ${expect.getState().currentTestName}` });
    posts = 0;
    denied = "";
    server = await serve((request) => {
      if (request.method !== "POST")
        return hub.response(request, { channels: ["news"], control: true, authorize: guarded });
      posts++;
      return hub.control(request, { authorize: guarded });
    });
  });
  afterEach(() => server.close());

  function connect(more: object = {}) {
    const heard: unknown[] = [];
    const errors: string[] = [];
    const client = new SSEClient<Record<string, unknown>>(server.url, { headers: { "X-User": "ann" }, ...more });
    client.on("message", (data) => heard.push(data));
    client.addEventListener("error", (event) => event.error && errors.push(event.error.code));
    return { client, heard, errors };
  }

  test("many at once are one request, and a second connection reads them from the same cursor", async () => {
    const { client, heard, errors } = connect();
    await until(() => client.state === "connected");
    await Promise.all(["user:ann", "user:ann:a", "user:ann:b"].map((one) => client.subscribe(one)));
    expect(posts).toBe(1);
    hub.publish("user:ann:a", messageOf(1));
    await until(() => heard.length === 1);
    server.cut();
    hub.publish("user:ann:b", messageOf(2));
    hub.publish("news", messageOf(3));
    await until(() => heard.length === 3);
    expect(heard).toEqual([1, 2, 3]);
    expect(errors).toEqual(["CONNECTION_FAILED"]);
    expect(posts).toBe(1);
    client.close();
  });

  test("before it is connected", async () => {
    const { client, heard } = connect();
    await client.subscribe("user:ann");
    hub.publish("user:ann", messageOf(1));
    await until(() => heard.length === 1);
    client.close();
    await expect(client.subscribe("news")).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
  });

  test("is read until all have unsubscribed", async () => {
    const { client, heard } = connect();
    await Promise.all([client.subscribe("user:ann"), client.subscribe("user:ann")]);
    await client.unsubscribe("user:ann");
    hub.publish("user:ann", messageOf(1));
    await until(() => heard.length === 1);
    await client.unsubscribe("user:ann");
    await until(() => hub.connectionCount("user:ann") === 0);
    await client.unsubscribe("user:ann"); // once too often
    await client.subscribe("user:ann");
    await until(() => hub.connectionCount("user:ann") === 1);
    client.close();
  });

  test("what the server refuses rejects, and the others are read", async () => {
    const { client, heard } = connect();
    await until(() => client.state === "connected");
    await expect(client.subscribe("user:bob")).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
    await client.subscribe("user:ann");
    hub.publish("user:bob", messageOf("not ann's"));
    hub.publish("user:ann", messageOf(1));
    await until(() => heard.length === 1);
    expect(heard).toEqual([1]);
    client.close();
  });

  test("what it may read no more when it comes back is told by an error, once", async () => {
    const { client, heard, errors } = connect();
    await Promise.all([client.subscribe("user:ann"), client.subscribe("user:ann:b")]);
    denied = "user:ann";
    server.cut();
    await until(() => errors.includes("FORBIDDEN"));
    hub.publish("user:ann", messageOf("not any more"));
    hub.publish("user:ann:b", messageOf(1));
    await until(() => heard.length === 1);
    expect([heard, errors]).toEqual([[1], ["CONNECTION_FAILED", "FORBIDDEN"]]);
    client.close();
  });

  test("a token that is renewed is sent along", async () => {
    let user = "nobody's";
    const { client } = connect({
      headers: () => ({ "X-User": user }),
      onUnauthorized: () => {
        user = "ann";
      },
    });
    await until(() => client.state === "connected");
    await expect(client.subscribe("user:ann")).rejects.toMatchObject({ status: 403 });
    client.close();
  });

  test("a route that lets no client choose says so", async () => {
    const plain = await serve((request) => hub.response(request, { channels: ["news"] }));
    const client = new SSEClient(plain.url);
    await until(() => client.state === "connected");
    await expect(client.subscribe("a")).rejects.toMatchObject({ code: "BAD_RESPONSE", message: /control: true/ });
    client.close();
    await plain.close();
  });

  test("one that is refused refuses no other of the same turn", async () => {
    const { client } = connect();
    await until(() => client.state === "connected");
    const all = ["user:ann", "user:bob", "user:ann:b"].map((one) => client.subscribe(one));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    client.close();
  });

  test("the route's own channel is read once, and stays when it is not wanted any more", async () => {
    const { client, heard, errors } = connect();
    await client.subscribe("news");
    server.cut();
    await until(() => hub.connectionCount("news") === 1 && errors.length === 1);
    await until(() => client.state === "connected");
    await client.unsubscribe("news");
    hub.publish("news", messageOf(1));
    await until(() => heard.length === 1);
    expect([heard, errors]).toEqual([[1], ["CONNECTION_FAILED"]]);
    client.close();
  });

  test("so many at most, whose names fit into a head", async () => {
    const { client } = connect();
    await until(() => client.state === "connected");
    const long = Array.from({ length: 9 }, (_, at) => client.subscribe(`user:ann:${at}${"x".repeat(900)}`));
    expect(
      (await Promise.allSettled(long)).map(({ status }) => status).filter((one) => one === "rejected").length,
    ).toBe(3);
    const many = Array.from({ length: 120 }, (_, at) => client.subscribe(`user:ann:${at}`));
    const refused = (await Promise.allSettled(many)).filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(20);
    server.cut();
    await until(() => client.state !== "connected");
    await until(() => client.state === "connected");
    client.close();
  });

  test.each<[string, (request: Request) => Response]>([
    ["204", () => new Response(null, { status: 204 })],
    ["a page", () => new Response("<html>", { status: 200 })],
    ["other channels", () => Response.json({ join: [], leave: [] })],
    ["null", () => Response.json(null)],
    ["500", () => new Response("oops", { status: 500 })],
  ])("an answer of %s is none", async (_, answer) => {
    const odd = await serve((request) =>
      request.method === "POST"
        ? answer(request)
        : hub.response(request, { channels: ["news"], control: true, authorize }),
    );
    const client = new SSEClient(odd.url, { headers: { "X-User": "ann" } });
    await until(() => client.state === "connected");
    await expect(client.subscribe("user:ann")).rejects.toMatchObject({ name: "SSEError" });
    client.close();
    await odd.close();
  });

  test("channels of an answer that are no text break nothing", async () => {
    const odd = await serve(() => {
      const headers = { "Content-Type": "text/event-stream", "X-Stream-Channels": "%", "X-Stream-Control": "x" };
      return new Response(new ReadableStream(), { headers });
    });
    const errors: unknown[] = [];
    const client = new SSEClient(odd.url);
    client.addEventListener("error", ({ error }) => errors.push(error));
    void client.subscribe("a").catch(() => {});
    await until(() => client.state === "connected");
    await new Promise((resolve) => setImmediate(resolve));
    expect([client.state, errors]).toEqual(["connected", []]);
    client.close();
    await odd.close();
  });

  test.each([[""], [undefined], [7], ["\ud800"]])("%j is no channel", async (name) => {
    const { client } = connect();
    await expect(client.subscribe(name as never)).rejects.toThrow(TypeError);
    client.close();
  });
});

describe("hub.update", () => {
  test("moves a stream between channels, or does nothing", async () => {
    const hub = createHub({ name: "update", limits: { perChannel: 1 } });
    const one = await open(hub);
    const full = await hub.response(new Request("http://host/"), { channels: ["full"] });
    const id = (one.token.split(".") as [string])[0];
    hub.update(id, { join: ["a", "b"], leave: ["news", "nowhere"] });
    expect(hub.connectionKeys()).toEqual(["a", "b", "full"]);
    expect(() => hub.update(id, { join: ["c", "full"], leave: ["a"] })).toThrow(/as many connections/);
    expect(hub.connectionKeys()).toEqual(["a", "b", "full"]);
    hub.publish("a", messageOf(1));
    expect((await one.reader.untilEvents(1)).events).toEqual(["message:1"]);
    await one.reader.cancel();
    await until(() => hub.connectionCount() === 1);
    expect(() => hub.update(id, { join: ["a"] })).toThrow(/no such stream/);
    for (const [change, message] of [
      [{ join: "a" }, /must be an array/],
      [{ joins: [] }, /is it "join"/],
      [{ join: [""] }, /must not be empty/],
    ] as const) {
      expect(() => hub.update(id, change as never)).toThrow(message);
    }
    await full.body?.cancel();
  });
});
