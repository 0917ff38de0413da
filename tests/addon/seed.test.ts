// The server's half of the seed (tests/seeds/002.md): every block that is a program runs as it stands, but for its imports.
// Of its TypeScript blocks, "Message Structure" and "Options" are types, and the reconnection block has `{ ... }` for data.
import { jest } from "@jest/globals";
import * as millrace from "../../js/src/server/index.js";
import { blocksUnder, runBlock } from "../seeds/blocks.js";
import { endOf } from "./notices.js";
import { StreamReader } from "./reading.js";

const modules = { "@/lib/sse": millrace };
const [quickStart = "", chat = ""] = blocksUnder("Server");
const textOf = async (response: unknown) => withoutIds(await (response as Response).text());
const withoutIds = (text: string) => text.replace(/id: .*\n/g, "").replace(/^event: millrace\.begin\n.*\n\n\n/, "");

/** A wire text of the seed's messages. */
const events = (...all: [type: string, data: unknown][]) =>
  all.map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`).join("");

test("Quick Start, Server", async () => {
  const { GET } = runBlock(quickStart, modules) as { GET: () => Promise<Response> };
  const response = await GET();
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  expect(await textOf(response)).toBe(events(["message", { content: "Hello!" }], ["done", {}]) + endOf("closed"));
});

test("Create SSE Stream", async () => {
  const [block = ""] = blocksUnder("Create SSE Stream");
  const { GET } = runBlock(block, modules) as { GET: () => Promise<Response> };
  const { body } = await GET();
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^event: millrace\.begin\n/);
  await reader.cancel();
});

test("Send Messages, and Close Stream", async () => {
  const { stream, send, close } = millrace.createSSEStream();
  runBlock(blocksUnder("Send Messages")[0] ?? "", modules, { send });
  runBlock(blocksUnder("Close Stream")[0] ?? "", modules, { close });
  const text = (await millrace.sseResponse(stream).text()).replace(/id: [^m]\w*\.\d+\n/g, "");
  expect(text).toContain(
    'data: {"status":"processing"}\n\n' +
      'event: progress\ndata: {"percent":50}\n\n' +
      'event: chunk\nid: msg-1\ndata: {"text":"Hello"}\n\n',
  );
  expect(text).toContain("retry: 3000\n");
});

test("Connection Manager", async () => {
  const { stream, send, close } = millrace.createSSEStream();
  const userId = "ann";
  const get = () =>
    runBlock(blocksUnder("Get Connection Info")[0] ?? "", modules, { userId }, ["count", "allKeys"]) as {
      count: number;
      allKeys: string[];
    };
  millrace.registerConnection(`user:${userId}`, send);
  expect(get()).toEqual({ count: 1, allKeys: ["user:ann"] });
  const reader = new StreamReader(stream);
  await reader.until(({ lastEventId }) => lastEventId !== "");
  runBlock(blocksUnder("Broadcast")[0] ?? "", modules, { userId });
  await reader.untilEvents(1);
  expect(reader.events).toEqual(['notification:{"message":"New message received"}']);
  runBlock(blocksUnder("Register Connection")[0] ?? "", modules, { userId, send }); // it unregisters in the end
  expect(get()).toEqual({ count: 0, allKeys: [] });
  close();
});

test("Chat Streaming Example, Server", async () => {
  const openai = {
    chat: {
      completions: {
        create: async () =>
          (async function* () {
            for (const content of ["Hel", undefined, "lo"]) yield { choices: [{ delta: { content } }] };
          })(),
      },
    },
  };
  const surroundings = { openai, getMessagesForContext: async () => [{ role: "user", content: "Hi" }] };
  const { GET } = runBlock(chat, modules, surroundings) as {
    GET: (request: Request, context: object) => Promise<Response>;
  };
  const request = new Request("http://host/");
  const context = { params: { id: "123" } };
  expect(await textOf(await GET(request, context))).toBe(
    events(["chunk", { content: "Hel" }], ["chunk", { content: "lo" }], ["done", {}]) + endOf("closed"),
  );
  openai.chat.completions.create = () => Promise.reject(new Error("no credit"));
  expect(await textOf(await GET(request, context))).toBe(events(["error", { message: "no credit" }]) + endOf("closed"));
});

test("Response Headers: its own sseResponse takes our stream", async () => {
  const { sseResponse } = runBlock(blocksUnder("Response Headers")[0] ?? "", modules) as {
    sseResponse: (stream: ReadableStream) => Response;
  };
  const { stream, send, close } = millrace.createSSEStream();
  send({ data: 1 });
  close();
  expect(await textOf(sseResponse(stream))).toBe(`data: 1\n\n${endOf("closed")}`);
});

test("Error Handling, Server-Side", async () => {
  const [block = ""] = blocksUnder("Server-Side");
  const { stream } = runBlock(block, modules, { createSSEStream: millrace.createSSEStream }, ["stream"]);
  expect(await textOf(millrace.sseResponse(stream as ReadableStream<Uint8Array>))).toBe(endOf("closed"));
});

test("Best Practices", async () => {
  const leaving = new AbortController();
  const request = new Request("http://host/", { signal: leaving.signal });
  const { createSSEStream } = millrace;
  const cleanUp = runBlock(blocksUnder("1. Clean Up Connections")[0] ?? "", modules, { request, createSSEStream });
  await (cleanUp as { GET: () => Promise<unknown> }).GET();
  leaving.abort();

  const { stream, send, close } = createSSEStream();
  runBlock(blocksUnder("2. Handle Backpressure")[0] ?? "", modules, { send, chunk: "one" });
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  const { heartbeat } = runBlock(blocksUnder("3. Send Heartbeats")[0] ?? "", modules, { send }, ["heartbeat"]);
  jest.advanceTimersByTime(30_000);
  clearInterval(heartbeat as NodeJS.Timeout);
  jest.useRealTimers();
  close();
  expect(() =>
    runBlock(blocksUnder("2. Handle Backpressure")[0] ?? "", modules, { send, chunk: "late" }),
  ).not.toThrow();
  expect(await textOf(millrace.sseResponse(stream))).toBe(
    events(["chunk", "one"], ["heartbeat", {}]) + endOf("closed"),
  );

  const auth = async () => null;
  const { GET } = runBlock(blocksUnder("4. Validate Authentication")[0] ?? "", modules, { auth }) as {
    GET: () => Promise<Response>;
  };
  expect((await GET()).status).toBe(401);
});

test("Mock SSE Stream: what is tested with it cannot tell it from ours", async () => {
  const mocks: Record<string, unknown> = {};
  const vi = { fn: jest.fn, mock: (name: string, make: () => unknown) => (mocks[name] = make()) };
  const { mockSend, mockClose } = runBlock(blocksUnder("Mock SSE Stream")[0] ?? "", { vitest: { vi } }, {}, [
    "mockSend",
    "mockClose",
  ]);
  const { GET } = runBlock(quickStart, mocks) as { GET: () => Promise<Response> };
  const response = await GET();
  expect(response.body).toBeInstanceOf(ReadableStream);
  expect(mockSend).toHaveBeenCalledWith({ event: "message", data: { content: "Hello!" } });
  expect(mockClose).toHaveBeenCalledTimes(1);
});
