import type { SSEMessageEvent } from "../../../js/src/client/index.js";
import { createSSEStream, type SSEStream, sseResponse } from "../../../js/src/server/index.js";
import { createWorld, mockStream } from "../../../js/src/testing/index.js";

async function answer(tokens: readonly string[], { send, close, signal }: SSEStream): Promise<void> {
  for (const data of tokens) {
    if (signal.aborted) return;
    send({ event: "token", data, raw: true });
    await null;
  }
  close("told");
}

test("what a handler sends is there as it was given, and so is the end", async () => {
  const mock = mockStream();
  expect(mock.closed).toBe(false);
  await answer([" 7", "a\nb"], mock.stream);
  expect(mock.sent).toEqual([
    { event: "token", data: " 7", raw: true },
    { event: "token", data: "a\nb", raw: true },
  ]);
  expect([mock.closed, mock.reason, await mock.stream.closed, mock.stream.signal.aborted]).toEqual([
    true,
    "told",
    "told",
    true,
  ]);
});

test("it is answered with as a real one is, and a client reads it", async () => {
  const { stream } = mockStream();
  stream.send({ data: { a: 1 }, retry: 5, id: "x" });
  stream.comment("two\nlines");
  stream.close();
  const response = sseResponse(stream);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(await response.text()).toBe(
    'event: millrace.begin\ndata: {"resumes":false}\n\nretry: 5\nevent: message\nid: x\ndata: {"a":1}\n\n: two\n: lines\n\nevent: millrace.end\ndata: {"reason":"closed","reconnect":false}\n\n',
  );
});

test("it refuses what a real one refuses", () => {
  const { stream, sent, closed } = mockStream();
  expect(() => stream.send({ data: 1n })).toThrow(expect.objectContaining({ code: "UNSERIALIZABLE" }));
  expect(() => stream.send({ event: "millrace.end" })).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
  expect(() => stream.send(7 as never)).toThrow(TypeError);
  const refused = [
    { event: "a\nb" },
    { id: "" },
    { id: "x\ty" },
    { id: " x" },
    { id: "1.5" },
    { id: "x".repeat(1025) },
  ];
  for (const message of refused) {
    const real = createSSEStream();
    expect(() => real.send(message)).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
    expect(() => stream.send(message)).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
    real.close();
  }
  expect(() => stream.close("x".repeat(1025))).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
  expect(() => stream.close(7 as never)).toThrow(TypeError);
  expect(() => stream.comment(7 as never)).toThrow(TypeError);
  expect(sent).toEqual([]);
  expect(closed).toBe(false);
  stream.close();
  stream.close();
  expect(() => stream.send({ data: 1 })).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
  expect(() => stream.comment("")).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
});

test.each<[string, Parameters<SSEStream["send"]>[0]]>([
  ["only a time to wait", { retry: 5 }],
  ["only a type", { event: "done" }],
  ["only an id", { id: "x" }],
  ["everything", { event: "e", id: "x", data: { a: 1 }, retry: 0 }],
  ["data that is undefined", { event: "e", data: undefined }],
  ["a raw text of several lines", { data: "a\r\nb\rc\n", raw: true }],
])("a client reads of it what it reads of a real one: %s", async (_, message) => {
  const read = async (stream: SSEStream) => {
    stream.send(message);
    stream.close();
    const world = createWorld(() => sseResponse(stream));
    const client = world.client("/");
    const seen: unknown[] = [];
    const note = ({ type, data, lastEventId }: SSEMessageEvent) => seen.push([type, data, lastEventId === message.id]);
    client.onmessage = note;
    for (const type of ["done", "e"]) client.addEventListener(type, note as never);
    await world.until(() => client.completed);
    return seen;
  };
  expect(await read(mockStream().stream)).toEqual(await read(createSSEStream({ heartbeat: false })));
});

test("a message without any field is refused", () => {
  expect(() => mockStream().stream.send({})).toThrow(expect.objectContaining({ code: "INVALID_FIELD" }));
});

test("where the client has gone, sending does nothing", async () => {
  const mock = mockStream();
  mock.disconnect();
  expect(mock.stream.send({ data: 1 })).toEqual({ id: null });
  await answer(["a"], mock.stream);
  expect([mock.sent, mock.reason]).toEqual([[], "disconnected"]);
  const other = mockStream();
  await other.stream.stream.cancel();
  expect([other.reason, other.stream.signal.aborted]).toEqual(["disconnected", true]);
});
