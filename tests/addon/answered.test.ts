import {
  type AttachOptions,
  createHub,
  createSSEStream,
  type Hub,
  registerConnection,
  type SSEStream,
  sseResponse,
} from "../../js/src/server/index.js";
import { start } from "./child.js";
import { attaching, newest, serving, until } from "./listening.js";
import { RawClient } from "./raw_client.js";

const PROBLEM = { type: "about:blank", title: "Internal server error", status: 500, code: "INTERNAL_ERROR" };

/** By the README's own pattern: nobody waits for what `attach` returns. */
const answering = (hub: Hub, options: object) =>
  serving((req, res) => void hub.attach(req, res, options as AttachOptions));

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error("secret"), {});
  revoke();
  return proxy;
}

const wrong: [string, object][] = [
  ["authorize throws", { authorize: () => Promise.reject(new Error("secret")) }],
  [
    "snapshot throws",
    {
      snapshot: () => {
        throw new Error("secret");
      },
    },
  ],
  ["authorize throws what cannot be looked at", { authorize: () => Promise.reject(revoked()) }],
  ["snapshot gives nonsense", { snapshot: () => "secret" }],
  ["snapshot gives an id that is none", { snapshot: () => [{ data: 1, id: 7 }] }],
  ["snapshot gives half of a surrogate pair", { snapshot: () => [{ event: "\ud800", data: 1 }] }],
  ["snapshot gives a misspelt message", { snapshot: () => [{ evnt: "secret", data: 1 }] }],
  ["a trace id with CRLF", { traceId: "secret\r\nX-Injected: 1" }],
  ["a trace id beyond Latin-1", { traceId: "日本" }],
  ["a trace id with a control character", { traceId: "secret\x01" }],
  ["a header that Node refuses", { headers: { "X-Own": "secret\x02" } }],
  ["no channel", { channels: [] }],
  ["an empty channel", { channels: ["c", ""] }],
  ["a channel of half a surrogate pair", { channels: ["room:\ud800"] }],
  ["a header with LF", { headers: { "X-Own": "secret\nX-Injected: 1" } }],
  ["a header's name that is none", { headers: { "X Own": "1" } }],
  ["headers that are no pairs", { headers: [null] }],
  [
    "headers with a getter that throws",
    {
      headers: {
        get "X-Own"() {
          throw new Error("secret");
        },
      },
    },
  ],
];

describe.each(wrong)("%s", (name, options) => {
  test.each(["text/event-stream", "application/json"])(
    "is answered with 500 and without detail (%s)",
    async (accept) => {
      const hub = createHub({ name: `wrong ${name} ${accept}` });
      const errors: unknown[] = [];
      hub.on("error", ({ code, error }) => errors.push([code, error instanceof Error]));
      const isOfStreams = accept === "application/json" && /trace/.test(name);
      const { port, close } = await answering(hub, { channels: ["c"], ...options });
      const attached = await fetch(`http://127.0.0.1:${port}/`, { headers: { Accept: accept } });
      const responded = await hub.response(new Request("http://host/", { headers: { Accept: accept } }), {
        channels: ["c"],
        ...options,
      });
      for (const response of isOfStreams ? [] : [attached, responded]) {
        expect([response.status, response.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
        expect(await response.json()).toEqual(PROBLEM);
      }
      if (!isOfStreams) expect(errors).toHaveLength(2);
      await attached.body?.cancel().catch(() => {});
      await responded.body?.cancel().catch(() => {});
      await until(() => hub.stats().connections === 0);
      await close();
    },
  );
});

test("options of a wrong type are a TypeError, and the client is answered all the same", async () => {
  const ended = await start(`
    import { createServer } from "node:http";
    import { createHub } from "millrace";
    console.error = () => {};
    const hub = createHub();
    const options = [undefined, {}, { channels: "c" }, { channels: [undefined] }, { channels: ["c"], authorize: 1 }];
    let at = 0;
    const server = createServer((req, res) => hub.attach(req, res, options[at++])).listen(0, "127.0.0.1", async () => {
      for (const _ of options) console.log((await fetch("http://127.0.0.1:" + server.address().port)).status);
      process.exit();
    });
  `).ended;
  expect(ended).toEqual({ code: 0, output: "500\n500\n500\n500\n500\n", signal: null });
  const hub = createHub({ name: "wrong types" });
  const { port, close } = await serving(async (req, res) => {
    await expect(hub.attach(req, res, { channels: "c" } as never)).rejects.toThrow(TypeError);
  });
  hub.on("error", () => {});
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
  await close();
});

test("a response whose head has left already is cut", async () => {
  const hub = createHub({ name: "head has left" });
  const errors: unknown[] = [];
  hub.on("error", ({ code }) => errors.push(code));
  const { port, close } = await serving((req, res) => {
    res.writeHead(200).write("mine");
    void hub.attach(req, res, { channels: ["c"] });
  });
  const client = await RawClient.open(port);
  await until(() => client.isClosed);
  expect([client.isWhole, errors, hub.stats().connections]).toEqual([false, ["request"], 0]);
  await close();
});

test("HEAD on the documented handlers is answered with the head of the stream", async () => {
  const hub = createHub({ name: "head" });
  const { port, close } = await attaching(hub, { channels: ["c"] });
  const handler = (request: Request) => {
    const stream = createSSEStream({ request });
    registerConnection("news", stream.send);
    stream.send({ event: "hello", data: 1 });
    return sseResponse(stream);
  };
  const request = () => new Request("http://host/", { method: "HEAD" });
  const heads = [
    await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" }),
    await hub.response(request(), { channels: ["c"] }),
    handler(request()),
  ];
  for (const { status, headers } of heads)
    expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(hub.stats().connections).toBe(0);
  await close();
});

test("a stream that ends while its snapshot is made gives no cursor without it", async () => {
  const hub = createHub({ name: "ended while opening" });
  hub.publish("c", { event: "e", data: 1 });
  let asked = 0;
  let made = (_: null) => {};
  const snapshot = () =>
    new Promise<null>((resolve) => {
      asked += 1;
      made = resolve;
    });
  const Accept = "text/event-stream, application/problem+json";
  const request = () => new Request("http://host/", { headers: { Accept, "Last-Event-ID": "x" } });
  const capped = hub.response(request(), { channels: ["c"], snapshot, maxDurationMs: 50 });
  await until(() => asked === 1); // its connection may have ended by now
  await until(() => hub.stats().connections === 0);
  made(null);
  expect([(await capped).status, await (await capped).json()]).toMatchObject([503, { code: "TIMED_OUT" }]);
  const drained = hub.response(request(), { channels: ["c"], snapshot });
  await until(() => asked === 2);
  await hub.drain({ withinMs: 0 });
  await until(() => hub.stats().connections === 0);
  made(null);
  expect([(await drained).status, await (await drained).json()]).toMatchObject([503, { code: "DRAINING" }]);
});

test("an error that cannot be printed is answered, and ends no process", async () => {
  const ended = await start(`
    import { createHub } from "millrace";
    const hub = createHub();
    console.error = console.log; // two pipes have no order between them
    const bad = () => Object.defineProperty(new Error("x"), "stack", { get() { throw new Error("no"); } });
    const response = await hub.response(new Request("http://h/"), { channels: ["c"], authorize: () => { throw bad(); } });
    console.log(response.status);
    for (const onClose of [() => { throw bad(); }, async () => { throw bad(); }]) {
      hub.createStream({ onClose }).close();
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log("alive");
    process.exit();
  `).ended;
  expect(ended.code).toBe(0);
  // Errors and output come by two pipes.
  const lines = ended.output.trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("    at ")).sort()).toEqual([
    "500",
    expect.stringMatching(/authorize.*throws when it is looked at$/),
    expect.stringMatching(/onClose.*throws when it is looked at$/),
    expect.stringMatching(/onClose.*throws when it is looked at$/),
    "alive",
  ]);
});

test("a listener that publishes what it hears leaves the thread to others", async () => {
  const hub = createHub({ name: "echo" });
  let count = 0;
  const stop = hub.subscribe("c", () => {
    count++;
    hub.publish("c", { event: "e", data: "x".repeat(100_000) });
  });
  hub.publish("c", { event: "e", data: 1 });
  await until(() => count > 100);
  stop();
  expect(hub.stats().channels).toBe(1);
});

test.each<[string, unknown]>([
  ["an object that is no message", { users: 3 }],
  ["a message with a wrong type", [{ event: "a\nb", data: 1 }]],
  ["a message without a field", {}],
  ["what is no list", new Set([1])],
])("a snapshot of %s is the application's error, by its name", async (name, answer) => {
  const hub = createHub({ name: `snapshot of ${name}` });
  const codes: string[] = [];
  hub.on("error", ({ code }) => codes.push(code));
  for (const Accept of ["text/event-stream", "application/json"]) {
    const request = new Request("http://host/", { headers: { Accept } });
    const response = await hub.response(request, { channels: ["c"], snapshot: () => answer as [] });
    expect(response.status).toBe(500);
  }
  expect([codes, hub.stats().connections]).toEqual([["snapshot", "snapshot"], 0]);
});

describe("a function that passes on to a stream", () => {
  const passing = (how: (send: SSEStream["send"]) => (message: object) => unknown) => {
    const abort = new AbortController();
    const request = new Request("http://host/", { signal: abort.signal });
    const hub = createHub({ name: `passing ${how}` });
    const { send, stream } = hub.createStream({ request });
    return { hub, send, stream, abort, register: () => hub.register("c", how(send)) };
  };

  test.each<[string, (send: SSEStream["send"]) => (message: object) => unknown]>([
    ["returns what send returns", (send) => (message) => send(message)],
    ["returns nothing", (send) => (message) => void send(message)],
    [
      "sends later",
      (send) => async (message) => {
        await null;
        return send(message);
      },
    ],
  ])("that %s leaves when the stream's client has gone", async (_, how) => {
    const { hub, abort, register } = passing(how);
    register();
    hub.publish("c", { event: "e", data: 1 });
    await new Promise(setImmediate);
    expect(hub.connectionCount("c")).toBe(1);
    abort.abort();
    hub.publish("c", { event: "e", data: 2 });
    await until(() => hub.connectionCount("c") === 0);
  });

  test("and to another that is open stays", async () => {
    const other = createHub({ name: "passing to another" }).createStream();
    let calls = 0;
    const { hub, abort, register } = passing((send) => (message) => {
      calls++;
      send(message);
      other.send(message);
    });
    register();
    abort.abort();
    for (let n = 1; n <= 3; n++) {
      hub.publish("c", { event: "e", data: n });
      await until(() => calls === n);
    }
    expect(hub.connectionCount("c")).toBe(1);
    other.close();
  });
});

describe("send and comment", () => {
  test("after the client's end they do nothing and throw nothing; so does registering", async () => {
    const hub = createHub({ name: "gone" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"] });
    const client = await (await RawClient.open(port)).untilOpen();
    const stream = await newest(streams);
    const { send } = stream;
    client.leave();
    await stream.closed;
    expect([stream.send({ data: 1 }), send({ data: 2 }), stream.comment("x")]).toEqual([
      { id: null },
      { id: null },
      { id: null },
    ]);
    hub.register("d", send);
    expect(hub.stats().channels).toBe(0);
    stream.close();
    expect(stream.send({ data: 3 })).toEqual({ id: null });
    await close();
  });

  test.each(["lagging", "duration_cap", "draining"])("... and after %s", async (reason) => {
    const hub = createHub({ name: `ended ${reason}`, lagGraceMs: 0, lag: { events: 0 } });
    const stream = hub.createStream({ ...(reason === "duration_cap" && { maxDurationMs: 1 }) });
    const reader = stream.stream.getReader();
    await reader.read();
    if (reason === "draining") void hub.drain({ withinMs: 0 });
    if (reason === "lagging") stream.send({ data: 1 });
    if (reason === "duration_cap") void reader.read().then(() => reader.read());
    if (reason !== "lagging") expect(await stream.closed).toBe(reason);
    else {
      reader.releaseLock();
      await hub.drain({ withinMs: 0 });
      await stream.closed;
    }
    expect(stream.send({ data: 1 })).toEqual({ id: null });
  });

  test("after the application's own close they throw STREAM_CLOSED", async () => {
    const hub = createHub({ name: "closed" });
    const closed = expect.objectContaining({ code: "STREAM_CLOSED" });
    const pulled = hub.createStream();
    pulled.close();
    const { port, streams, close } = await attaching(hub, { channels: ["c"] });
    const client = await (await RawClient.open(port)).untilOpen();
    const taken = await newest(streams);
    taken.close();
    for (const stream of [pulled, taken]) {
      expect(() => stream.send({ data: 1 })).toThrow(closed);
      expect(() => stream.comment("x")).toThrow(closed);
      expect(() => hub.register("d", stream.send)).toThrow(closed);
    }
    await client.until(({ isWhole }) => isWhole);
    await close();
  });

  test("what attach returns for a refused client sends nothing, in silence", async () => {
    const hub = createHub({ name: "refused stream" });
    const { port, streams, close } = await attaching(hub, { channels: ["c"], authorize: () => false });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(403);
    const stream = await newest(streams);
    expect([stream.send({ data: 1 }), stream.comment("x"), stream.signal.aborted]).toEqual([
      { id: null },
      { id: null },
      true,
    ]);
    await close();
  });
});

describe("a hub that drains", () => {
  const asking = async (accept: string | undefined) => {
    const hub = createHub({ name: `drained ${accept}` });
    await hub.drain({ withinMs: 0, retryFromMs: 2 ** 33, retrySpreadMs: 0 });
    const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
    const { port, close } = await answering(hub, { channels: ["c"] });
    const client = await RawClient.open(port, { headers });
    await client.until(({ isWhole }) => isWhole);
    const response = await hub.response(new Request("http://host/", { headers }), { channels: ["c"] });
    const answers = [
      { status: client.status, type: client.header("content-type"), body: client.body },
      { status: response.status, type: response.headers.get("content-type"), body: await response.text() },
    ];
    client.leave();
    await close();
    return answers;
  };

  test.each(["text/event-stream", "*/*", undefined])("brings a client back that accepts %s", async (accept) => {
    for (const answer of await asking(accept))
      expect(answer).toEqual({ status: 200, type: "text/event-stream; charset=utf-8", body: "retry: 4294967295\n\n" });
  });

  test.each(["text/event-stream, application/problem+json", "application/json"])(
    "tells one that accepts %s",
    async (accept) => {
      for (const { status, type, body } of await asking(accept)) {
        expect([status, type]).toEqual([503, "application/problem+json"]);
        expect(JSON.parse(body)).toMatchObject({ code: "DRAINING" });
      }
    },
  );
});

test("a writeHead of somebody's that throws once is answered with 500, and the stream has ended", async () => {
  const hub = createHub({ name: "writeHead throws" });
  const errors: string[] = [];
  hub.on("error", ({ code }) => errors.push(code));
  const { port, close } = await serving((_, res) => {
    const { writeHead } = res;
    res.writeHead = (() => {
      res.writeHead = writeHead;
      throw new Error("a header listener failed");
    }) as typeof writeHead;
    void hub.attach(res.req, res, { channels: ["c"] });
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect([answer.status, await answer.json(), hub.stats().connections, errors]).toEqual([500, PROBLEM, 0, ["request"]]);
  await close();
});
