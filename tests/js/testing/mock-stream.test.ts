import { createSSEStream, type SSEStream, sseResponse } from "../../../js/src/server/index.js";
import { mockStream } from "../../../js/src/testing/index.js";

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
  expect(sent).toEqual([]);
  expect(closed).toBe(false);
  stream.close();
  stream.close();
  expect(() => stream.send({ data: 1 })).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
  expect(() => stream.comment("")).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
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
