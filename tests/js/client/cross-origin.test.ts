/** @jest-environment ./tests/js/react/page-environment.mjs */
// The page is of another origin than the server: what it may send without being asked for.
import { closeAll, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

/** What a browser sends of its own accord, or what needs no preflight. */
const SAFE = ["accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "host"];
const added = (headers: object) =>
  Object.keys(headers).filter(
    (name) => ![...SAFE, "user-agent", "sec-fetch-mode", "cache-control", "pragma"].includes(name),
  );

test("a POST carries nothing that needs a preflight", async () => {
  watch(server.url, { body: "ask" });
  const { headers, method } = await server.next();
  expect([method, added(headers)]).toEqual(["POST", []]);
});

test("nor does one that wants some types only, which it filters itself", async () => {
  watch(server.url, { events: ["a"] });
  const { headers, path } = await server.next();
  expect([path, added(headers)]).toEqual(["/events", []]);
});

test("a GET resumes by the query, and carries nothing either", async () => {
  const { messages } = watch(`${server.url}?a=1&lastEventId=old`);
  const first = await server.next();
  first.stream("id: über 1\ndata: x\n\n");
  await until(() => messages.length === 1);
  first.destroy();
  const second = await server.next();
  expect([second.lastEventId, second.path, added(second.headers)]).toEqual([
    "über 1",
    "/events?a=1&lastEventId=%C3%BCber+1",
    [],
  ]);
});

test.each([
  [{ cursorIn: "header" as const }, ["last-event-id"], "/events"],
  [{ cursorIn: "query" as const }, [], "/events?lastEventId=7"],
  [{ body: "ask", idempotency: true }, ["idempotency-key"], "/events?lastEventId=7"],
])("unless it is asked for: %j", async (options, headers, path) => {
  const { messages } = watch(server.url, options);
  const first = await server.next();
  first.stream(`${MILLRACE}id: 7\ndata: x\n\n`);
  await until(() => messages.length === 1);
  first.destroy();
  const second = await server.next();
  expect([added(second.headers), second.path]).toEqual([headers, path]);
});

test("where the browser says no more than that it failed, the error says what to look at", async () => {
  const failed = () => Promise.reject(new TypeError("Failed to fetch"));
  const { errors } = watch(server.url, { fetch: failed, headers: { "X-Own": "1" } });
  await until(() => errors.length > 0);
  expect(errors[0]).toMatchObject({ code: "CONNECTION_FAILED", cause: new TypeError("Failed to fetch") });
  expect(errors[0]?.message).toMatch(/Access-Control-Allow-Origin and Access-Control-Allow-Headers that name x-own$/);
});

test("with credentials it says what these need, too", async () => {
  const failed = () => Promise.reject(new TypeError("Failed to fetch"));
  const { errors } = watch(server.url, { fetch: failed, withCredentials: true });
  await until(() => errors.length > 0);
  expect(errors[0]?.message).toMatch(
    /Access-Control-Allow-Origin that names this one \(no \*\), Access-Control-Allow-Credentials: true$/,
  );
});

test("on the page's own origin it says nothing of that", async () => {
  const failed = () => Promise.reject(new TypeError("Failed to fetch"));
  const { errors } = watch(`${location.origin}/events`, { fetch: failed });
  await until(() => errors.length > 0);
  expect(errors[0]?.message).toBe("The connection failed");
});
