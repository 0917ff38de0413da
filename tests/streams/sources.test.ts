// Answers of models, read by `fetch` and by the providers' own clients from a server that speaks their wire format.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { createUIMessageStream, createUIMessageStreamResponse, type UIMessageChunk } from "ai";
import OpenAI from "openai";
import {
  createAnswerStream,
  createChat,
  createHub,
  fromAnthropic,
  fromOpenAI,
  fromUIMessageStream,
  type ModelPart,
  type ModelStream,
  readEventStream,
  SourceError,
} from "../../js/src/server/index.js";
import { until } from "../addon/listening.js";

let server: Server;
let origin: string;
let answer: (response: ServerResponse) => void;
let closed: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.on("close", () => closed++);
    request.resume().on("end", () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  closed = 0;
});

const frame = (event: object) => {
  const { type } = event as { type?: string };
  return `${type === undefined ? "" : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
};
/** A stream of events, in pieces that end anywhere. */
function streams(events: readonly object[], end = ""): (response: ServerResponse) => void {
  const text = Buffer.from(events.map(frame).join("") + end);
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let at = 0; at < text.length; at += 37) {
      response.write(text.subarray(at, at + 37));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

async function read(stream: ModelStream): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
const failureOf = (stream: ModelStream) =>
  read(stream).then(
    () => undefined,
    (error: unknown) => error as SourceError,
  );

const openai = () => new OpenAI({ apiKey: "k", baseURL: origin, maxRetries: 0 });
const anthropic = () => new Anthropic({ apiKey: "k", baseURL: origin, maxRetries: 0 });
const messages = [{ role: "user", content: "Hi" }] as const;

/** Who reads. */
const readers = {
  "chat completions by fetch": () => fromOpenAI(fetch(origin, { method: "POST" })),
  "chat completions by openai": () =>
    fromOpenAI(openai().chat.completions.create({ model: "m", messages: [...messages], stream: true })),
  "chat completions by openai's helper": () =>
    fromOpenAI(openai().chat.completions.stream({ model: "m", messages: [...messages] })),
  "responses by fetch": () => fromOpenAI(fetch(origin, { method: "POST" })),
  "responses by openai": () => fromOpenAI(openai().responses.create({ model: "m", input: "Hi", stream: true })),
  "messages by fetch": () => fromAnthropic(fetch(origin, { method: "POST" })),
  "messages by @anthropic-ai/sdk": () =>
    fromAnthropic(anthropic().messages.create({ model: "m", max_tokens: 9, messages: [...messages], stream: true })),
  "messages by @anthropic-ai/sdk's helper": () =>
    fromAnthropic(anthropic().messages.stream({ model: "m", max_tokens: 9, messages: [...messages] })),
} as const;
type Reader = keyof typeof readers;
const of = (api: string) => (Object.keys(readers) as Reader[]).filter((name) => name.startsWith(api));

const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...{ id: "c1", object: "chat.completion.chunk", created: 1, model: "gpt-x" },
  choices: [{ index: 0, delta, finish_reason }],
});
const DONE = "data: [DONE]\n\n";
const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
const USAGE = { inputTokens: 5, outputTokens: 7, totalTokens: 12 };

const text = {
  "chat completions": [
    chunk({ role: "assistant", content: "", refusal: null }),
    chunk({ content: "Grüß " }),
    chunk({ content: "Gott 👋" }),
    chunk({}, "stop"),
    { ...chunk({}), choices: [], usage },
  ],
  responses: [
    { type: "response.created", response: { id: "r", model: "gpt-x", status: "in_progress", output: [] } },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { type: "message", id: "i", role: "assistant", content: [] },
    },
    { type: "response.output_text.delta", output_index: 0, item_id: "i", content_index: 0, delta: "Grüß " },
    { type: "response.output_text.delta", output_index: 0, item_id: "i", content_index: 0, delta: "Gott 👋" },
    {
      type: "response.completed",
      response: {
        ...{ id: "r", model: "gpt-x", status: "completed", output: [], incomplete_details: null },
        usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
      },
    },
  ],
  messages: [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "gpt-x",
        usage: { input_tokens: 5, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüß " } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Gott 👋" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ],
} as const;
const endOf = (name: string) => (name.startsWith("chat") ? DONE : "");
const apiOf = (name: string) => name.slice(0, name.indexOf(" by ")) as keyof typeof text;

test.each(Object.keys(readers) as Reader[])("a text: %s", async (name) => {
  answer = streams(text[apiOf(name)], endOf(name));
  const parts = await read(readers[name]());
  expect(parts.slice(0, -1)).toEqual([
    { type: "text", text: "Grüß " },
    { type: "text", text: "Gott 👋" },
  ]);
  expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "stop", usage: USAGE, model: "gpt-x" });
});

const tools = {
  "chat completions": [
    chunk({
      role: "assistant",
      tool_calls: [{ index: 0, id: "t1", type: "function", function: { name: "look", arguments: "" } }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"for":' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '"x"}' } }] }),
    chunk({ tool_calls: [{ index: 1, id: "t2", type: "function", function: { name: "end", arguments: "" } }] }),
    chunk({}, "tool_calls"),
  ],
  responses: [
    { type: "response.created", response: { id: "r", model: "gpt-x", output: [] } },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { type: "function_call", id: "f1", call_id: "t1", name: "look", arguments: "" },
    },
    { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '{"for":' },
    { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '"x"}' },
    { type: "response.function_call_arguments.done", output_index: 0, item_id: "f1", arguments: '{"for":"x"}' },
    {
      type: "response.output_item.added",
      output_index: 1,
      item: { type: "function_call", id: "f2", call_id: "t2", name: "end", arguments: "" },
    },
    { type: "response.function_call_arguments.done", output_index: 1, item_id: "f2", arguments: "{}" },
    { type: "response.completed", response: { id: "r", model: "gpt-x", output: [] } },
  ],
  messages: [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "gpt-x",
        usage: { input_tokens: 5, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t1", name: "look", input: {} } },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"for":' } },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '"x"}' } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t2", name: "end", input: {} } },
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ],
} as const;

test.each(Object.keys(readers) as Reader[])("tools, one of them without input: %s", async (name) => {
  answer = streams(tools[apiOf(name)], endOf(name));
  const parts = await read(readers[name]());
  expect(parts.filter(({ type }) => type === "tool-input")).toEqual([
    { type: "tool-input", id: "t1", name: "look", delta: '{"for":' },
    { type: "tool-input", id: "t1", name: "look", delta: '"x"}' },
  ]);
  expect(parts.filter(({ type }) => type === "tool-call")).toEqual([
    { type: "tool-call", id: "t1", name: "look", input: { for: "x" } },
    { type: "tool-call", id: "t2", name: "end", input: {} },
  ]);
  expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "tool-calls" });
});

test.each([
  ["chat completions", [chunk({ refusal: "I will " }), chunk({ refusal: "not" }), chunk({}, "stop")]],
  [
    "responses",
    [
      { type: "response.refusal.delta", output_index: 0, item_id: "i", delta: "I will " },
      { type: "response.refusal.delta", output_index: 0, item_id: "i", delta: "not" },
      { type: "response.completed", response: { model: "gpt-x" } },
    ],
  ],
])("a refusal is told from a text: %s", async (api, events) => {
  for (const name of of(api).filter((one) => !one.includes("helper"))) {
    answer = streams(events, endOf(name));
    const parts = await read(readers[name]());
    expect(parts.slice(0, -1)).toEqual([
      { type: "refusal", text: "I will " },
      { type: "refusal", text: "not" },
    ]);
    expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "refusal" });
  }
});

test.each([
  ["chat completions", [chunk({ content: "a" }), chunk({}, "content_filter")]],
  [
    "responses",
    [
      { type: "response.output_text.delta", output_index: 0, item_id: "i", delta: "a" },
      { type: "response.incomplete", response: { model: "gpt-x", incomplete_details: { reason: "content_filter" } } },
    ],
  ],
])("a filter that ends it is an error of its own: %s", async (api, events) => {
  for (const name of of(api).filter((one) => !one.includes("helper"))) {
    answer = streams(events, endOf(name));
    expect(await failureOf(readers[name]())).toMatchObject({ name: "SourceError", code: "CONTENT_FILTERED" });
  }
});

test("thoughts, and answers that are too long", async () => {
  answer = streams([chunk({ reasoning_content: "hm" }), chunk({ content: "a" }), chunk({}, "length")], DONE);
  expect(await read(readers["chat completions by fetch"]())).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "text", text: "a" },
    { type: "finish", reason: "length", rawReason: "length", model: "gpt-x" },
  ]);
  answer = streams([
    { type: "message_start", message: { model: "gpt-x", usage: { input_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "x" } },
    { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ]);
  expect(await read(readers["messages by fetch"]())).toEqual([
    { type: "reasoning", text: "hm" },
    {
      ...{ type: "finish", reason: "length", rawReason: "max_tokens", model: "gpt-x" },
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    },
  ]);
});

const refusals = (status: number, headers: Record<string, string>, body: object) => (response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

test.each(Object.keys(readers) as Reader[])("a limit, with the time to wait: %s", async (name) => {
  const error = { message: "Rate limit reached for org-secret", type: "rate_limit_error", code: "rate_limit_exceeded" };
  answer = refusals(429, { "retry-after": "20" }, { type: "error", error });
  const failure = await failureOf(readers[name]());
  expect(failure).toMatchObject({ code: "RATE_LIMITED", status: 429, retryAfterMs: 20_000 });
  expect(failure?.message).not.toContain("org-secret");
  expect(failure?.detail).toContain("org-secret");
});

test.each([
  [401, { error: { message: "Incorrect API key provided: sk-1" } }, "UPSTREAM_ERROR"],
  [429, { error: { message: "quota", code: "insufficient_quota" } }, "UPSTREAM_ERROR"],
  [400, { error: { message: "filtered", code: "content_filter" } }, "CONTENT_FILTERED"],
  [500, {}, "UPSTREAM_ERROR"],
] as const)("a refusal with %p", async (status, body, code) => {
  for (const name of ["chat completions by fetch", "chat completions by openai"] as const) {
    answer = refusals(status, {}, body);
    expect(await failureOf(readers[name]())).toMatchObject({ code, status });
  }
});

test("an error in the stream", async () => {
  answer = streams([chunk({ content: "a" }), { error: { message: "overloaded", type: "server_error" } }]);
  for (const name of ["chat completions by fetch", "chat completions by openai"] as const)
    expect(await failureOf(readers[name]())).toMatchObject({
      code: "UPSTREAM_ERROR",
      detail: expect.stringContaining("overloaded"),
    });
  answer = streams([
    { type: "error", code: "rate_limit_exceeded", message: "slow down", param: null, sequence_number: 1 },
  ]);
  for (const name of ["responses by fetch", "responses by openai"] as const)
    expect(await failureOf(readers[name]())).toMatchObject({ code: "RATE_LIMITED" });
  answer = streams([{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }]);
  for (const name of of("messages"))
    expect(await failureOf(readers[name]())).toMatchObject({
      code: "UPSTREAM_ERROR",
      detail: expect.stringContaining("verloaded"),
    });
});

test.each(Object.keys(readers) as Reader[])("cut before its end, in order or not: %s", async (name) => {
  const events = text[apiOf(name)];
  answer = streams(events.slice(0, 3));
  expect(await failureOf(readers[name]())).toMatchObject({ name: "SourceError", code: "UPSTREAM_CUT" });
  answer = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`${events.slice(0, 3).map(frame).join("")}data: {"typ`, () => response.destroy());
  };
  expect(await failureOf(readers[name]())).toMatchObject({ name: "SourceError", code: "UPSTREAM_CUT" });
});

test("nobody there is an error of the kind, too", async () => {
  const nowhere = createServer();
  await new Promise<void>((resolve) => nowhere.listen(0, "127.0.0.1", resolve));
  const { port } = nowhere.address() as AddressInfo;
  await new Promise((resolve) => nowhere.close(resolve));
  const baseURL = `http://127.0.0.1:${port}`;
  const client = new OpenAI({ apiKey: "k", baseURL, maxRetries: 0 });
  expect(await failureOf(fromOpenAI(fetch(baseURL)))).toMatchObject({ code: "UPSTREAM_CUT" });
  const asked = client.chat.completions.create({ model: "m", messages: [...messages], stream: true });
  expect(await failureOf(fromOpenAI(asked))).toMatchObject({ code: "UPSTREAM_CUT" });
});

test.each(Object.keys(readers) as Reader[])("left by its reader, the request ends: %s", async (name) => {
  answer = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(text[apiOf(name)].slice(0, 5).map(frame).join("")); // and nothing more
  };
  const iterator = readers[name]()[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toEqual({ type: "text", text: "Grüß " });
  await iterator.next();
  const pending = iterator.next();
  pending.catch(() => {});
  void iterator.return?.();
  await until(() => closed === 1);
  expect((await pending).done).toBe(true);
});

test("mistakes of the caller's are told as such", async () => {
  expect(() => fromOpenAI({} as never)).not.toThrow();
  await expect(read(fromOpenAI({} as never))).rejects.toThrow(TypeError);
  answer = refusals(200, {}, { choices: [] });
  await expect(read(readers["chat completions by fetch"]())).rejects.toThrow("stream: true");
  const once = fromOpenAI(new Response(""));
  await failureOf(once);
  await expect(async () => read(once)).rejects.toThrow("once");
});

test("a UI message stream, as it is and as a response", async () => {
  const parts: UIMessageChunk[] = [
    { type: "start", messageId: "m1" },
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "hm" },
    { type: "reasoning-end", id: "r" },
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "Hi" },
    { type: "text-end", id: "t" },
    { type: "tool-input-start", toolCallId: "c", toolName: "look" },
    { type: "tool-input-delta", toolCallId: "c", inputTextDelta: "{}" },
    { type: "tool-input-available", toolCallId: "c", toolName: "look", input: {} },
    { type: "data-mine" as never, data: 1 as never },
    { type: "finish", messageMetadata: { usage: USAGE } },
  ];
  const make = () =>
    createUIMessageStream({ execute: ({ writer }) => parts.forEach((part) => void writer.write(part)) });
  for (const given of [make(), createUIMessageStreamResponse({ stream: make() })]) {
    expect(await read(fromUIMessageStream(given))).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "Hi" },
      { type: "tool-input", id: "c", name: "look", delta: "{}" },
      { type: "tool-call", id: "c", name: "look", input: {} },
      { type: "finish", reason: "stop", usage: USAGE },
    ]);
  }
  const whole: unknown[] = [];
  for await (const part of fromUIMessageStream(createUIMessageStreamResponse({ stream: make() })).toMessageParts())
    whole.push(part);
  expect(whole).toEqual(parts);
  const failing = createUIMessageStream({
    execute: () => {
      throw new Error("no");
    },
    onError: () => "Sorry",
  });
  expect(await failureOf(fromUIMessageStream(failing))).toMatchObject({ code: "UPSTREAM_ERROR", message: "Sorry" });
});

test("createChat and createAnswerStream take them as they are", async () => {
  const hub = createHub({ name: "sources" });
  hub.on("error", () => {});
  answer = streams(text["chat completions"], DONE);
  const chat = createChat(hub);
  const response = await chat.respond("c", () => readers["chat completions by fetch"]());
  const sent = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data]) => data);
  expect(sent.slice(1, -1).map((data) => JSON.parse(data ?? ""))).toEqual([
    { type: "start-step" },
    { type: "text-start", id: "text-0" },
    { type: "text-delta", id: "text-0", delta: "Grüß " },
    { type: "text-delta", id: "text-0", delta: "Gott 👋" },
    { type: "text-end", id: "text-0" },
    { type: "finish-step" },
    { type: "finish", finishReason: "stop", messageMetadata: { usage: USAGE, model: "gpt-x" } },
  ]);
  expect(sent.at(-1)).toBe("[DONE]");
  const request = new Request("http://localhost/?query=q");
  const source = () => readers["chat completions by openai"]();
  const streamed = await (await createAnswerStream({ hub, request, source })).text();
  expect(streamed.match(/"content":"[^"]*"/g)).toEqual(['"content":"Grüß "', '"content":"Gott 👋"']);
  expect(streamed).toContain('"reason":"completed"');
  answer = refusals(429, { "retry-after-ms": "1500" }, { error: { message: "org-secret" } });
  const limited = await (await createAnswerStream({ hub, request, source })).text();
  expect(limited).toContain(
    '"error":"The model takes no more requests for now","reason":"failed","code":"RATE_LIMITED","retry_after":2',
  );
  const refused = await chat.respond("d", () => readers["messages by fetch"]());
  expect(await refused.text()).toContain('"errorText":"The model takes no more requests for now"');
  expect(limited + refused).not.toContain("org-secret");
  await hub.drain();
});

const callsOf = (parts: readonly ModelPart[]) => parts.filter(({ type }) => type === "tool-call");

/** The second call is cut before its input, or in it; the first one is whole. */
const cutTools = (input: string) => ({
  "chat completions": [
    ...tools["chat completions"].slice(0, 4),
    chunk({ tool_calls: [{ index: 1, function: { arguments: input } }] }),
    chunk({}, "length"),
  ],
  responses: [
    ...tools.responses.slice(0, 6),
    { type: "response.function_call_arguments.delta", output_index: 1, item_id: "f2", delta: input },
    {
      type: "response.output_item.done",
      output_index: 1,
      item: { type: "function_call", id: "f2", call_id: "t2", name: "end", arguments: input, status: "incomplete" },
    },
    {
      type: "response.incomplete",
      response: { id: "r", model: "gpt-x", output: [], incomplete_details: { reason: "max_output_tokens" } },
    },
  ],
  messages: [
    ...tools.messages.slice(0, 6),
    { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: input } },
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ],
});

test.each(["", '{"path":"/tm'])(
  "a call that is cut is none, with %j of its input: somebody would carry it out",
  async (input) => {
    for (const name of (Object.keys(readers) as Reader[]).filter((one) => !one.includes("helper"))) {
      answer = streams(cutTools(input)[apiOf(name)], endOf(name));
      const parts = await read(readers[name]());
      expect([name, callsOf(parts)]).toEqual([
        name,
        [{ type: "tool-call", id: "t1", name: "look", input: { for: "x" } }],
      ]);
      expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "length" });
    }
  },
);

test("a UI message stream that was stopped where it comes from is not whole", async () => {
  const stopped = () =>
    new ReadableStream<unknown>({
      start: (controller) => {
        for (const part of [{ type: "text-delta", id: "t", delta: "half" }, { type: "abort" }])
          controller.enqueue(part);
        controller.close();
      },
    });
  expect(await failureOf(fromUIMessageStream(stopped()))).toMatchObject({ code: "UPSTREAM_CUT" });
  const reasons: string[] = [];
  const hub = createHub({ name: "stopped upstream" });
  const chat = createChat(hub, { onFinish: ({ reason }) => void reasons.push(reason) });
  for (const source of [stopped, () => fromUIMessageStream(stopped())]) {
    const response = await chat.respond("c", source as () => ReadableStream<never>);
    expect(await response.text()).toMatch(/"half".*data: {"type":"abort"}\n\n.*data: \[DONE\]\n\n$/s);
  }
  expect(reasons).toEqual(["stopped", "stopped"]);
  await hub.drain();
});

test("who stops reading is not told what the iterable's end throws", async () => {
  const iterable = {
    controller: {
      abort() {
        throw new Error("abort");
      },
    },
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: chunk({ content: "x" }) }),
      return() {
        throw new Error("return");
      },
    }),
  };
  for await (const part of fromOpenAI(iterable as AsyncIterable<unknown>)) {
    expect(part).toEqual({ type: "text", text: "x" });
    break;
  }
});
const call = (delta: object) => chunk({ tool_calls: [delta] });

test.each([
  [
    "without an index",
    [
      call({ id: "c1", function: { name: "f", arguments: '{"a":1}' } }),
      call({ id: "c2", function: { name: "g", arguments: '{"b":2}' } }),
    ],
  ],
  [
    "all of the first index",
    [
      chunk({ tool_calls: [{ index: 0, id: "c1", function: { name: "f", arguments: '{"a":1}' } }] }),
      chunk({ tool_calls: [{ index: 0, id: "c2", function: { name: "g", arguments: '{"b":2}' } }] }),
    ],
  ],
  [
    "in one chunk",
    [
      chunk({
        tool_calls: [
          { id: "c1", function: { name: "f", arguments: '{"a":1}' } },
          { id: "c2", function: { name: "g", arguments: '{"b":2}' } },
        ],
      }),
    ],
  ],
  [
    "whose inputs are objects",
    [
      call({ index: 0, id: "c1", function: { name: "f", arguments: { a: 1 } } }),
      call({ index: 1, id: "c2", function: { name: "g", arguments: { b: 2 } } }),
    ],
  ],
  [
    "whose id comes again with each piece",
    [
      call({ index: 0, id: "c1", function: { name: "f", arguments: '{"a"' } }),
      call({ index: 0, id: "c1", function: { arguments: ":1}" } }),
      call({ index: 1, id: "c2", function: { name: "g", arguments: '{"b":2}' } }),
    ],
  ],
  [
    "whose name comes late",
    [
      call({ index: 0, function: { arguments: "" } }),
      call({ index: 0, id: "c1", function: { name: "f", arguments: '{"a":1}' } }),
      call({ index: 1, id: "c2", function: { name: "g", arguments: '{"b":2}' } }),
    ],
  ],
  [
    "and nonsense between them",
    [
      call({ index: 0, id: "c1", function: { name: "f", arguments: '{"a":1}' } }),
      chunk({ tool_calls: [null, 5, {}] }),
      chunk({ tool_calls: "x" }),
      call({ index: 1, id: "c2", function: { name: "g", arguments: '{"b":2}' } }),
    ],
  ],
])("calls of tools %s", async (_, events) => {
  answer = streams([...events, chunk({}, "tool_calls")], DONE);
  expect(callsOf(await read(readers["chat completions by fetch"]()))).toEqual([
    { type: "tool-call", id: "c1", name: "f", input: { a: 1 } },
    { type: "tool-call", id: "c2", name: "g", input: { b: 2 } },
  ]);
});

test("the function call of the API's first days", async () => {
  answer = streams(
    [
      chunk({ function_call: { name: "f", arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ":1}" } }),
      chunk({}, "function_call"),
    ],
    DONE,
  );
  expect(callsOf(await read(readers["chat completions by fetch"]()))).toMatchObject([{ name: "f", input: { a: 1 } }]);
});

test.each([undefined, null, 5, {}, []])("nonsense in the place of a text is no text: %j", async (nonsense) => {
  answer = streams([chunk({ content: nonsense, refusal: nonsense }), chunk({ content: "a" }), chunk({}, "stop")], DONE);
  expect(await read(readers["chat completions by fetch"]())).toMatchObject([{ text: "a" }, { type: "finish" }]);
  const type = "response.output_text.delta";
  answer = streams([
    { type, delta: nonsense },
    { type, delta: "a" },
    { type: "response.completed", response: {} },
  ]);
  expect(await read(readers["responses by fetch"]())).toMatchObject([{ text: "a" }, { type: "finish" }]);
  const delta = (text: unknown) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  const thought = { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: nonsense } };
  answer = streams([delta(nonsense), thought, delta("a"), { type: "message_stop" }]);
  expect(await read(readers["messages by fetch"]())).toMatchObject([{ text: "a" }, { type: "finish" }]);
  const parts = [
    { type: "text-delta", id: "t", delta: nonsense },
    { type: "text-delta", id: "t", delta: "a" },
    { type: "finish" },
  ];
  answer = streams(parts, DONE);
  expect(await read(fromUIMessageStream(fetch(origin)))).toMatchObject([{ text: "a" }, { type: "finish" }]);
  answer = streams([{ type: "error", errorText: nonsense }], DONE);
  expect(await failureOf(fromUIMessageStream(fetch(origin)))).toMatchObject({
    code: "UPSTREAM_ERROR",
    message: "The model could not answer",
  });
});

test.each(["__proto__", "constructor", "toString", 5, {}])("a reason that is none is another: %j", async (reason) => {
  answer = streams([chunk({ content: "a" }, reason as string)], DONE);
  if (typeof reason === "string")
    expect((await read(readers["chat completions by fetch"]())).at(-1)).toMatchObject({ reason: "other" });
  answer = streams([{ type: "message_delta", delta: { stop_reason: reason } }, { type: "message_stop" }]);
  expect((await read(readers["messages by fetch"]())).at(-1)).toMatchObject({ type: "finish", reason: "other" });
});

test("numbers that are none are not counted", async () => {
  answer = streams(
    [
      chunk({ content: "a" }, "stop"),
      { choices: [], usage: { prompt_tokens: "5", completion_tokens: null, total_tokens: 7 } },
    ],
    DONE,
  );
  expect((await read(readers["chat completions by fetch"]())).at(-1)).toMatchObject({ usage: { totalTokens: 7 } });
  answer = streams([{ type: "finish", messageMetadata: { usage: "abc" } }], DONE);
  expect(await read(fromUIMessageStream(fetch(origin)))).toEqual([{ type: "finish", reason: "stop" }]);
});

test("what is said at the end only is said", async () => {
  answer = streams([
    { type: "response.output_text.done", output_index: 0, content_index: 0, text: "whole" },
    { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "in " },
    { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "pieces" },
    { type: "response.output_text.done", output_index: 1, content_index: 0, text: "in pieces" },
    {
      type: "response.output_item.added",
      output_index: 2,
      item: { type: "function_call", id: "i", call_id: "c", name: "f" },
    },
    { type: "response.output_item.done", output_index: 2, item: { type: "function_call", arguments: '{"a":1}' } },
    {
      type: "response.output_item.added",
      output_index: 3,
      item: { type: "function_call", id: "j", call_id: "d", name: "g" },
    },
    { type: "response.function_call_arguments.delta", output_index: 3, delta: '{"b":2}' },
    { type: "response.function_call_arguments.done", output_index: 3 },
    { type: "response.completed", response: {} },
  ]);
  const parts = await read(readers["responses by fetch"]());
  expect(parts.filter(({ type }) => type === "text")).toMatchObject([
    { text: "whole" },
    { text: "in " },
    { text: "pieces" },
  ]);
  expect(callsOf(parts)).toMatchObject([
    { id: "c", input: { a: 1 } },
    { id: "d", input: { b: 2 } },
  ]);
});

test("an input that stands at the beginning, and comes in pieces too, is there once", async () => {
  const begin = {
    type: "content_block_start",
    index: 0,
    content_block: { type: "tool_use", id: "c", name: "f", input: { a: 1 } },
  };
  const delta = { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"a":1}' } };
  for (const events of [[begin], [begin, delta]]) {
    answer = streams([...events, { type: "content_block_stop", index: 0 }, { type: "message_stop" }]);
    expect(callsOf(await read(readers["messages by fetch"]()))).toMatchObject([{ input: { a: 1 } }]);
  }
});

test("events of the server's own before the first, and errors that are none, do not matter", async () => {
  const first = { ...chunk({ content: "a" }), error: "" };
  answer = streams(
    [{ type: "ping" }, { type: "x" }, first, { ...chunk({}, "stop"), error: false, type: "chunk" }],
    DONE,
  );
  expect(await read(readers["chat completions by fetch"]())).toMatchObject([{ text: "a" }, { type: "finish" }]);
});

test("the wrong function for a provider says which is right", async () => {
  answer = streams(text.messages);
  await expect(read(fromOpenAI(fetch(origin)))).rejects.toThrow("fromAnthropic");
  for (const api of ["chat completions", "responses"] as const) {
    answer = streams(text[api], endOf(api));
    await expect(read(fromAnthropic(fetch(origin)))).rejects.toThrow("fromOpenAI");
  }
});

test("an event that is too large is no hole in silence", async () => {
  answer = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(
      `${frame(chunk({ content: "a" }))}data: ${"x".repeat(17 * 1024 * 1024)}\n\n${frame(chunk({ content: "b" }, "stop"))}`,
    );
  };
  expect(await failureOf(readers["chat completions by fetch"]())).toMatchObject({
    code: "UPSTREAM_ERROR",
    detail: expect.stringContaining("bytes"),
  });
});

test("a page of HTML with 200 is no answer that was cut", async () => {
  answer = (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Login</h1>");
  expect(await failureOf(readers["chat completions by fetch"]())).toMatchObject({ code: "UPSTREAM_ERROR" });
});

test.each([
  ["7", undefined, 7000],
  ["0.5", undefined, 500],
  [undefined, "250", 250],
  ["9".repeat(400), undefined, undefined],
  ["1.2.3", undefined, undefined],
  [undefined, "Infinity", undefined],
  ["-5", undefined, undefined],
  [new Date(0).toUTCString(), undefined, 0],
  ["9999999999", undefined, 86_400_000],
])("a time to wait of %j, %j", async (seconds, ms, expected) => {
  answer = refusals(429, { ...(seconds && { "retry-after": seconds }), ...(ms && { "retry-after-ms": ms }) }, {});
  expect((await failureOf(readers["messages by fetch"]()))?.retryAfterMs).toBe(expected);
});

test("whatever is asked for is ended, once nobody wants it", async () => {
  const hub = createHub({ name: "ended sources" });
  hub.on("error", () => {});
  const chat = createChat(hub);
  // An error's body that does not end.
  answer = (response) => {
    response.writeHead(500, { "content-type": "application/json" });
    response.write("{");
  };
  const first = await chat.respond("a", () => fromOpenAI(fetch(origin)));
  await chat.stop("a");
  await first.text();
  await until(() => closed === 1);
  // One that is given after it was stopped.
  answer = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": hello\n\n");
  };
  let give = () => {};
  const mayGive = new Promise<void>((resolve) => {
    give = resolve;
  });
  const second = await chat.respond("b", async () => {
    const given = await fetch(origin);
    await mayGive;
    return fromOpenAI(given);
  });
  await chat.stop("b");
  give();
  await second.text();
  await until(() => closed === 2);
  // A stream that waits.
  let isCancelled = false;
  const waiting = new ReadableStream({
    cancel: () => {
      isCancelled = true;
    },
  });
  const third = await chat.respond("c", () => fromUIMessageStream(waiting));
  await chat.stop("c");
  await third.text();
  await until(() => isCancelled);
  // Of a whole answer nobody reads the rest.
  answer = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("{");
  };
  await failureOf(fromOpenAI(fetch(origin)));
  await until(() => closed === 3);
  await hub.drain();
});

test("a request that fails before anybody reads ends no process", async () => {
  const heard: unknown[] = [];
  const hear = (error: unknown) => heard.push(error);
  process.on("unhandledRejection", hear);
  for (const from of [fromOpenAI, fromAnthropic, fromUIMessageStream]) from(Promise.reject(new Error("x")));
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", hear);
  expect(heard).toEqual([]);
});

test("readEventStream takes a response or its body, and leaves out what Millrace's streams say of themselves", async () => {
  const hub = createHub({ name: "read events" });
  const response = await hub.response(new Request("http://localhost/"), { channels: ["a"] });
  hub.publish("a", { event: "x", data: 1 });
  for await (const event of readEventStream(response)) {
    expect(event).toEqual({ type: "x", data: "1", id: expect.any(String) });
    break;
  }
  for (const nonsense of ["text", 5, undefined, {}])
    await expect(readEventStream(nonsense as never).next()).rejects.toThrow("readEventStream needs");
  expect(await readEventStream(null).next()).toEqual({ done: true, value: undefined });
  await hub.drain();
});

test("a SourceError shows its readers' words only", () => {
  const error = new SourceError("X", "m", { detail: "secret", retryAfterMs: 5, status: 1 });
  expect(JSON.stringify(error)).toBe('{"code":"X","message":"m","retryAfterMs":5}');
  expect(() => new SourceError("X", undefined as never)).toThrow("message");
  expect(() => new SourceError("X", "m", { detial: "x" } as never)).toThrow("detial");
});

test("a server that gives no reason, and says that it is done, is", async () => {
  answer = streams([chunk({ content: "a" })], DONE);
  expect(await read(readers["chat completions by fetch"]())).toEqual([
    { type: "text", text: "a" },
    { type: "finish", reason: "stop", model: "gpt-x" },
  ]);
});
