import { deepStrictEqual } from "node:assert/strict";
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
  expect(mock.closed.reason).toBeUndefined();
  await answer([" 7", "a\nb"], mock.stream);
  expect(mock.sent).toEqual([
    { event: "token", data: " 7", raw: true },
    { event: "token", data: "a\nb", raw: true },
  ]);
  expect([mock.closed.reason, mock.reason, await mock.closed, await mock.stream.closed]).toEqual(Array(4).fill("told"));
});

test("taken apart, it still says how things are", async () => {
  const { stream, sent, closed } = mockStream();
  expect(closed.reason).toBeUndefined();
  await answer(["a"], stream);
  expect(sent).toHaveLength(1);
  expect(closed.reason).toBe("told");
  await expect(closed).resolves.toBe("told");
});

test("its signal says why, as a real one's does", () => {
  const [mock, real] = [mockStream(), createSSEStream()];
  for (const { signal, close } of [mock.stream, real]) {
    close("told");
    expect([signal.aborted, signal.reason]).toEqual([true, "told"]);
  }
  const gone = new AbortController();
  const other = mockStream();
  const { signal } = createSSEStream({ request: new Request("http://host/", { signal: gone.signal }) });
  gone.abort();
  other.disconnect();
  expect([signal.reason, other.stream.signal.reason]).toEqual(["disconnected", "disconnected"]);
});

test("what was sent stays as it was, though its message is used again", () => {
  const { stream, sent } = mockStream();
  const message = { event: "progress", data: { done: 0, of: [{ n: 0 }], seen: new Set([0]), write() {} } };
  const wanted: unknown[] = [];
  for (let n = 1; n <= 3; n++) {
    message.data.done = n;
    (message.data.of[0] as { n: number }).n = n;
    message.data.seen.add(n);
    stream.send(message);
    const seen = new Set(Array.from({ length: n + 1 }, (_, index) => index));
    wanted.push({ event: "progress", data: { done: n, of: [{ n }], seen, write: message.data.write } });
  }
  expect(sent).toEqual(wanted);
});

test("what says itself how it is written is there as it is, also one that refers to itself", () => {
  const { stream, sent } = mockStream();
  const own = { toJSON: () => 1, me: undefined as unknown };
  own.me = own;
  const url = new URL("http://host/");
  stream.send({ data: [own, url] });
  const [[first, second]] = sent.map(({ data }) => data as unknown[]) as [unknown[]];
  expect([first, second]).toEqual([own, url]);
  expect([first === own, second === url]).toEqual([true, true]);
});

test("copies are of the test's own realm, so that strict comparisons hold", () => {
  const { stream, sent } = mockStream();
  stream.send({ data: { a: [1] } });
  deepStrictEqual(sent, [{ data: { a: [1] } }]);
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
  expect(closed.reason).toBeUndefined();
  stream.close();
  stream.close();
  expect(() => stream.send({ data: 1 })).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
  expect(() => stream.comment("")).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
});

test.each<[string, Parameters<SSEStream["send"]>[0]]>([
  ["only a time to wait", { retry: 5 }],
  ["only a type", { event: "done" }],
  ["only an id", { id: "x" }],
  ["an empty type, and an id", { event: "", id: "x" }],
  ["an empty type, and data", { event: "", data: 1 }],
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

const MiB = 1024 * 1024;

test.each<[string, object]>([
  ["an empty type", { event: "" }],
  ["an empty type, and data", { event: "", data: 1 }],
  ["nothing but that it is raw", { raw: true }],
  ["a type of the size of the history", { event: "x".repeat(8 * MiB), data: 1 }],
  ["data almost of that size", { data: "x".repeat(8 * MiB - 1000), raw: true }],
  ["data of that size", { data: "x".repeat(8 * MiB), raw: true }],
  ["data that is so long in bytes only", { data: "€".repeat(4 * MiB), raw: true }],
  ["lines that are so long only as they are written", { data: "\n".repeat(4 * MiB), raw: true }],
  ["several faults", { event: "a\n", id: "" }],
  ["several faults, and its size", { id: "", data: "x".repeat(9 * MiB) }],
  ["an id like the hub's", { id: "zz.17" }],
  ["an id with letters that the hub's have not", { id: "A.1" }],
  ["an id with zeros that the hub's have not", { id: "a.01" }],
  ["an id above the hub's epochs", { id: "3w5e11264sgsg.1" }],
  ["an id of the hub's last epoch", { id: "3w5e11264sgsf.1" }],
  ["an id above the hub's numbers", { id: "a.18446744073709551616" }],
  ["an id of the hub's last number", { id: "a.18446744073709551615" }],
  ["an id of 1,024 bytes", { id: "€".repeat(341) }],
  ["an id of 1,026 bytes", { id: "€".repeat(342) }],
  ["an id that begins with another space", { id: "\u00a0a" }],
  ["a field that is null", { id: null }],
])("it judges as a real one does, open, closed, or without its client: %s", (_, message) => {
  const judge = ({ send }: SSEStream) => {
    try {
      return typeof send(message as never).id;
    } catch (error) {
      return String(error);
    }
  };
  const gone = new AbortController();
  const mocks = [mockStream(), mockStream(), mockStream()] as const;
  const real = [{}, {}, { request: new Request("http://host/", { signal: gone.signal }) }].map(createSSEStream);
  mocks[1].stream.close();
  real[1]?.close();
  mocks[2].disconnect();
  gone.abort();
  expect(mocks.map(({ stream }) => judge(stream))).toEqual(real.map(judge));
  real[0]?.close();
});

test("a comment can be too large, too", () => {
  const real = createSSEStream();
  for (const { comment } of [real, mockStream().stream])
    expect(() => comment("x".repeat(8 * MiB))).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  real.close();
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
