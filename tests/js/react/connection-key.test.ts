import { connectionKey } from "../../../js/src/react/connection-key.js";

const form = new FormData();

test.each([
  ["no options", {}, { withCredentials: false }],
  [
    "headers in any form and order",
    { headers: { B: "2", a: "1" } },
    {
      headers: new Headers([
        ["a", "1"],
        ["b", "2"],
      ]),
    },
  ],
  ["functions", { headers: () => ({}), fetch }, { headers: () => ({ x: "1" }), fetch: () => fetch("x") }],
  ["a body by its text", { body: new URLSearchParams("a=1") }, { body: "a=1" }],
  ["a body that is one object", { body: form }, { body: form }],
  ["lists", { events: ["a", "b"], retry: { baseMs: 1 } }, { events: ["a", "b"], retry: { baseMs: 1 } }],
])("one connection: %s", (_, a, b) => {
  expect(connectionKey("/x", a)).toBe(connectionKey("/x", b));
});

test.each([
  ["method", { method: "POST" }, {}],
  ["headers", { headers: { a: "1" } }, { headers: { a: "2" } }],
  ["a function where there was none", { headers: () => ({}) }, {}],
  ["credentials", { withCredentials: true }, {}],
  ["events", { events: ["a"] }, { events: ["a", "b"] }],
  ["bodies that only look alike", { body: form }, { body: new FormData() }],
  ["a number in the place of another", { dedup: 5 }, { maxLineBytes: 5 }],
  ["the cursor", { lastEventId: "1" }, { lastEventId: "2" }],
  ["signals", { signal: new AbortController().signal }, { signal: new AbortController().signal }],
])("two connections: %s", (_, a, b) => {
  expect(connectionKey("/x", a)).not.toBe(connectionKey("/x", b));
});

test("the URL tells connections apart", () => {
  expect(connectionKey("/x", {})).not.toBe(connectionKey("/y", {}));
});
