import { z } from "zod";
import type { SSEClientOptions, StandardSchema } from "../../../js/src/client/index.js";
import { connectionKey } from "../../../js/src/react/connection-key.js";

const form = new FormData();
const [text, number] = [z.string(), z.number()];
const tape = { write() {} };

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
  [
    "what is the default",
    {},
    {
      pauseWhenHidden: false,
      shareAcrossTabs: false,
      resumeBy: "same",
      transport: "fetch",
      heartbeatEvent: "heartbeat",
      debug: false,
    },
  ],
  ["a fallback's URL in any form", { fallback: { poll: "http://x/" } }, { fallback: { poll: new URL("http://x/") } }],
  ["the same validators in any order", { schema: { a: text, b: number } }, { schema: { b: number, a: text } }],
  ["the same tape", { tape }, { tape }],
  ["what counts at the beginning only", { lastEventId: "1", debug: true }, { lastEventId: "2" }],
  ["the method that there is without one", {}, { method: "GET" }],
  ["its name in any case", { method: "get" }, { method: "GET" }],
  ["the method of a body", { body: "a" }, { body: "a", method: "post" }],
  ["who the user is, where no tabs share it", { body: "a" }, { body: "a", user: "u" }],
  ["what is asked when it is needed", {}, { isFinal: () => true, onUnauthorized: () => {} }],
  ["functions that parse", { parse: { a: () => 1, b: "text" } }, { parse: { a: () => 2, b: "text" } }],
  ["lists", { events: ["a", "b"], retry: { baseMs: 1 } }, { events: ["a", "b"], retry: { baseMs: 1 } }],
] satisfies [string, SSEClientOptions, SSEClientOptions][])("one connection: %s", (_, a, b) => {
  expect(connectionKey("/x", a)).toBe(connectionKey("/x", b));
});

test.each([
  ["method", { method: "POST" }, {}],
  ["methods that fetch leaves as they are", { method: "patch" }, { method: "PATCH" }],
  ["a body that is null", { body: null as never }, {}],
  ["users, where tabs share", { shareAcrossTabs: true, user: "u" }, { shareAcrossTabs: true }],
  ["a fetch", { fetch }, {}],
  ["types that are parsed by functions", { parse: { a: () => 1 } }, { parse: { a: () => 1, b: () => 1 } }],
  ["headers", { headers: { a: "1" } }, { headers: { a: "2" } }],
  ["a function where there was none", { headers: () => ({}) }, {}],
  ["credentials", { withCredentials: true }, {}],
  ["events", { events: ["a"] }, { events: ["a", "b"] }],
  ["bodies that only look alike", { body: form }, { body: new FormData() }],
  ["a number in the place of another", { dedup: 5 }, { maxLineBytes: 5 }],
  ["for ever and the default", { retry: { attempts: Infinity } }, {}],
  ["the silence", { silenceMs: 1 }, { silenceMs: 0 }],
  ["no breaker", { breaker: false }, {}],
  ["breakers", { breaker: { failures: 1 } }, { breaker: { coolDownMs: 1 } }],
  ["a fallback", { fallback: {} }, {}],
  ["fallbacks", { fallback: { poll: "/a" } }, { fallback: { poll: "/b" } }],
  ["how often to poll", { fallback: { everyMs: 1 } }, { fallback: { everyMs: 2 } }],
  ["pausing", { pauseWhenHidden: true }, {}],
  ["sharing", { shareAcrossTabs: true }, {}],
  ["the name to share by", { shareAcrossTabs: "a" }, { shareAcrossTabs: "b" }],
  ["how to resume", { resumeBy: "get" }, {}],
  ["transports", { transport: "eventsource" }, {}],
  ["the heartbeat's name", { heartbeatEvent: "ping" }, {}],
  ["tapes", { tape }, { tape: { write() {} } }],
  ["validators that only look alike", { schema: { a: z.string() } }, { schema: { a: z.string() } }],
  ["validators that are functions", { schema: { a: callable() } }, { schema: { a: callable() } }],
  ["validators of other types", { schema: { a: text } }, { schema: { b: text } }],
  ["signals", { signal: new AbortController().signal }, { signal: new AbortController().signal }],
] satisfies [string, SSEClientOptions, SSEClientOptions][])("two connections: %s", (_, a, b) => {
  expect(connectionKey("/x", a)).not.toBe(connectionKey("/x", b));
});

test("the URL tells connections apart", () => {
  expect(connectionKey("/x", {})).not.toBe(connectionKey("/y", {}));
});

/** Some libraries make validators that can be called. */
function callable(): StandardSchema<unknown> {
  return Object.assign(() => {}, {
    "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
  } as const);
}
