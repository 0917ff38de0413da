// Chats with the AI SDK's own transport and messages, over HTTP.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createUIMessageStream,
  DefaultChatTransport,
  readUIMessageStream,
  type UIMessage,
  type UIMessageChunk,
} from "ai";
import { MillraceChatTransport } from "../../js/src/ai/index.js";
import { type ChatOptions, createChat, createHub, type Hub } from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";
import { answerChat } from "../support/chat-route.js";

let count = 0;
let hub: Hub;
let chat: ReturnType<typeof createChat>;
let server: Server;
let origin: string;
/** What the source is to do next; each call of it takes one. */
let sources: HandSource[];
let errors: unknown[];
let finished: { reason: string; chatId: string }[];

/** A source that gives what it is told to. */
class HandSource {
  readonly #parts = new TransformStream<UIMessageChunk>(undefined, undefined, { highWaterMark: 10_000 });
  readonly #writer = this.#parts.writable.getWriter();
  signal: AbortSignal | undefined;

  run(signal: AbortSignal): ReadableStream<UIMessageChunk> {
    this.signal = signal;
    return this.#parts.readable;
  }

  give(...parts: UIMessageChunk[]): void {
    for (const part of parts) void this.#writer.write(part).catch(() => {});
  }

  text(...deltas: string[]): void {
    this.give(...deltas.map((delta) => ({ type: "text-delta", id: "t", delta }) as const));
  }

  begin(): void {
    this.give({ type: "start", messageId: "m1" }, { type: "start-step" }, { type: "text-start", id: "t" });
  }

  end(): void {
    this.give({ type: "text-end", id: "t" }, { type: "finish-step" }, { type: "finish" });
    void this.#writer.close().catch(() => {});
  }

  fail(error: Error): void {
    void this.#writer.abort(error).catch(() => {});
  }
}

function chatWith(options: ChatOptions = {}): void {
  chat = createChat(hub, {
    source: ({ signal }) => {
      const source = new HandSource();
      sources.push(source);
      return source.run(signal);
    },
    onFinish: (answer) => void finished.push(answer),
    ...options,
  });
}

beforeEach(async () => {
  sources = [];
  errors = [];
  finished = [];
  hub = createHub({ name: `chat ${++count}` });
  hub.on("error", ({ error }) => void errors.push(error));
  chatWith();
  server = createServer((req, res) => void answerChat(chat, req, res)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const message = (text: string): UIMessage => ({ id: text, role: "user", parts: [{ type: "text", text }] });
type Headers = Record<string, string>;

const usual = (headers: Headers = {}) => new DefaultChatTransport<UIMessage>({ api: `${origin}/api/chat`, headers });
const resuming = (headers: Headers = {}) =>
  new MillraceChatTransport<UIMessage>({ api: `${origin}/api/chat`, headers, retry: { baseMs: 1, maxMs: 5 } });

const send = (
  transport: DefaultChatTransport<UIMessage> | MillraceChatTransport,
  chatId = "c",
  abortSignal?: AbortSignal,
) =>
  transport.sendMessages({
    ...{ chatId, trigger: "submit-message", messageId: undefined, messages: [message("Hi")] },
    abortSignal,
  });

/** The message that `useChat` makes of the stream. */
class Reading {
  message: UIMessage | undefined;
  error: unknown;
  readonly done: Promise<void>;
  #reader: ReadableStreamDefaultReader<UIMessageChunk> | undefined;
  readonly parts: UIMessageChunk[] = [];

  constructor(stream: ReadableStream<UIMessageChunk> | null) {
    if (stream === null) throw new Error("There is no answer");
    const [seen, read] = stream.tee();
    this.#reader = seen.getReader();
    this.done = this.#read(read);
    void this.#count().catch(() => {});
  }

  async #count(): Promise<void> {
    for (;;) {
      const { done, value } = (await this.#reader?.read()) ?? { done: true };
      if (done || value === undefined) return;
      this.parts.push(value);
    }
  }

  async #read(stream: ReadableStream<UIMessageChunk>): Promise<void> {
    try {
      const messages = readUIMessageStream({
        stream,
        terminateOnError: true,
        onError: (error) => (this.error = error),
      });
      for await (const message of messages) this.message = message;
    } catch (error) {
      this.error = error;
    }
  }

  get text(): string {
    return (this.message?.parts ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
  }
}

/** An answer of which so much has come. */
async function reading(stream: Promise<ReadableStream<UIMessageChunk> | null>, text: string): Promise<Reading> {
  const reading = new Reading(await stream);
  await until(() => reading.text === text);
  return reading;
}

/** The first answer, of which "one " has come. */
async function begun(sent: Promise<ReadableStream<UIMessageChunk>>): Promise<Reading> {
  const stream = await sent;
  sources[0]?.begin();
  sources[0]?.text("one ");
  return reading(Promise.resolve(stream), "one ");
}

test("a message is answered, as the AI SDK reads it, and the protocol is named", async () => {
  const reading = new Reading(await send(usual()));
  const [source] = sources;
  source?.begin();
  source?.text("Hel", "lo");
  source?.end();
  await reading.done;
  expect([reading.text, reading.error, reading.message?.id]).toEqual(["Hello", undefined, "m1"]);
  expect(finished).toMatchObject([{ chatId: "c", reason: "completed", userId: undefined }]);
  const body = JSON.stringify({ id: "raw", messages: [] });
  const pending = fetch(`${origin}/api/chat`, { method: "POST", body });
  await until(() => sources.length === 2);
  sources[1]?.give({ type: "start" });
  sources[1]?.end();
  const response = await pending;
  expect(response.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1");
  const answerId = response.headers.get("x-answer-id");
  expect((await response.text()).replaceAll(/^id: .*\n/gm, "").trimStart()).toBe(
    [
      `data: {"type":"start","messageId":"${answerId}"}`,
      'data: {"type":"text-end","id":"t"}',
      'data: {"type":"finish-step"}',
      'data: {"type":"finish"}',
      "raw\nevent: done\ndata: [DONE]",
      "",
    ].join("\n\n"),
  );
});

test("parts of every kind pass through as they are", async () => {
  const parts = [
    { type: "start", messageId: "m", messageMetadata: { a: [1, null] } },
    { type: "start-step" },
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "\ud83d\ude00\r\n\u2028", providerMetadata: { x: { y: 1 } } },
    { type: "reasoning-end", id: "r" },
    { type: "tool-input-start", toolCallId: "1", toolName: "weather" },
    { type: "tool-input-delta", toolCallId: "1", inputTextDelta: '{"city":' },
    { type: "tool-input-available", toolCallId: "1", toolName: "weather", input: { city: "Ä" } },
    { type: "tool-output-available", toolCallId: "1", output: { degrees: -3.5 } },
    { type: "source-url", sourceId: "s", url: "https://example.org", title: "T" },
    { type: "file", url: "data:text/plain;base64,aGk=", mediaType: "text/plain" },
    { type: "data-progress", id: "d", data: { done: 1 }, transient: true },
    { type: "finish-step" },
    { type: "finish", finishReason: "stop" },
  ] as unknown as UIMessageChunk[];
  for (const transport of [usual(), resuming()]) {
    const reading = new Reading(await send(transport));
    sources.at(-1)?.give(...parts);
    sources.at(-1)?.end();
    await reading.done;
    expect(reading.parts.slice(0, parts.length)).toEqual(parts);
  }
});

describe.each(["usual", "resuming"] as const)("the %s transport", (name) => {
  const transport = (headers?: Headers) => (name === "usual" ? usual(headers) : resuming(headers));

  test("another tab, or a page that was reloaded, has the answer from its beginning", async () => {
    const first = await begun(send(transport()));
    const second = await reading(transport().reconnectToStream({ chatId: "c" }), "one ");
    sources[0]?.text("two");
    sources[0]?.end();
    await Promise.all([first.done, second.done]);
    expect([first.message, sources.length]).toEqual([second.message, 1]);
    expect(second.text).toBe("one two");
  });

  test("where nothing goes on there is nothing to resume", async () => {
    expect(await transport().reconnectToStream({ chatId: "never" })).toBeNull();
  });

  test("stopped from another tab, both show the same end, and the source is told", async () => {
    const first = await begun(send(transport()));
    const second = await reading(transport().reconnectToStream({ chatId: "c" }), "one ");
    expect(await resuming().stop({ chatId: "c" })).toBe(true);
    await Promise.all([first.done, second.done]);
    expect(sources[0]?.signal?.aborted).toBe(true);
    expect(first.parts.at(-1)).toEqual({ type: "abort" });
    expect([second.message, first.error, second.error]).toEqual([first.message, undefined, undefined]);
    expect(finished).toMatchObject([{ reason: "stopped" }]);
    expect(await resuming().stop({ chatId: "c" })).toBe(false);
  });

  test("a new message ends the answer before it, and a stop for the old one does not end the new one", async () => {
    const first = new Reading(await send(transport()));
    sources[0]?.begin();
    await until(() => first.message !== undefined);
    const response = await fetch(`${origin}/api/chat/c/stream`);
    const old = response.headers.get("x-answer-id");
    void response.body?.cancel();
    const second = new Reading(await send(transport()));
    await first.done;
    expect(sources[0]?.signal?.aborted).toBe(true);
    const stop = (query: string) =>
      fetch(`${origin}/api/chat/c/stream${query}`, { method: "DELETE" }).then((r) => r.json());
    expect(await stop(`?answerId=${old}`)).toEqual({ stopped: false });
    sources[1]?.begin();
    sources[1]?.text("new");
    sources[1]?.end();
    await second.done;
    expect(second.text).toBe("new");
  });

  test("a source that fails is an error to all, which says nothing of why, and is told to the hub", async () => {
    const reading = await begun(send(transport()));
    sources[0]?.fail(new Error("secret"));
    await reading.done;
    expect(String(reading.error)).toContain("The answer could not be completed");
    expect(errors).toMatchObject([{ message: "secret" }]);
    expect(finished).toMatchObject([{ reason: "failed" }]);
  });

  test("an answer that ends while its client is away is given to it when it comes back, and not for ever", async () => {
    chatWith({ replayForMs: 0 });
    const first = new Reading(await send(transport()).catch(() => null));
    sources[0]?.begin();
    sources[0]?.text("one ");
    await until(() => first.text === "one ");
    if (name === "resuming") await hold(first);
    else {
      server.closeAllConnections();
      await first.done;
      expect(String(first.error)).toMatch(/network|terminated|fetch/);
      await until(() => hub.connectionCount() === 0);
      sources[0]?.text("two");
      sources[0]?.end();
      await until(() => finished.length === 1);
      const again = new Reading(await transport().reconnectToStream({ chatId: "c" }));
      await again.done;
      expect(again.text).toBe("one two");
    }
    expect(await transport().reconnectToStream({ chatId: "c" })).toBeNull();
  });
});

/** Cuts the answer, and lets its source end before its client is back. */
async function hold(reading: Reading): Promise<void> {
  server.closeAllConnections();
  sources[0]?.text("two");
  sources[0]?.end();
  await reading.done;
  expect([reading.text, reading.error]).toEqual(["one two", undefined]);
}

test("cut a hundred times, an answer goes on where it was: no part twice, the source once, and little more than what is missing", async () => {
  const reading = new Reading(await send(resuming()));
  const pieces = Array.from({ length: 200 }, (_, n) => `${n} `);
  sources[0]?.begin();
  for (const [n, piece] of pieces.entries()) {
    sources[0]?.text(piece);
    if (n % 2 === 0) continue;
    await until(() => reading.text.endsWith(piece));
    server.closeAllConnections();
  }
  sources[0]?.end();
  await reading.done;
  expect(reading.error).toBeUndefined();
  expect(reading.text).toBe(pieces.join(""));
  expect(reading.parts.filter(({ type }) => type === "text-delta")).toHaveLength(200);
  expect(sources).toHaveLength(1);
});

test("an answer that is not there any more fails, and not as a lost connection", async () => {
  const reading = new Reading(await send(resuming()));
  sources[0]?.begin();
  sources[0]?.text("one");
  await until(() => reading.text === "one");
  // As after a restart of the server.
  hub = createHub({ name: `chat ${++count}` });
  chatWith();
  server.closeAllConnections();
  await reading.done;
  expect(reading.error).toEqual(new Error("The answer is not there any more"));
});

test("useChat's own stop leaves the answer, and the source goes on", async () => {
  const gone = new AbortController();
  const reading = await begun(send(resuming(), "c", gone.signal));
  gone.abort();
  await reading.done;
  expect(sources[0]?.signal?.aborted).toBe(false);
  sources[0]?.text("two");
  const again = new Reading(await usual().reconnectToStream({ chatId: "c" }));
  sources[0]?.end();
  await again.done;
  expect(again.text).toBe("one two");
});

describe("who may read", () => {
  const as = (user: string) => ({ "x-user": user });

  beforeEach(() => {
    chatWith({
      authorize: ({ request, chatId }) => {
        const userId = request.headers.get("x-user");
        return userId !== null && !(chatId === "locked" && userId !== "ann") && { userId };
      },
    });
  });

  test("a stranger hears the same of a chat that there is and of one that there is not", async () => {
    const reading = new Reading(await send(usual(as("ann"))));
    sources[0]?.begin();
    await until(() => reading.message !== undefined);
    for (const chatId of ["c", "none"]) {
      expect(await usual(as("bob")).reconnectToStream({ chatId })).toBeNull();
      expect(await resuming(as("bob")).stop({ chatId })).toBe(false);
      for (const method of ["GET", "DELETE"]) {
        expect((await fetch(`${origin}/api/chat/${chatId}/stream`, { method })).status).toBe(403);
      }
    }
    // His message in a chat of this name is another chat.
    const other = new Reading(await send(usual(as("bob"))));
    sources[1]?.begin();
    await until(() => other.message !== undefined);
    expect(sources[0]?.signal?.aborted).toBe(false);
    sources[0]?.end();
    sources[1]?.end();
    await Promise.all([reading.done, other.done]);
  });

  test("who is not let in begins nothing", async () => {
    await expect(send(usual(as("bob")), "locked")).rejects.toThrow("FORBIDDEN");
    expect(sources).toHaveLength(0);
  });
});

test.each([
  ["no JSON", "x"],
  ["no id", "{}"],
  ["an empty id", '{"id":""}'],
  ["an id that is no text", '{"id":7}'],
  ["half of a surrogate pair", '{"id":"\\ud800"}'],
  ["a long id", JSON.stringify({ id: "x".repeat(257) })],
  ["messages that are no list", '{"id":"a","messages":{}}'],
  ["nothing", ""],
  ["null", "null"],
  ["a list", "[]"],
])("a body with %s is refused", async (_, body) => {
  const response = await fetch(`${origin}/api/chat`, { method: "POST", body });
  expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: "BAD_REQUEST" })]);
  expect(sources).toHaveLength(0);
});

test("a body that is too large is refused, and other sites' pages are", async () => {
  chatWith({ maxBodyBytes: 100 });
  const post = (body: string, headers: Headers = {}) => fetch(`${origin}/api/chat`, { method: "POST", body, headers });
  expect((await post(JSON.stringify({ id: "a", messages: ["x".repeat(200)] }))).status).toBe(400);
  expect((await post('{"id":"a"}', { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
  const stop = { method: "DELETE", headers: { "Sec-Fetch-Site": "cross-site" } };
  expect((await fetch(`${origin}/api/chat/a/stream`, stop)).status).toBe(403);
});

test.each([
  [{ source: "x" }, "source must be a function"],
  [{ maxAnswerMs: 0 }, "maxAnswerMs must be"],
  [{ origins: ["x"] }, "origins must hold"],
  [{ sorce: () => [] }, "source"],
  [{ shared: 1 }, "shared must be"],
])("the options %p are refused", (options, message) => {
  expect(() => createChat(hub, options as never)).toThrow(message);
});

test("an answer of the application's own, without a body to read", async () => {
  const chat = createChat(hub);
  const stream = createUIMessageStream({
    execute: ({ writer }) => writer.write({ type: "data-note", data: 1 }),
  });
  const response = await chat.respond("own", () => stream);
  expect(await response.text()).toContain('data: {"type":"data-note","data":1}');
  await expect(chat.respond("", () => stream)).rejects.toThrow("chatId");
  await expect(chat.respond("a", "x" as never)).rejects.toThrow("run must be a function");
  expect((await chat.POST(new Request("http://h/", { method: "POST", body: '{"id":"a"}' }))).status).toBe(500);
});

test.each([
  ["texts", ["text"]],
  ["numbers", [1]],
  ["parts without a type", [{ delta: "x" }]],
  ["null", [null]],
])("a source that gives %s fails", async (_, chunks) => {
  const response = await createChat(hub).respond("a", () => chunks as never);
  expect(await response.text()).toContain('{"type":"error","errorText":"The answer could not be completed"}');
});

test("one that takes too long is ended, and says so", async () => {
  chatWith({ maxAnswerMs: 5 });
  const reading = new Reading(await send(usual()));
  await reading.done;
  expect(String(reading.error)).toContain("took too long");
  expect(sources[0]?.signal?.aborted).toBe(true);
});

test("many tokens are joined only where that is asked for, and very many in any case", async () => {
  chatWith({ flushMs: 20 });
  const reading = new Reading(await send(resuming()));
  sources[0]?.begin();
  const pieces = Array.from({ length: 30_000 }, (_, n) => `${n} `);
  sources[0]?.text(...pieces);
  sources[0]?.end();
  await reading.done;
  expect(reading.text).toBe(pieces.join(""));
  expect(reading.parts.length).toBeLessThan(10_000);
  chatWith();
  const plain = new Reading(await send(usual(), "other"));
  sources[1]?.begin();
  sources[1]?.text(...pieces.slice(0, 3000));
  sources[1]?.end();
  await plain.done;
  expect(plain.parts.filter(({ type }) => type === "text-delta")).toHaveLength(3000);
});

test("with Node's request and response: a message, a second reader, a stop", async () => {
  const node = createServer((req, res) => void chat.attach(req, res, req.url?.split(/[/?]/)[3])).listen(0, "127.0.0.1");
  await new Promise((resolve) => node.once("listening", resolve));
  origin = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  const first = await begun(send(resuming()));
  const second = new Reading(await usual().reconnectToStream({ chatId: "c" }));
  await until(() => second.text === "one ");
  node.closeAllConnections();
  await second.done;
  sources[0]?.text("two");
  await until(() => first.text === "one two");
  expect(await resuming().stop({ chatId: "c" })).toBe(true);
  await first.done;
  expect([first.error, first.parts.at(-1)]).toEqual([undefined, { type: "abort" }]);
  const status = (path: string, init?: RequestInit) =>
    fetch(`${origin}${path}`, init).then((response) => response.status);
  expect(await status("/api/chat/none/stream")).toBe(204);
  expect(await status("/api/chat/none/stream", { method: "PUT" })).toBe(400);
  expect(await status("/api/chat", { method: "POST", body: "x" })).toBe(400);
  expect(await status("/api/chat/c/stream", { method: "DELETE", headers: { "Sec-Fetch-Site": "cross-site" } })).toBe(
    403,
  );
  node.closeAllConnections();
  await new Promise((resolve) => node.close(resolve));
});

test("a source without a start has one, so that whoever reads it twice knows the message", async () => {
  const reading = new Reading(await send(usual()));
  sources[0]?.give({ type: "text-start", id: "t" });
  sources[0]?.text("a");
  sources[0]?.end();
  await reading.done;
  const again = new Reading(await usual().reconnectToStream({ chatId: "c" }));
  await again.done;
  expect(reading.parts[0]).toMatchObject({ type: "start", messageId: expect.stringMatching(/^[\da-f]{24}$/) });
  expect(again.message).toEqual(reading.message);
});

test("a stream that hears of the stop ends by itself, and knows why; one that does not is cancelled", async () => {
  const seen: string[] = [];
  let isDeaf = false;
  chatWith({
    source: ({ signal }) =>
      new ReadableStream<UIMessageChunk>({
        start(controller) {
          controller.enqueue({ type: "start" });
          const end = () => {
            controller.enqueue({ type: "abort" });
            seen.push(`ended: ${(signal.reason as Error).message}`);
            controller.close();
          };
          if (!isDeaf) signal.addEventListener("abort", () => setImmediate(end));
        },
        cancel: () => void seen.push("cancelled"),
      }),
  });
  for (isDeaf of [false, true]) {
    const reading = new Reading(await send(usual()));
    await until(() => reading.message !== undefined || reading.parts.length > 0);
    expect(await chat.stop("c")).toBe(true);
    await reading.done;
    await until(() => seen.length === (isDeaf ? 2 : 1));
  }
  expect(seen).toEqual(["ended: The answer has ended: stopped", "cancelled"]);
});

test("a stop by the server ends the answers of the chat, whosever they are, or one user's", async () => {
  chatWith({ authorize: ({ request }) => ({ userId: request.headers.get("x-user") ?? "nobody" }) });
  const readings = [];
  for (const user of ["ann", "bob", "eve"]) {
    const reading = new Reading(await send(usual({ "x-user": user }), "a:b/ä"));
    sources.at(-1)?.begin();
    await until(() => reading.message !== undefined);
    readings.push(reading);
  }
  expect(await chat.stop("a:b/ä", { userId: "bob" })).toBe(true);
  await readings[1]?.done;
  expect(sources.map(({ signal }) => signal?.aborted)).toEqual([false, true, false]);
  expect(await chat.stop("b/ä")).toBe(false);
  expect(await chat.stop("a:b/ä")).toBe(true);
  await Promise.all(readings.map(({ done }) => done));
  expect(sources.map(({ signal }) => signal?.aborted)).toEqual([true, true, true]);
});

test("chats of one hub and other names are others", async () => {
  const other = createChat(hub, { name: "other" });
  const reading = new Reading(await send(usual()));
  sources[0]?.begin();
  await until(() => reading.message !== undefined);
  expect((await other.resume("c", new Request("http://host/"))).status).toBe(204);
  expect(await other.stop("c")).toBe(false);
  sources[0]?.end();
  await reading.done;
  expect(() => createChat(hub, { name: "a:b" })).toThrow("name must be");
});

test("a message that is refused leaves the answer that goes on", async () => {
  hub = createHub({ name: `chat ${++count}`, limits: { connections: 1 } });
  chatWith();
  const reading = new Reading(await send(usual()));
  sources[0]?.begin();
  await until(() => reading.message !== undefined);
  await expect(send(usual())).rejects.toThrow("SERVER_FULL");
  const refused = await fetch(`${origin}/api/chat`, {
    method: "POST",
    body: '{"id":"c"}',
    headers: { Accept: "text/html" },
  });
  expect(refused.status).toBe(406);
  expect([sources.length, sources[0]?.signal?.aborted]).toEqual([1, false]);
  sources[0]?.text("whole");
  sources[0]?.end();
  await reading.done;
  expect(reading.text).toBe("whole");
});

test("while the hub drains, a message is refused and begins nothing, and nothing is resumed", async () => {
  await send(usual(), "before");
  sources.pop();
  hub.close();
  for (const transport of [usual(), resuming()]) {
    await expect(transport.reconnectToStream({ chatId: "before" })).rejects.toThrow("DRAINING");
  }
  for (const transport of [usual(), resuming()]) await expect(send(transport)).rejects.toThrow("DRAINING");
  expect([sources.length, finished]).toEqual([0, []]);
});

test.each([0, 1, 5])(
  "where a policy keeps %d events, an answer with more is no whole one for anybody",
  async (events) => {
    hub = createHub({ name: `chat ${++count}`, policies: [{ match: "**", history: { events } }], lagGraceMs: 1 });
    chatWith();
    const reading = new Reading(await send(usual()));
    sources[0]?.begin();
    for (let n = 0; n < 20; n++) {
      sources[0]?.text(`${n} `);
      await until(() => reading.text.endsWith(`${n} `) || reading.error !== undefined);
    }
    sources[0]?.end();
    await reading.done;
    await until(() => finished.length === 1);
    expect(finished).toMatchObject([{ reason: "too_large" }]);
    expect(String(reading.error)).toContain("The answer is too large");
    expect(await usual().reconnectToStream({ chatId: "c" })).toBeNull();
  },
);

describe("a server that is not quite ours", () => {
  /** Answers with a text, and keeps the connection. */
  function answering(text: string, headers: Headers = { "X-Answer-ID": "a" }) {
    const gone: boolean[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      init?.signal?.addEventListener("abort", () => gone.push(true));
      const body = new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(new TextEncoder().encode(text)) });
      return new Response(body, { headers: { "Content-Type": "text/event-stream", ...headers } });
    };
    const transport = new MillraceChatTransport<UIMessage>({
      ...{ api: "http://host/api/chat", fetch, retry: { attempts: 2, baseMs: 1, maxMs: 1 } },
      onConnectionChange: () => {
        throw new Error("mine");
      },
    });
    return transport;
  }
  const OURS = `event: millrace.begin\ndata: {"resumes":true}\n\ndata: {"type":"start","messageId":"m"}\n\ndata: {"type":"finish"}\n\nraw\nevent: done\ndata: [DONE]\n\n`;

  test("the answer is over with its end, not with its connection's, and may be cancelled then", async () => {
    const { error } = console;
    console.error = () => {};
    const reading = new Reading(await send(answering(OURS)));
    await reading.done;
    const stream = await send(answering(OURS));
    const reader = stream.getReader();
    while (!(await reader.read()).done);
    await reader.cancel();
    console.error = error;
    expect([reading.error, reading.parts.map(({ type }) => type)]).toEqual([undefined, ["start", "finish"]]);
  });

  test("another answer is not taken for the rest of this one", async () => {
    let calls = 0;
    const fetch = async () => {
      const id = ++calls === 1 ? "a" : "b";
      const text = `id: 1\ndata: {"type":"start","messageId":"${id}"}\n\n`;
      return new Response(text, { headers: { "Content-Type": "text/event-stream", "X-Answer-ID": id } });
    };
    const transport = new MillraceChatTransport<UIMessage>({
      api: "http://host/api/chat",
      fetch,
      retry: { baseMs: 1, maxMs: 1 },
    });
    const reading = new Reading(await send(transport));
    await reading.done;
    expect([String(reading.error), calls]).toEqual([expect.stringContaining("gives another answer"), 2]);
  });
});

test("who comes back with a cursor is sent what is missing, and at most 300 bytes more", async () => {
  const notices = { "x-stream-notices": "true", Accept: "text/event-stream" };
  const response = await fetch(`${origin}/api/chat`, { method: "POST", body: '{"id":"c"}', headers: notices });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  sources[0]?.begin();
  sources[0]?.text("one ");
  let text = "";
  while (!text.includes("one ")) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  sources[0]?.text("two ", "three");
  sources[0]?.end();
  const cursor = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";
  const path = `/api/chat/c/stream?answerId=${response.headers.get("x-answer-id")}`;
  const again = await fetch(`${origin}${path}`, { headers: { ...notices, "Last-Event-ID": cursor } });
  const rest = await again.text();
  expect(rest).toMatch(/"two ".*"three".*\[DONE\]/s);
  expect(rest).not.toContain("one ");
  const missing = rest.split("\n\n").filter((event) => event.startsWith("id: ") || event.includes("[DONE]"));
  expect(rest.length - missing.join("\n\n").length).toBeLessThanOrEqual(300);
});
