// The proxy: what the upstream is asked, what the client gets, and what neither can be made to do.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { createHub, createSSEProxy, type SSEProxyOptions } from "../../js/src/server/index.js";
import { serving, until } from "../addon/listening.js";
import { serve, type TestServer } from "../addon/serve.js";

let upstream: Server;
let base: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];
let closed: number;

async function listen(server: Server | NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  upstream = createServer((request, response) => {
    let body = "";
    response.on("close", () => closed++);
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      asked.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      answer(request, response);
    });
  });
  base = await listen(upstream);
});

afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

beforeEach(() => {
  asked = [];
  closed = 0;
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "set-cookie": "a=b", "x-last-event-id": "5" });
    response.end("data: 1\n\ndata: [DONE]\n\n");
  };
});

let count = 0;
function proxyWith(options: Partial<SSEProxyOptions> = {}) {
  const hub = createHub({ name: `proxy ${++count}` });
  hub.on("error", () => {});
  return createSSEProxy({ upstream: `${base}/v1/`, hub, ...options });
}
const own = { "sec-fetch-site": "same-origin" };
const get = (path: string, options: Partial<SSEProxyOptions> = {}, headers: Record<string, string> = {}) =>
  proxyWith(options).GET(new Request(`http://localhost/api/sse${path}`, { headers: { ...own, ...headers } }));
const getRoute = (...route: string[]) =>
  proxyWith().GET(new Request("http://localhost/api/sse/x?a=1", { headers: own }), {
    params: Promise.resolve({ route }),
  });

test("both shapes: a path in the route, and one in the query", async () => {
  const responses = [await getRoute("agents", "a b"), await get("?path=/agents/a%2520b&a=1")];
  for (const response of responses)
    expect([response.status, await response.text()]).toEqual([200, "data: 1\n\ndata: [DONE]\n\n"]);
  expect(asked[0]?.url).toBe("/v1/agents/a%20b?a=1");
  // One whole URL, below an upstream.
  const whole = await get(`?url=${encodeURIComponent(`${base}/v1/agents?b=2`)}`);
  await whole.text();
  expect(asked.at(-1)?.url).toBe("/v1/agents?b=2");
});

test("the cookie becomes a token, and nothing else of the user's goes on", async () => {
  const headers = {
    ...{
      cookie: "x=1; __Host-session=secret; y=2",
      authorization: "Bearer stolen",
      "last-event-id": "7",
      "x-mine": "m",
    },
    ...{ "x-forwarded-for": "1.2.3.4", host: "evil.example", accept: "text/event-stream" },
  };
  const response = await get(
    "?path=a",
    { cookie: "__Host-session", forwardHeaders: ["X-Mine"], headers: { "X-Key": "k" } },
    headers,
  );
  await response.text();
  const { cookie, host, connection, ...sent } = asked[0]?.headers ?? {};
  expect(cookie).toBeUndefined();
  expect(`http://${host}`).toBe(base);
  expect(sent).toEqual({
    ...{ authorization: "Bearer secret", "last-event-id": "7", accept: "text/event-stream", "x-mine": "m" },
    ...{ "x-key": "k", "accept-encoding": "identity" },
  });
  expect(Object.fromEntries(response.headers)).toEqual({
    ...{ "content-type": "text/event-stream", "x-last-event-id": "5" },
    ...{ "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" },
  });
});

test.each([
  ["no cookie", {}, 401],
  ["an empty one", { cookie: "s=" }, 401],
  ["two that differ", { cookie: "s=a; s=b" }, 401],
  ["another's, behind white space that only some trim", { cookie: "x=1;\u00a0s=a" }, 401],
  ["a token with a line end", { cookie: "s=a%0d\tb" }, 401],
  ["a token with a space", { cookie: "s=a b" }, 401],
  ["the same twice", { cookie: "s=a; s=a" }, 200],
  ["in quotes", { cookie: 's="a"' }, 200],
] as const)("a session that is %s", async (_, headers, status) => {
  expect((await get("?path=a", { cookie: "s" }, headers)).status).toBe(status);
  expect(asked.map((one) => one.headers.authorization)).toEqual(status === 200 ? ["Bearer a"] : []);
});

test("a token of a function's, which may have none where that is let through", async () => {
  const token = async () => undefined;
  expect((await get("?path=a", { token })).status).toBe(401);
  expect((await get("?path=a", { token, required: false })).status).toBe(200);
  expect((await get("?path=a", { token: async () => "t" })).status).toBe(200);
  expect(asked.map((one) => one.headers.authorization)).toEqual([undefined, "Bearer t"]);
  const session = undefined as { token: string } | false | undefined;
  expect((await get("?path=a", { token: () => (false && session) as unknown as undefined })).status).toBe(401);
  expect((await get("?path=a", { token: () => true as unknown as string })).status).toBe(500);
  const failing = () => {
    throw new Error("no database");
  };
  expect((await get("?path=a", { token: failing })).status).toBe(500);
});

/** Where nobody may be led to. */
const PATHS = [
  ...[
    "",
    "/",
    "..",
    "../admin",
    "a/../../admin",
    "a/..",
    "./a",
    "a/./b",
    "//evil.example/a",
    "/a//b",
    "a\\b",
    "\\\\evil.example",
  ],
  ...[
    "%2e%2e/admin",
    "a/%2E%2E/b",
    "a%2fb",
    "a%2F..%2fadmin",
    "a%5cb",
    "%252e%252e/admin",
    "a%00b",
    "a%0d%0aHost:x",
    "a\r\nb",
    "a b",
    "a\tb",
  ],
  ...["a?b", "a#b", "@evil.example/a", "%", "%zz", "é", "a%7f"].map((one) =>
    one === "@evil.example/a" ? "/../@evil.example/a" : one,
  ),
  ...["a/..;/admin", "..;x=1/admin", "%61dmin", "a%2db", "%5fa", "a/%c0%ae%c0%ae/b", "a/%ff", "日", "a\u00a0b", "{a}"],
];
test.each(PATHS)("a path that is a trick: %j", async (path) => {
  const response = await get(`?path=${encodeURIComponent(path)}`);
  expect(response.status).toBe(400);
  expect(asked).toEqual([]);
});

test.each([
  ["another host", "http://evil.example/v1/a"],
  ["another port", "http://127.0.0.1:1/v1/a"],
  ["another scheme", "https://127.0.0.1/v1/a"],
  ["above the upstream", "BASE/admin"],
  ["above it, by a trick", "BASE/v1/../admin"],
  ["above it, encoded", "BASE/v1/%2e%2e/admin"],
  ["beside it", "BASE/v10/a"],
  ["with a user", "BASE_USER/v1/a"],
  ["a file", "file:///etc/passwd"],
  ["data", "data:text/event-stream,data:x"],
  ["a script", "javascript:alert(1)"],
  ["mapped to IPv6", "http://[::ffff:127.0.0.1]:PORT/v1/a"],
  ["by its name", "http://localhost:PORT/v1/a"],
  ["with a slash that goes back", "BASE\\@evil.example/v1/a"],
  ["with slashes that go back, and one that is hidden", "BASE\\v1\\..%2fadmin"],
  ["with slashes that go back, and a second encoding", "BASE\\v1\\%252e%252e%252fadmin"],
  ["with slashes that go back, and a NUL", "BASE\\v1\\x%00"],
  ["with a tab, which nobody sees", "BASE/v1/\ta"],
  ["with one slash too few", "http:/127.0.0.1:PORT/v1/a"],
  ["with a hidden letter", "BASE/v1/%61dmin"],
  ["no URL", "http://"],
])("a URL that leads to %s", async (_, url) => {
  const { port } = new URL(base);
  const given = url.replace("BASE_USER", base.replace("//", "//user@")).replace("BASE", base).replace("PORT", port);
  const response = await get(`?url=${encodeURIComponent(given)}`);
  expect([400, 403]).toContain(response.status);
  expect(asked).toEqual([]);
});

test("numbers that are the same address are the same address", async () => {
  const { port } = new URL(base);
  for (const host of ["2130706433", "0x7f.1", "127.1"]) {
    const response = await get(`?url=${encodeURIComponent(`http://${host}:${port}/v1/a`)}`);
    expect([host, response.status]).toEqual([host, 200]); // the URL standard says so, and there is nothing else behind it
  }
});

test.each([
  [{ "sec-fetch-site": "cross-site" }, 403],
  [{ "sec-fetch-site": "same-site" }, 403],
  [{ "sec-fetch-site": "cross-site", origin: "https://app.example" }, 200],
  [{ "sec-fetch-site": "same-origin" }, 200],
])("pages: %j", async (headers, status) => {
  const response = await proxyWith({ origins: ["https://app.example"] }).GET(
    new Request("http://localhost/api/sse?path=a", { headers: headers as Record<string, string> }),
  );
  expect(response.status).toBe(status);
});

test("who may not, may not; and the authorizer hears where it goes", async () => {
  const channels: string[] = [];
  const authorize: SSEProxyOptions["authorize"] = (context) => {
    channels.push(...context.channels);
    return false;
  };
  expect((await get("?path=a/b", { authorize })).status).toBe(403);
  expect(channels).toEqual(["proxy:/v1/a/b"]);
  await get("?path=a/b", { authorize, upstream: [`${base}/v1/`, "https://other.example/"] });
  expect(channels[1]).toBe(`proxy:${base}/v1/a/b`); // which of them
  expect(asked).toEqual([]);
});

test.each([
  [301, { location: "http://evil.example/" }, "", 502],
  [404, {}, "<h1>internal host db-7</h1>", 404],
  [401, { "www-authenticate": "x" }, "secret", 401],
  [429, { "retry-after": "7" }, "secret", 429],
  [500, {}, "stack trace", 502],
  [503, { "retry-after": "9" }, "secret", 503],
  [200, { "content-type": "text/html" }, "<h1>hello</h1>", 502],
  [206, { "content-type": "text/event-stream" }, "data: 1\n\n", 502],
  [304, {}, "", 502],
  [200, { "content-type": "text/event-stream", "content-encoding": "gzip" }, "data: 1\n\n", 502],
  [404, { "content-type": "application/problem+json" }, "<h1>internal</h1>", 404],
] as const)("an upstream that answers %d", async (status, headers, body, shown) => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
  const response = await get("?path=a");
  expect(response.status).toBe(shown);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("retry-after")).toBe(Object(headers)["retry-after"] ?? null);
  const text = await response.text();
  if (body !== "") expect(text).not.toContain(body);
  expect(response.headers.get("location")).toBeNull();
});

test("its own problem is given, unless it is too long", async () => {
  const problem = JSON.stringify({ type: "about:blank", title: "No such chat", status: 404 });
  answer = (_, response) => response.writeHead(404, { "content-type": "application/problem+json" }).end(problem);
  expect(await (await get("?path=a")).text()).toBe(problem);
  answer = (_, response) =>
    response.writeHead(404, { "content-type": "application/problem+json" }).end("x".repeat(70_000));
  expect((await (await get("?path=a")).text()).length).toBeLessThan(1000);
});

test("204, and the JSON that a poll gets, are given as they are", async () => {
  answer = (_, response) => response.writeHead(204).end();
  expect((await get("?path=a")).status).toBe(204);
  answer = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"events":[]}');
  expect(await (await get("?path=a")).json()).toEqual({ events: [] });
  // The upstream means caches that see a token.
  const type = "Text/Event-Stream; charset=utf-8";
  for (const [given, cached] of [
    ["application/json", "no-store"],
    [type, "no-cache, no-transform"],
  ] as const) {
    answer = (_, response) =>
      response.writeHead(200, { "content-type": given, "cache-control": "public, max-age=600" }).end("{}");
    const { headers } = await get("?path=a");
    expect([headers.get("content-type"), headers.get("cache-control")]).toEqual([given, cached]);
  }
});

test("times: one that does not answer, one that falls silent, one that is not there", async () => {
  answer = () => {};
  const late = await get("?path=a", { headTimeoutMs: 50 });
  expect([late.status, Object(await late.json()).code]).toEqual([504, "TIMED_OUT"]);
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
  };
  const silent = await get("?path=a", { silenceTimeoutMs: 50 });
  await expect(silent.text()).rejects.toThrow();
  await until(() => closed === 2);
  const nowhere = createServer();
  const gone = await listen(nowhere);
  await new Promise((resolve) => nowhere.close(resolve));
  expect((await get("?path=a", { upstream: gone })).status).toBe(502);
});

test("cut in the middle, it is cut for the client too, and ends where it ends", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n", () => response.destroy());
  };
  await expect((await get("?path=a")).text()).rejects.toThrow();
});

describe("an upstream that speaks badly", () => {
  let raw: NetServer;
  let bad: string;
  let speak: (socket: Socket) => void;

  beforeAll(async () => {
    raw = createNetServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => speak(socket));
    });
    bad = await listen(raw);
  });
  afterAll(() => raw.close());

  const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

  test.each([
    [
      "another protocol",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "101",
    ],
    ["no HTTP", "220 mail.example ESMTP\r\n", "does not speak HTTP"],
    ["half a head", HEAD, "broken off"],
    ["nothing", "", "broken off"],
  ])("%s", async (_, text, detail) => {
    speak = (socket) => socket.end(text);
    const response = await get("?path=a", { upstream: bad });
    expect([response.status, Object(await response.json()).detail]).toEqual([502, expect.stringContaining(detail)]);
  });

  test("a stream without an end of its own that is reset is cut, and one that is closed has ended", async () => {
    speak = (socket) => {
      socket.write(`${HEAD}\r\ndata: 1\n\n`);
      reset = () => socket.resetAndDestroy();
    };
    let reset = () => {};
    const cut = await get("?path=a", { upstream: bad });
    const reader = cut.body?.getReader();
    await reader?.read();
    reset();
    await expect(reader?.read()).rejects.toThrow();
    speak = (socket) => socket.end(`${HEAD}\r\ndata: 1\n\n`);
    expect(await (await get("?path=a", { upstream: bad })).text()).toBe("data: 1\n\n");
  });
});

test("bodies that somebody has read: what is left of one is not sent", async () => {
  const errors: unknown[] = [];
  const hub = createHub({ name: "proxy bodies" });
  hub.on("error", ({ error }) => errors.push(error));
  const { POST, attach } = createSSEProxy({ upstream: `${base}/v1/`, hub });
  const post = () => new Request("http://localhost/api/sse?path=a", { method: "POST", body: "abc", headers: own });
  const [read, locked, begun] = [post(), post(), post()];
  await read.text();
  locked.body?.getReader();
  const reader = begun.body?.getReader();
  await reader?.read();
  reader?.releaseLock();
  for (const request of [read, locked, begun]) expect((await POST(request)).status).toBe(500);
  expect(errors.map(String)).toEqual(Array(3).fill("TypeError: The request's body was read before Millrace could"));
  // A form that a framework has parsed is no JSON.
  const { port, close } = await serving((req, res) => {
    req.on("data", () => {});
    req.on("end", () => void attach(Object.assign(req, { body: { a: "1" } }), res, "a"));
  });
  const headers = { ...own, "content-type": "application/x-www-form-urlencoded" };
  expect((await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "a=1", headers })).status).toBe(500);
  expect(asked).toEqual([]);
  await close();
});

test("a client that has left before it came here is not asked for", async () => {
  const { attach } = proxyWith();
  let done = false;
  const { port, close } = await serving((req, res) => {
    res.on("close", () => void attach(req, res, "a").then(() => (done = true)));
    gone.abort();
  });
  const gone = new AbortController();
  await expect(fetch(`http://127.0.0.1:${port}/`, { headers: own, signal: gone.signal })).rejects.toThrow();
  await until(() => done);
  expect(asked).toEqual([]);
  await close();
});

test("a client that leaves ends the request upstream", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
  };
  const gone = new AbortController();
  const request = new Request("http://localhost/api/sse?path=a", { headers: own, signal: gone.signal });
  const response = await proxyWith().GET(request);
  const reader = response.body?.getReader();
  await reader?.read();
  gone.abort();
  await until(() => closed === 1);
  const second = await get("?path=a");
  await second.body?.cancel();
  await until(() => closed === 2);
});

test("a slow reader holds the upstream back", async () => {
  let written = 0;
  const piece = Buffer.alloc(64 * 1024, "x");
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = () => {
      while (written < 2000 && response.write(piece)) written++;
      if (written < 2000) response.once("drain", write);
      else response.end();
    };
    write();
  };
  const response = await get("?path=a");
  const reader = response.body?.getReader();
  await reader?.read();
  let last = -1;
  while (written !== last) {
    last = written;
    for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(written).toBeLessThan(500); // of 2,000: what the sockets hold
  await reader?.cancel();
});

test.each([
  ["upstream", { upstream: "ftp://a/" }],
  ["upstream", { upstream: "http://user@a/" }],
  ["upstream", { upstream: "http://a/?b" }],
  ["upstream", { upstream: "/v1" }],
  ["upstream", { upstream: [] }],
  ["cookie", { cookie: 5 }],
  ["cookie", { cookie: "" }],
  ["cookie", { cookie: "a=b" }],
  ["headers", { headers: new Headers({ "x-key": "k" }) }],
  ["headers", { headers: new Map() }],
  ["headers", { headers: { "x-key": "a\r\nb" } }],
  ["headers", { headers: { "x-key": undefined } }],
  ["headers", { headers: { "x key": "k" } }],
  ["token", { token: "t" }],
  ["connectTimeoutMs", { connectTimeoutMs: 0 }],
  ["forwardHeaders", { forwardHeaders: ["a\r\nb"] }],
  ["cokie", { cokie: "s" }],
])("an option that is wrong: %s", (name, options) => {
  expect(() => createSSEProxy({ upstream: base, ...(options as object) })).toThrow(name);
});

describe("the providers' own clients", () => {
  /** What a model says, with all that may be cut. */
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const openaiStream = `: comment\r\n\r\n${chunk({ role: "assistant", content: "" })}${chunk({ content: "Grüß Gott 👋" })}${chunk({}, "stop")}data: [DONE]\n\n`;
  const anthropicStream = [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "m",
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüß Gott 👋" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
  let server: TestServer;
  let nodeServer: Server;
  let urls: string[];

  beforeEach(async () => {
    answer = async (request, response) => {
      const bytes = Buffer.from(request.url?.includes("messages") ? anthropicStream : openaiStream);
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      for (let at = 0; at < bytes.length; at += 13) {
        response.write(bytes.subarray(at, at + 13));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    };
    const proxy = proxyWith({ headers: { authorization: "Bearer real" } });
    const pathOf = (url = "") => new URL(url, "http://host").pathname.slice(1);
    server = await serve((request) => proxy.POST(request, { params: { route: pathOf(request.url).split("/") } }));
    nodeServer = createServer((req, res) => void proxy.attach(req, res, pathOf(req.url)));
    urls = [server.url, await listen(nodeServer)];
  });

  afterEach(async () => {
    nodeServer.closeAllConnections();
    nodeServer.close();
    await server.close();
  });

  /** A fetch that keeps what came. */
  function recording() {
    const bytes: Uint8Array[] = [];
    const recorded: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const through = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          bytes.push(piece);
          controller.enqueue(piece);
        },
      });
      return new Response(response.body?.pipeThrough(through), response);
    };
    return { recorded, text: () => Buffer.concat(bytes).toString("utf8") };
  }

  test("openai: the same bytes, and the same answer", async () => {
    for (const baseURL of urls) {
      const { recorded, text } = recording();
      const client = new OpenAI({ apiKey: "none", baseURL, maxRetries: 0, fetch: recorded });
      let said = "";
      const messages = [{ role: "user", content: "Hi" } as const];
      for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true }))
        said += chunk.choices[0]?.delta.content ?? "";
      expect(said).toBe("Grüß Gott 👋");
      expect(text()).toBe(openaiStream);
      expect(asked.at(-1)).toMatchObject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: { authorization: "Bearer real" },
      });
      expect(JSON.parse(asked.at(-1)?.body ?? "")).toMatchObject({ model: "m", stream: true });
    }
  });

  test("@anthropic-ai/sdk: the same bytes, and the same answer", async () => {
    for (const baseURL of urls) {
      const { recorded, text } = recording();
      const client = new Anthropic({ apiKey: "none", baseURL, maxRetries: 0, fetch: recorded });
      const messages = [{ role: "user", content: "Hi" } as const];
      const message = await client.messages.stream({ model: "m", max_tokens: 5, messages }).finalMessage();
      expect(message.content).toMatchObject([{ type: "text", text: "Grüß Gott 👋" }]);
      expect(text()).toBe(anthropicStream);
    }
  });
});
