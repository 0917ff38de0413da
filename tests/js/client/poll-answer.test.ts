import { readPollAnswer } from "../../../js/src/client/transport/poll-answer.js";

const ANSWER = { events: [], lastEventId: "e.1", verdict: null };
const read = (said: unknown) => readPollAnswer(JSON.stringify(said));

test("what a Millrace server sends", () => {
  const events = [{ event: "a", data: "x", id: "e.1", isRaw: true }];
  expect(
    read({
      events: [{ event: "a", data: "x", id: "e.1", raw: true }],
      lastEventId: "e.1",
      verdict: "gap",
      retryMs: 5,
      hasMore: true,
    }),
  ).toEqual({
    events,
    lastEventId: "e.1",
    verdict: "gap",
    retryMs: 5,
    hasMore: true,
  });
});

test("what is missing, or is of another kind and does not matter, is none", () => {
  const answer = read({ events: [{ data: "x" }], lastEventId: "", verdict: 7, retryMs: "5\ndata: x", hasMore: "yes" });
  expect(answer).toEqual({
    events: [{ event: "message", data: "x", isRaw: false }],
    lastEventId: "",
    verdict: null,
    hasMore: false,
  });
});

test.each<[string, unknown]>([
  ["null", null],
  ["a number", 7],
  ["a list", []],
  ["no events", { ...ANSWER, events: undefined }],
  ["events that are none", { ...ANSWER, events: {} }],
  ["an event that is null", { ...ANSWER, events: [null] }],
  ["an event that is text", { ...ANSWER, events: ["x"] }],
  ["data that is none", { ...ANSWER, events: [{ event: "a" }] }],
  ["data that is JSON", { ...ANSWER, events: [{ event: "a", data: {} }] }],
  ["a type that is a number", { ...ANSWER, events: [{ event: 1, data: "x" }] }],
  ["an id that is a number", { ...ANSWER, events: [{ event: "a", data: "x", id: 1 }] }],
  ["an id that is null", { ...ANSWER, events: [{ event: "a", data: "x", id: null }] }],
  ["no cursor", { ...ANSWER, lastEventId: undefined }],
  ["a cursor that is a number", { ...ANSWER, lastEventId: 7 }],
])("is refused: %s", (_, said) => {
  expect(() => read(said)).toThrow(expect.objectContaining({ name: "SSEError", code: "BAD_RESPONSE", status: 200 }));
});

test("what is no JSON says why", () => {
  expect(() => readPollAnswer("")).toThrow(
    expect.objectContaining({ code: "BAD_RESPONSE", cause: expect.any(SyntaxError) }),
  );
});
