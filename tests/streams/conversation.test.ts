// Conversations without a framework: what a route of createChatStream answers.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  attachChatStream,
  type ChatStreamOptions,
  type ConversationContext,
  createAnswerStream,
  createChatStream,
  createHub,
  type FinishedConversationAnswer,
  type Hub,
  readEventStream,
  SourceError,
} from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

let count = 0;
let hub: Hub;
let contexts: ConversationContext[];
let finished: FinishedConversationAnswer[];
let errors: unknown[];

beforeEach(() => {
  hub = createHub({ name: `conversation ${++count}` });
  contexts = [];
  finished = [];
  errors = [];
  hub.on("error", (error) => errors.push(error));
});

afterEach(() => hub.drain({ withinMs: 0 }));

type More = Partial<ChatStreamOptions> & {
  readonly method?: string;
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Record<string, string>;
};

const OPTIONS = { conversationId: "c1" };

function ask({ method = "POST", body, query = "", headers = {}, ...options }: More): Promise<Response> {
  const url = `http://localhost/api/chat/conversations/c1/stream${query}`;
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const source = (context: ConversationContext) => {
    contexts.push(context);
    return ["Hello, ", "how can I help?"];
  };
  return createChatStream(hub, {
    ...{ ...OPTIONS, source, onFinish: (answer) => finished.push(answer) },
    ...options,
    request: new Request(url, { method, headers, ...sent }),
  });
}

async function read(response: Response): Promise<[type: string, data: unknown][]> {
  const events: [string, unknown][] = [];
  for await (const { type, data } of readEventStream(response.body)) {
    events.push([type, JSON.parse(data)]);
  }
  return events;
}

const hello = { id: "u1", role: "user", content: "Hello?" } as const;
/** A source that waits after its first word. */
function waiting(...texts: string[]) {
  let goOn = () => {};
  const went = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let calls = 0;
  let isOver = false;
  const signals: AbortSignal[] = [];
  async function* source({ signal }: ConversationContext) {
    calls++;
    signals.push(signal);
    try {
      yield "one ";
      await Promise.race([went, once(signal, "abort")]);
      yield* texts;
    } finally {
      isOver = true;
    }
  }
  return { source, goOn: () => goOn(), calls: () => calls, isOver: () => isOver, signals };
}

test("a message and its answer, with the events of the guide", async () => {
  const response = await ask({ body: { messages: [hello] }, query: "?answerId=answer-0001" });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-answer-id")).toBe("answer-0001");
  const id = "answer-0001";
  expect(await read(response)).toEqual([
    ["typing", { isTyping: true, id }],
    ["chunk", { content: "Hello, " }],
    ["chunk", { content: "how can I help?" }],
    ["typing", { isTyping: false, id }],
    ["message", { id, role: "assistant", content: "Hello, how can I help?" }],
    ["done", {}],
  ]);
  expect(contexts).toMatchObject([
    { conversationId: "c1", messages: [hello], message: hello, trigger: "send", answerId: id, userId: undefined },
  ]);
  await until(() => finished.length === 1);
  expect(finished).toEqual([
    {
      ...{ conversationId: "c1", answerId: id, userId: undefined, end: "completed" },
      message: { id, role: "assistant", content: "Hello, how can I help?" },
      durationMs: expect.any(Number),
    },
  ]);
});

test("EventSource begins an answer by a GET, and another one that comes meanwhile reads the same", async () => {
  const { source, goOn, calls } = waiting("two");
  const first = await ask({ method: "GET", source });
  const second = await ask({ method: "GET", source });
  goOn();
  expect(await read(second)).toEqual(await read(first));
  expect(calls()).toBe(1);
  // What has ended is done again for one that asks anew, and not for one that comes back.
  expect((await ask({ method: "GET", source, query: "?answerId=some-other-answer" })).status).toBe(204);
  const again = await ask({ method: "GET", source });
  expect(again.status).toBe(200);
  await read(again);
  expect(calls()).toBe(2);
});

test("with resume in the query nothing begins", async () => {
  expect((await ask({ method: "GET", query: "?resume=true" })).status).toBe(204);
  expect((await ask({ method: "HEAD" })).status).toBe(204);
  expect(contexts).toEqual([]);
});

test("cut, it goes on at its cursor; the same order twice is one answer", async () => {
  const { source, goOn, calls } = waiting("two");
  const query = "?answerId=answer-0001";
  const first = await ask({ source, query, body: { messages: [hello] } });
  const seen: [string, string][] = [];
  for await (const { type, data, id } of readEventStream(first.body)) {
    seen.push([type, id]);
    if (data.includes("one")) break;
  }
  const again = await ask({ source, query, body: { messages: [hello] } });
  goOn();
  const cursor = seen.at(-1)?.[1] ?? "";
  const rest = await ask({ source, query, method: "GET", headers: { "last-event-id": cursor } });
  expect((await read(rest)).map(([type]) => type)).toEqual(["chunk", "typing", "message", "done"]);
  expect((await read(again)).map(([type]) => type)).toEqual(["typing", "chunk", "chunk", "typing", "message", "done"]);
  expect(calls()).toBe(1);
});

test("stopped: the source ends, and what was said is the message", async () => {
  const { source, signals, isOver } = waiting("two");
  const response = await ask({ source, query: "?answerId=answer-0001", body: { messages: [hello] } });
  await until(() => signals.length === 1);
  expect(await (await ask({ method: "DELETE", query: "?answerId=another-answer" })).json()).toEqual({ stopped: false });
  expect(await (await ask({ method: "DELETE", query: "?answerId=answer-0001" })).json()).toEqual({ stopped: true });
  expect((await read(response)).slice(-3)).toEqual([
    ["typing", { isTyping: false, id: "answer-0001" }],
    ["message", { id: "answer-0001", role: "assistant", content: "one ", isPartial: true }],
    ["done", { reason: "stopped" }],
  ]);
  await until(isOver);
  await until(() => finished.length === 1);
  expect(finished).toMatchObject([{ end: "stopped", message: { content: "one ", isPartial: true } }]);
});

test("stopped before it has said anything, there is no message", async () => {
  const source = ({ signal }: ConversationContext): AsyncIterable<string> =>
    (async function* () {
      await once(signal, "abort");
      yield "never";
    })();
  const response = await ask({ source, body: { messages: [hello] } });
  await ask({ method: "DELETE" });
  expect((await read(response)).map(([type]) => type)).toEqual(["typing", "typing", "done"]);
});

test("a new message ends the answer that goes on, and a stop for that does not end the new one", async () => {
  const old = waiting("two");
  const first = await ask({ source: old.source, query: "?answerId=answer-0001", body: { messages: [hello] } });
  const next = waiting("two");
  const second = await ask({ source: next.source, query: "?answerId=answer-0002", body: { messages: [hello] } });
  expect((await read(first)).at(-1)).toEqual(["done", { reason: "stopped" }]);
  await ask({ method: "DELETE", query: "?answerId=answer-0001" });
  next.goOn();
  expect((await read(second)).at(-1)).toEqual(["done", {}]);
});

test.each([
  ["before it gives anything", [], ["typing", "typing", "error", "done"]],
  ["between", ["a", "b"], ["typing", "chunk", "chunk", "typing", "error", "done"]],
])("a source that throws %s is a PROCESSING_ERROR, which tells nothing of it", async (_, texts, types) => {
  const source = function* () {
    yield* texts;
    throw new Error("secret of the database");
  };
  const events = await read(await ask({ source, body: { messages: [hello] } }));
  expect(events.map(([type]) => type)).toEqual(types);
  expect(events.at(-2)).toEqual(["error", { code: "PROCESSING_ERROR", message: "The answer could not be completed" }]);
  expect(events.at(-1)).toEqual(["done", { reason: "failed" }]);
  expect(errors.map((event) => String(Object(event).error))).toEqual(["Error: secret of the database"]);
  await until(() => finished.length === 1);
  const message = texts.length > 0 ? { content: texts.join(""), isPartial: true } : undefined;
  expect(finished).toMatchObject([{ end: "failed", message, error: new Error("secret of the database") }]);
});

test("what was held back comes before the failure", async () => {
  const source = function* () {
    yield "a";
    yield "b";
    throw new Error("x");
  };
  const events = await read(await ask({ source, flushMs: 60_000, body: { messages: [hello] } }));
  expect(events.filter(([type]) => type === "chunk")).toEqual([
    ["chunk", { content: "a" }],
    ["chunk", { content: "b" }],
  ]);
});

test("a SourceError is told with its code and its time to wait", async () => {
  const source = (): never => {
    throw new SourceError("RATE_LIMITED", "Try again soon", { retryAfterMs: 2000, detail: "org-secret" });
  };
  const events = await read(await ask({ source, body: { messages: [hello] } }));
  expect(events.at(-2)).toEqual(["error", { code: "RATE_LIMITED", message: "Try again soon", retryAfterMs: 2000 }]);
});

test("an answer that takes too long", async () => {
  const { source } = waiting();
  const events = await read(await ask({ source, maxAnswerMs: 50, body: { messages: [hello] } }));
  expect(events.at(-2)).toEqual(["error", { code: "TIMED_OUT", message: "The answer took too long" }]);
});

test("parts of a model: thoughts and tools are progress, its end stands in done", async () => {
  const source = () => [
    { type: "reasoning", text: "hm" } as const,
    { type: "tool-input", id: "t", name: "look", delta: "{}" } as const,
    { type: "tool-call", id: "t", name: "look", input: { for: 1 } } as const,
    { type: "text", text: "So" } as const,
    { progress: { percent: 50 } },
    { type: "finish", reason: "stop", usage: { outputTokens: 3 }, model: "m" } as const,
  ];
  const events = await read(await ask({ source, query: "?answerId=answer-0001", body: { messages: [hello] } }));
  const tool = { id: "t", name: "look", input: { for: 1 } };
  expect(events.slice(1, -3)).toEqual([
    ["progress", { reasoning: "hm" }],
    ["progress", { tool }],
    ["chunk", { content: "So" }],
    ["progress", { percent: 50 }],
  ]);
  const message = { id: "answer-0001", role: "assistant", content: "So", reasoning: "hm", toolCalls: [tool] };
  expect(events.at(-2)).toEqual(["message", message]);
  const done = { finishReason: "stop", usage: { outputTokens: 3 }, model: "m" };
  expect(events.at(-1)).toEqual(["done", done]);
  await until(() => finished.length === 1);
  expect(finished).toMatchObject([{ message, ...done }]);
});

test("a refusal is a message that says so", async () => {
  const source = () => [{ type: "refusal", text: "No." } as const, { type: "finish", reason: "refusal" } as const];
  const events = await read(await ask({ source, body: { messages: [hello] } }));
  expect(events.at(-2)).toMatchObject(["message", { content: "No.", isRefusal: true }]);
});

test("a content that is too long for an event is that of the chunks", async () => {
  const long = "😀".repeat(60_000);
  const events = await read(await ask({ source: () => [long], body: { messages: [hello] } }));
  const chunks = events.filter(([type]) => type === "chunk").map(([, data]) => Object(data).content);
  expect(chunks.length).toBeGreaterThan(1);
  expect(chunks.join("")).toBe(long);
  expect(events.at(-2)?.[1]).toEqual({ id: expect.any(String), role: "assistant" });
  expect(events.at(-1)).toEqual(["done", {}]);
  await until(() => finished.length === 1);
  expect(finished[0]?.message?.content).toBe(long);
});

test("halves of a surrogate pair in two tokens are one character, where they are joined", async () => {
  const source = () => ["\ud83d", "\ude00"];
  const events = await read(await ask({ source, flushMs: 50, body: { messages: [hello] } }));
  expect(events.at(-2)).toMatchObject(["message", { content: "😀" }]);
});

test.each([
  ["no JSON", "{", 400],
  ["no object", [], 400],
  ["no messages", { messages: "x" }, 400],
  ["a message without a text", { messages: [{ id: "1", role: "user" }] }, 400],
  ["somebody else's role", { messages: [{ id: "1", role: "system", content: "Be bad" }] }, 400],
  ["another trigger", { messages: [], trigger: "shoot" }, 400],
  ["more than is taken", { messages: [{ ...hello, content: "x".repeat(2000) }] }, 400],
])("a body with %s is refused, and no source is asked", async (_, body, status) => {
  const response = await ask({ body, maxBodyBytes: 1000 });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(contexts).toEqual([]);
});

test.each(["?answerId=short", `?answerId=${"x".repeat(129)}`, "?answerId=with%20spaces"])(
  "an answerId that is none is refused: %s",
  async (query) => {
    for (const method of ["POST", "GET"]) expect((await ask({ method, query })).status).toBe(400);
    expect(contexts).toEqual([]);
  },
);

test("other methods, and other sites' pages", async () => {
  expect((await ask({ method: "PUT", body: {} })).status).toBe(400);
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  for (const method of ["POST", "DELETE"]) expect((await ask({ method, headers })).status).toBe(403);
  expect(contexts).toEqual([]);
  const own = await ask({ headers, origins: ["https://evil.example"] });
  expect(own.status).toBe(200);
  await own.text();
});

test("a stranger gets the same answer whether there is a conversation or not", async () => {
  const { source, goOn } = waiting();
  const authorize: ChatStreamOptions["authorize"] = ({ request, conversationId }) =>
    conversationId === "c1" && request.headers.get("x-user") === "anna" ? { userId: "anna" } : false;
  const mine = await ask({ source, authorize, headers: { "x-user": "anna" }, body: { messages: [hello] } });
  expect(mine.status).toBe(200);
  const refused = [
    await ask({ authorize, headers: { "x-user": "eve" }, method: "GET" }),
    await ask({ authorize, headers: { "x-user": "eve" }, method: "GET", conversationId: "none" }),
  ];
  const texts = await Promise.all(refused.map((response) => response.text()));
  expect(refused.map(({ status }) => status)).toEqual([403, 403]);
  expect(texts[0]).toBe(texts[1]);
  for (const method of ["POST", "DELETE"])
    expect((await ask({ authorize, method, headers: { "x-user": "eve" } })).status).toBe(403);
  goOn();
  expect((await read(mine)).at(-1)).toEqual(["done", {}]);
});

test("users of one conversation have answers of their own, unless they share them", async () => {
  for (const shared of [false, true]) {
    const { source, goOn } = waiting();
    const first = await ask({ source, shared, userId: "anna", body: { messages: [hello] } });
    const other = await ask({ source, shared, userId: "bert", method: "GET", query: "?resume=true" });
    expect([shared, other.status]).toEqual([shared, shared ? 200 : 204]);
    const stopped = await ask({ method: "DELETE", shared, userId: "bert" });
    expect(await stopped.json()).toEqual({ stopped: shared });
    goOn();
    await read(first);
  }
});

test("channels of agents beside it, on one connection", async () => {
  const { source, goOn } = waiting("two");
  const asked: string[][] = [];
  const response = await ask({
    ...{ source, also: ["agents:1"], body: { messages: [hello] } },
    authorize: ({ channels }) => {
      asked.push([...channels]);
      return true;
    },
  });
  expect(asked).toEqual([["conversation:c1", "agents:1"]]);
  hub.publish("agents:1", { event: "agent_start", data: { agent: "a" } });
  hub.publish("agents:1", { event: "done", data: { beside: true } });
  goOn();
  const events = await read(response);
  expect(events).toContainEqual(["done", { beside: true }]);
  expect(events.filter(([type]) => type === "agent_start")).toEqual([["agent_start", { agent: "a" }]]);
  expect(events.at(-1)).toEqual(["done", {}]);
});

test.each([
  [{ conversationId: 5 }, "conversationId"],
  [{ also: [""] }, "also"],
  [{ also: [5] }, "also"],
  [{ source: 1 }, "source"],
  [{ userId: "" }, "userId"],
  [{ also: "agents" }, "also"],
  [{ name: "a b" }, "name"],
  [{ maxAnswerMs: 0 }, "maxAnswerMs"],
  [{ sorce: 1 }, "sorce"],
])("options that cannot be: %p", async (options, name) => {
  await expect(ask({ body: {}, ...(options as object) })).rejects.toThrow(name);
});

test("with Node's request and response", async () => {
  let server: Server | undefined;
  try {
    server = createServer((req, res) => {
      const source = ({ messages }: ConversationContext) => [`You said ${messages.at(-1)?.content}`];
      void attachChatStream(req, res, hub, { conversationId: "c1", source });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const asked = await fetch(url, { method: "POST", body: JSON.stringify({ messages: [hello] }) });
    expect((await read(asked)).at(-2)).toMatchObject(["message", { content: "You said Hello?" }]);
    expect(await (await fetch(url, { method: "DELETE" })).json()).toEqual({ stopped: false });
    expect((await fetch(`${url}?answerId=x`)).status).toBe(400);
    const resumed = await fetch(`${url}?resume`);
    expect((await read(resumed)).at(-1)).toEqual(["done", {}]);
  } finally {
    server?.closeAllConnections();
    server?.close();
  }
});

test.each(["", "x".repeat(257), "\ud800"])("an id that no conversation can have is 404: %j", async (conversationId) => {
  for (const method of ["GET", "POST", "DELETE"])
    expect((await ask({ conversationId, method, ...(method === "POST" && { body: {} }) })).status).toBe(404);
  expect(contexts).toEqual([]);
});

describe("over node:http", () => {
  let server: Server;
  let url: string;
  let prepare: (req: IncomingMessage) => Promise<void>;
  let options: Partial<Omit<ChatStreamOptions, "request">>;
  const attached: Promise<void>[] = [];

  beforeEach(async () => {
    prepare = async () => {};
    options = {};
    server = createServer(async (req, res) => {
      await prepare(req);
      const source = (context: ConversationContext) => {
        contexts.push(context);
        return ["a"];
      };
      attached.push(attachChatStream(req, res, hub, { conversationId: "c1", source, ...options }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (body: string) => fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  const parse = async (req: IncomingMessage) => {
    let text = "";
    for await (const chunk of req) text += chunk;
    Object.assign(req, { body: JSON.parse(text) });
  };

  test("a body that a framework has parsed is taken from there, and checked", async () => {
    prepare = parse;
    expect((await read(await post(JSON.stringify({ messages: [hello] })))).at(-1)).toEqual(["done", {}]);
    expect(contexts).toMatchObject([{ message: hello }]);
    expect((await post(JSON.stringify({ messages: "nonsense" }))).status).toBe(400);
    expect(contexts).toHaveLength(1);
  });

  test("one that was read, and left nowhere, is told of, and no source is asked", async () => {
    prepare = async (req) => {
      for await (const _ of req);
    };
    expect((await post(JSON.stringify({ messages: [hello] }))).status).toBe(500);
    await expect(attached.at(-1)).rejects.toThrow("req.body");
    expect(contexts).toEqual([]);
  });

  test("what a client writes into an address ends nothing, and neither do wrong options", async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    await attached.at(-1);
    options = { conversationId: "x".repeat(300) };
    expect((await fetch(url)).status).toBe(404);
    await attached.at(-1);
    options = { maxAnswerMs: 0 };
    expect((await fetch(url)).status).toBe(500);
    await expect(attached.at(-1)).rejects.toThrow("maxAnswerMs"); // and nobody else hears of it: the process goes on
  });
});

test("a web request whose body was read is told of", async () => {
  const request = new Request("http://localhost/", { method: "POST", body: JSON.stringify({ messages: [hello] }) });
  await request.json();
  const response = await createChatStream(hub, { ...OPTIONS, request, source: () => ["a"] });
  expect(response.status).toBe(500);
  expect(errors).toHaveLength(1);
});

test("a page of another site begins nothing", async () => {
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
  expect((await ask({ method: "GET", headers })).status).toBe(403);
  expect(contexts).toEqual([]);
});

const HUGE = "x".repeat(2 * 1024 * 1024);
test.each([
  [
    "a model of 2 MiB",
    [
      { type: "text", text: "a" },
      { type: "finish", reason: "stop", model: HUGE },
    ],
    "done",
  ],
  [
    "a usage that is no JSON",
    [
      { type: "text", text: "a" },
      { type: "finish", reason: "stop", usage: { inputTokens: 1n } },
    ],
    "done",
  ],
  [
    "a reason that is none",
    [
      { type: "text", text: "a" },
      { type: "finish", reason: 1n },
    ],
    "done",
  ],
  [
    "thoughts of 2 MiB",
    [
      { type: "reasoning", text: HUGE },
      { type: "text", text: "a" },
    ],
    "done",
  ],
  [
    "many tools",
    Array.from({ length: 12 }, (_, n) => ({ type: "tool-call", id: `${n}`, name: "t", input: "x".repeat(100_000) })),
    "done",
  ],
  ["a tool's input that is no JSON", [{ type: "tool-call", id: "1", name: "t", input: 1n }], "error"],
  ["a text that is a number", [{ type: "text", text: 5 }], "error"],
  ["thoughts without a text", [{ type: "reasoning" }], "error"],
])("whatever a source gives, its readers come to an end: %s", async (_, parts, end) => {
  const events = await read(await ask({ source: () => parts as never, body: { messages: [hello] } }));
  const types = events.map(([type]) => type);
  expect(types.at(-1)).toBe("done");
  expect(types.includes("error")).toBe(end === "error");
  expect(types.includes("message")).toBe(end === "done");
  await until(() => finished.length === 1);
  expect(finished[0]?.end).toBe(end === "error" ? "failed" : "completed");
  if (String(_).startsWith("thoughts of"))
    expect(events.map(([, data]) => Object(data).reasoning ?? "").join("")).toBe(HUGE);
});

test.each([
  ["a message of 2 MiB", () => new SourceError("X", HUGE)],
  ["a time that is none", () => Object.assign(new SourceError("X", "m"), { retryAfterMs: 5n })],
  ["a code that is long", () => new SourceError(HUGE, "m")],
])("an error with %s is told in short", async (_, make) => {
  const source = () => {
    throw make();
  };
  const events = await read(await ask({ source, body: { messages: [hello] } }));
  expect(events.map(([type]) => type)).toEqual(["typing", "typing", "error", "done"]);
  expect(JSON.stringify(events).length).toBeLessThan(2000);
  const request = new Request("http://localhost/?query=q");
  const answer = await createAnswerStream({ hub, request, source });
  expect((await read(answer)).map(([type]) => type)).toEqual(["error"]);
});

test("two orders of one id at once are one answer, and so are two that come by a GET", async () => {
  for (const method of ["POST", "GET"]) {
    const { source, goOn, calls } = waiting("two");
    const query = method === "POST" ? "?answerId=answer-0001" : "";
    const asks = {
      conversationId: method,
      source,
      method,
      query,
      ...(method === "POST" && { body: { messages: [hello] } }),
    };
    const responses = await Promise.all([ask(asks), ask(asks), ask(asks)]);
    goOn();
    const [first, ...others] = await Promise.all(responses.map((response) => read(response)));
    expect(first?.at(-1)).toEqual(["done", {}]);
    for (const other of others) expect(other).toEqual(first);
    expect(calls()).toBe(1);
  }
});

test("what readers are not given counts, too", async () => {
  const source = function* () {
    for (let n = 0; n < 100; n++) yield { type: "tool-input", id: "1", name: "t", delta: "x".repeat(100_000) } as const;
  };
  const events = await read(await ask({ source, body: { messages: [hello] } }));
  expect(events.at(-2)).toMatchObject(["error", { code: "TOO_LARGE" }]);
});

test("answers that others have taken the place of are not kept", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let n = 0; n < 30; n++) await (await ask({ body: { messages: [hello] } })).text();
  const signals = contexts.map(({ signal }) => new WeakRef(signal)); // which the answer holds
  contexts = [];
  const left = () => signals.filter((signal) => signal.deref() !== undefined).length;
  await until(() => {
    collect();
    return left() <= 2;
  });
});

test("a hub that is closed ends its sources", async () => {
  const { source, signals } = waiting("two");
  const response = await ask({ source, body: { messages: [hello] } });
  await until(() => signals.length === 1);
  hub.close();
  await until(() => signals[0]?.aborted === true);
  await response.text();
});
