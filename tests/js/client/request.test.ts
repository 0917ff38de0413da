import { closeAll, nextEvent, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("all attempts of a POST carry one Idempotency-Key, and another client another", async () => {
  const keys = new Set<string | string[] | undefined>();
  const { client } = watch(server.url, { body: "order" });
  for (let attempt = 0; attempt < 3; attempt++) {
    const exchange = await server.next();
    keys.add(exchange.headers["idempotency-key"]);
    exchange.respond(503);
  }
  (await server.next()).stream();
  await nextEvent(client, "open");
  client.close();
  client.reconnect();
  keys.add((await server.next()).headers["idempotency-key"]);
  expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  client.close();
  watch(server.url, { body: "order" });
  keys.add((await server.next()).headers["idempotency-key"]);
  expect(keys.size).toBe(2);
});

test.each(["GET", "HEAD", "get"])("%s carries no Idempotency-Key", async (method) => {
  watch(server.url, { method });
  expect((await server.next()).headers).not.toHaveProperty("idempotency-key");
});

test("any other method carries one, without a body too", async () => {
  watch(server.url, { method: "QUERY" });
  const { method, headers } = await server.next();
  expect([method, headers["idempotency-key"]]).toEqual(["QUERY", expect.stringMatching(/^\w+$/)]);
});

test("an Idempotency-Key of the application's own wins", async () => {
  watch(server.url, { body: "order", headers: { "idempotency-key": "order-7" } });
  expect((await server.next()).headers["idempotency-key"]).toBe("order-7");
});

test('resumeBy: "get" asks for the rest by a GET, once an id was received', async () => {
  const { messages } = watch(server.url, { body: "order", resumeBy: "get", headers: { "x-own": "1" } });
  const first = await server.next();
  first.stream("data: no id yet\n\n");
  await until(() => messages.length === 1);
  first.destroy();
  const second = await server.next();
  expect([second.method, second.body]).toEqual(["POST", "order"]);
  second.stream("id: 7\ndata: x\n\n");
  await until(() => messages.length === 2);
  second.destroy();
  const third = await server.next();
  expect([third.method, third.body, third.lastEventId, third.headers["x-own"]]).toEqual(["GET", "", "7", "1"]);
  expect(third.headers).not.toHaveProperty("idempotency-key");
});

test.each([
  ["the stream said that it resumes", {}, MILLRACE],
  ["the user says so", { resumeBy: "same" as const }, ""],
])("a request is resumed as it was where %s", async (_, options, beginning) => {
  const { messages } = watch(server.url, { body: "order", ...options });
  const first = await server.next();
  first.stream(`${beginning}id: 7\ndata: x\n\n`);
  await until(() => messages.length === 1);
  first.destroy();
  const { method, body, lastEventId } = await server.next();
  expect([method, body, lastEventId]).toEqual(["POST", "order", "7"]);
});

test("an Accept of the application's own is sent", async () => {
  watch(server.url, { headers: { accept: "text/event-stream;q=0.9" } });
  expect((await server.next()).headers.accept).toBe("text/event-stream;q=0.9");
});

test.each([
  [{ events: ["progress", "a b", "c,d"] }, "progress,a%20b,c%2Cd", null],
  [{ events: ["a"], cursorIn: "query" as const }, undefined, "a"],
  [{ events: [] }, undefined, null],
  [{}, undefined, null],
])("the server is told which types are wanted: %j", async (options, header, query) => {
  watch(server.url, options);
  const { headers, path } = await server.next();
  const { searchParams } = new URL(path ?? "", "http://localhost");
  expect([headers["x-event-types"], searchParams.get("eventTypes")]).toEqual([header, query]);
});
