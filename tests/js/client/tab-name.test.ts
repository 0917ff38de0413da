import type { SSEClientOptions } from "../../../js/src/client/index.js";
import { shareNameOf } from "../../../js/src/client/tabs/tab-name.js";

const URL_ = "http://host/events";
const nameOf = (options: SSEClientOptions, url = URL_) => shareNameOf(url, { shareAcrossTabs: true, ...options });
const form = (...entries: [string, string][]) => {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
};

test.each<[string, SSEClientOptions]>([
  ["another method", { method: "QUERY" }],
  ["another body", { body: "b" }],
  ["a body of a form", { body: new URLSearchParams({ a: "1" }) }],
  ["a body of bytes", { body: new Uint8Array([1, 2]) }],
  ["a body of a buffer", { body: new Uint8Array([3]).buffer }],
  ["a body of fields", { body: form(["a", "1"]) }],
  ["other headers", { headers: { authorization: "ann" } }],
  ["headers of another user's", { headers: { authorization: "bob" } }],
  ["other events", { events: ["a"] }],
  ["another transport", { transport: "eventsource" }],
  ["another user", { user: "ann" }],
  ["credentials of a user", { withCredentials: true, user: "ann" }],
  ["headers that a function makes, of a user", { headers: () => ({}), user: "ann" }],
  ["another way to resume", { body: "b", resumeBy: "get" }],
])("who asks otherwise has another connection: %s", (_, options) => {
  const others: SSEClientOptions[] = [{}, { body: "a" }, { user: "bob" }, { headers: { x: "1" } }];
  const name = nameOf(options);
  expect(name).toBeDefined();
  for (const other of others) expect(nameOf(other)).not.toBe(name);
  expect(nameOf(options, `${URL_}?x`)).not.toBe(name);
});

test.each<[string, SSEClientOptions, SSEClientOptions]>([
  [
    "the letters of headers, and their order",
    { headers: { A: "1", b: "2" } },
    {
      headers: [
        ["B", "2"],
        ["a", "1"],
      ],
    },
  ],
  ["the letters of the method", { method: "query" }, { method: "QUERY" }],
  ["equal bodies", { body: new Uint8Array([7]) }, { body: new Uint8Array([7]) }],
  ["equal fields", { body: form(["a", "1"]) }, { body: form(["a", "1"]) }],
  ["what is not asked for", { debug: true, retry: { attempts: 3 }, lastEventId: "e.1" }, {}],
  ["credentials left out, and not sent", { withCredentials: false }, {}],
])("is the same: %s", (_, one, other) => {
  expect(nameOf(one)).toBe(nameOf(other));
});

test.each<[string, SSEClientOptions]>([
  ["headers that a function makes", { headers: () => ({ authorization: "ann" }) }],
  ["credentials", { withCredentials: true }],
  ["a fetch that may add some", { fetch: (url, init) => fetch(url, init) }],
  ["headers of a function, and no user yet", { headers: () => ({}), user: null as unknown as string }],
  ["credentials, and an empty user", { withCredentials: true, user: "" }],
  ["credentials of a user who is nobody", { withCredentials: true, user: null }],
  ["a body of a file", { body: new Blob(["x"]) }],
  [
    "a body with a file",
    {
      body: (() => {
        const data = new FormData();
        data.append("a", new Blob(["x"]));
        return data;
      })(),
    },
  ],
])("nobody can say that it is the same, so it is not shared: %s", (_, options) => {
  expect(nameOf(options)).toBeUndefined();
  expect(nameOf({ ...options, shareAcrossTabs: "mine" })).toBeDefined();
});

test("a name that was given is the connection's, for each user", () => {
  const name = (user?: string) => nameOf({ shareAcrossTabs: "mine", ...(user && { user }) });
  expect(name()).toBe(nameOf({ shareAcrossTabs: "mine", headers: () => ({}) }));
  expect(new Set([name(), name("ann"), name("bob")]).size).toBe(3);
});
