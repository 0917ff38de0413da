import { createServer } from "node:net";
import { closeAll, FAST, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

const EVENT_STREAM = { "content-type": "text/event-stream" };
const finalAnswers: [string, number, Record<string, string>][] = [
  ["another 2xx", 206, EVENT_STREAM],
  ["304", 304, EVENT_STREAM],
  ["400", 400, {}],
  ["401", 401, {}],
  ["404, even as an event stream", 404, EVENT_STREAM],
  ["410", 410, {}],
  ["a wrong content type", 200, { "content-type": "text/html" }],
  ["a content type that only begins alike", 200, { "content-type": "text/event-stream-not" }],
  ["two content types", 200, { "content-type": "text/event-stream, text/html" }],
  ["no content type", 200, {}],
];

test.each(finalAnswers)("final: %s", async (_, status, headers) => {
  const { client, errors, log } = watch(server.url);
  (await server.next()).respond(status, headers, status === 304 ? "" : "data: x\n\n");
  await nextEvent(client, "close");
  await settle();
  expect(errors.map((error) => [error.code, error.status])).toEqual([["BAD_RESPONSE", status]]);
  expect([client.state, client.readyState]).toEqual(["error", client.CLOSED]);
  expect(log).toEqual(["error", "error", "close"]);
  expect(server.requests).toBe(1);
});

test.each([408, 425, 429, 500, 502, 503])("tried again: %d", async (status) => {
  const { client, errors } = watch(server.url);
  (await server.next()).respond(status);
  (await server.next()).stream();
  await until(() => client.state === "connected");
  expect(errors.map((error) => [error.code, error.status])).toEqual([["BAD_RESPONSE", status]]);
});

test.each(["text/event-stream", "text/event-stream;charset=utf-8", "Text/Event-Stream ; x=y"])(
  "an event stream: %s",
  async (type) => {
    const { client } = watch(server.url);
    (await server.next()).respond(200, { "content-type": type }, "data: x\n\n");
    await nextEvent(client, "message");
  },
);

test("a redirect is followed, and the origin is where it led", async () => {
  const other = await ScriptedServer.start();
  const { client } = watch(server.url);
  (await server.next()).respond(307, { location: other.url });
  (await other.next()).stream("data: x\n\n");
  const event = await nextEvent(client, "message");
  expect((event as MessageEvent).origin).toBe(other.origin);
  client.close();
  await other.stop();
});

test("a port that nobody listens on is tried again", async () => {
  const free = createServer();
  await new Promise<void>((resolve) => void free.listen(0, "127.0.0.1", resolve));
  const address = free.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await new Promise((resolve) => void free.close(resolve));
  const { client, errors } = watch(`http://127.0.0.1:${port}/`, { retry: { ...FAST, attempts: 3 } });
  await nextEvent(client, "close");
  expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED", "CONNECTION_FAILED", "GAVE_UP"]);
});

test("a fetch that is given is called with the request, and its stream is cancelled on close", async () => {
  let cancelled = false;
  const calls: [string, RequestInit][] = [];
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  const { client } = watch("http://nowhere.test/", {
    withCredentials: true,
    fetch: async (url, init) => {
      calls.push([url, init]);
      return new Response(body, { headers: EVENT_STREAM });
    },
  });
  const event = await nextEvent(client, "message");
  expect((event as MessageEvent).origin).toBe("http://nowhere.test");
  expect(calls).toMatchObject([["http://nowhere.test/", { method: "GET", cache: "no-store", credentials: "include" }]]);
  client.close();
  expect(cancelled).toBe(true);
});

test("an answer without a body to read is final", async () => {
  const { client, errors } = watch("http://nowhere.test/", {
    fetch: async () => new Response(null, { headers: EVENT_STREAM }),
  });
  await nextEvent(client, "close");
  expect(errors.map(({ code, status }) => [code, status])).toEqual([["BAD_RESPONSE", 200]]);
});
