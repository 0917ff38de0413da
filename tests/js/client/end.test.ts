// A stream has an end: what is one, what is none, and what follows.
import { jest } from "@jest/globals";
import type { SSECloseEvent } from "../../../js/src/client/index.js";
import { parseBegin, parseEnd } from "../../../js/src/client/stream/notices.js";
import { readVectors } from "../vectors.js";
import { closeAll, nextEvent, watch } from "./helpers.js";
import { MILLRACE, ScriptedServer, settle, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

/** Of a stream of Millrace's that reads no channel. */
const ITS_OWN = 'event: millrace.begin\ndata: {"resumes":false}\n\n';
const endOf = (reason: string, reconnect = false) =>
  `event: millrace.end\ndata: ${JSON.stringify({ reason, reconnect })}\n\n`;

interface NoticeVector {
  readonly name: string;
  readonly data: string;
  readonly begin?: { readonly resumes: boolean };
  readonly end?: { readonly reason: string; readonly reconnect: boolean };
}

test.each(readVectors<NoticeVector>("notice").map(({ vector }) => [vector.name, vector] as const))(
  "the notice is read as it is written: %s",
  (_, { data, begin, end }) => {
    if (begin) expect(parseBegin(data)).toBe(begin.resumes);
    if (end) expect(parseEnd(data)).toEqual(end);
  },
);

test.each(["", "null", "7", "[]", "no JSON", '{"reason":7,"reconnect":"yes"}'])(
  "a notice of the end that says nothing is an end: %j",
  (data) => expect(parseEnd(data)).toEqual({ reason: "closed", reconnect: false }),
);

test.each([
  ["GET", "closed", true],
  ["POST", "closed", true],
  ["GET", "completed", true],
  ["POST", "a reason of the application's", true],
  ["POST", "duration_cap", false],
  ["POST", "draining", false],
])("%s: the server's end (%s) is no error, and nothing follows", async (method, reason, completed) => {
  const { client, errors, log } = watch(server.url, { method, ...(method === "POST" && { body: "ask" }) });
  const exchange = await server.next();
  exchange.stream(`${ITS_OWN}data: x\n\n${endOf(reason)}data: nothing counts behind it\n\n`);
  const close = (await nextEvent(client, "close")) as SSECloseEvent;
  exchange.end();
  await settle();
  expect([close.reason, close.completed, client.completed]).toEqual([reason, completed, completed]);
  expect([client.state, client.health, client.readyState]).toEqual(["disconnected", "disconnected", 2]);
  expect([errors, log]).toEqual([[], ["connected", "open", "message", "disconnected", "close"]]);
  expect(server.requests).toBe(1);
});

test("the answer's own end is waited for, so that its connection can be used again", async () => {
  const { client } = watch(server.url);
  const exchange = await server.next();
  let isGone = false;
  void exchange.gone.then(() => {
    isGone = true;
  });
  exchange.stream(ITS_OWN + endOf("closed"));
  await nextEvent(client, "close");
  await settle();
  expect(isGone).toBe(false);
  exchange.end();
  await exchange.gone;
});

test("an answer that does not end behind the stream's end is left after a second", async () => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "performance", "queueMicrotask", "nextTick"] });
  try {
    const { client } = watch(server.url);
    const exchange = await server.next();
    exchange.stream(ITS_OWN + endOf("closed"));
    await nextEvent(client, "close");
    await settle();
    jest.advanceTimersByTime(1000);
    await exchange.gone;
  } finally {
    jest.useRealTimers();
  }
});

test("one that is completed can be started again", async () => {
  const { client, messages } = watch(server.url);
  (await server.next()).stream(`${ITS_OWN}id: 1\ndata: x\n\n${endOf("closed")}`);
  await nextEvent(client, "close");
  client.reconnect();
  expect([client.completed, client.state]).toEqual([false, "connecting"]);
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  second.stream("data: y\n\n");
  await until(() => messages.length === 2);
});

test.each(["duration_cap", "draining", "expired"])(
  "a planned end (%s) of a stream that goes on is no error, and the client comes back",
  async (reason) => {
    const { client, errors, messages, log } = watch(server.url);
    const first = await server.next();
    first.stream(`${MILLRACE}id: 1\ndata: x\n\n${endOf(reason, true)}`);
    first.end();
    const second = await server.next();
    expect([second.lastEventId, client.attempts]).toEqual(["1", 0]);
    second.stream(`${MILLRACE}id: 2\ndata: y\n\n`);
    await until(() => messages.length === 2);
    expect(errors).toEqual([]);
    expect(log).toEqual("connected open message reconnecting connecting connected open message".split(" "));
  },
);

describe("another server's answer that ends whole", () => {
  test.each([
    ["POST", { body: "ask" }],
    ["QUERY", { method: "QUERY" }],
    ["PUT, whatever its letters", { method: "put", body: "ask" }],
    ['GET, with onEnd: "close"', { onEnd: "close" as const }],
  ])("is the end of the stream: %s", async (_, options) => {
    const { client, errors } = watch(server.url, options);
    const exchange = await server.next();
    exchange.stream("id: 1\ndata: x\n\n");
    exchange.end();
    expect(await nextEvent(client, "close")).toMatchObject({ reason: "closed", completed: true });
    await settle();
    expect([errors, client.state, server.requests]).toEqual([[], "disconnected", 1]);
  });

  test.each([
    ["GET", {}],
    [
      'POST, with onEnd: "reconnect" and resumeBy',
      { body: "ask", onEnd: "reconnect" as const, resumeBy: "same" as const },
    ],
  ])("is followed by another: %s", async (_, options) => {
    watch(server.url, options);
    const exchange = await server.next();
    exchange.stream();
    exchange.end();
    await server.next();
  });
});

describe("an answer that is cut", () => {
  const cut = async (text: string, options = {}) => {
    const watched = watch(server.url, { body: "ask", ...options });
    const exchange = await server.next();
    exchange.stream(text);
    await until(() => watched.messages.length === 1);
    exchange.destroy();
    return watched;
  };

  test.each([
    ["another server's", "id: 1\ndata: x\n\n"],
    ["one of Millrace's that reads no channel", `${ITS_OWN}id: 1\ndata: x\n\n`],
  ])("is an error, and not asked for twice: %s", async (_, text) => {
    const { client, errors } = await cut(text);
    await nextEvent(client, "close");
    await settle();
    expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED"]);
    expect([client.state, client.completed, server.requests]).toEqual(["error", false, 1]);
  });

  test("soon, before its head came, is that, too", async () => {
    const { client, errors } = watch(server.url, { body: "ask" });
    (await server.next()).destroy();
    await nextEvent(client, "close");
    await settle();
    expect([errors.map(({ code }) => code), server.requests]).toEqual([["CONNECTION_FAILED"], 1]);
  });

  test("whose stream ended without a word, by Millrace, is that, too: it was cut off", async () => {
    const { client, errors } = watch(server.url, { body: "ask" });
    const exchange = await server.next();
    exchange.stream(`${ITS_OWN}data: x\n\n`);
    exchange.end();
    await nextEvent(client, "close");
    expect([errors.map(({ code }) => code), client.completed]).toEqual([["CONNECTION_FAILED"], false]);
  });

  test.each([
    ["the stream resumes", MILLRACE, {}],
    ["the user says so", "", { resumeBy: "same" as const }],
  ])("is asked for again where %s", async (_, beginning, options) => {
    const { messages } = await cut(`${beginning}id: 1\ndata: x\n\n`, options);
    const second = await server.next();
    expect([second.method, second.body, second.lastEventId]).toEqual(["POST", "ask", "1"]);
    second.stream(`${beginning}id: 2\ndata: y\n\n`);
    await until(() => messages.length === 2);
  });
});

test.each([
  ["POST", 500, { body: "ask" }, 1],
  ["POST", 502, { body: "ask" }, 1],
  ["POST", 503, { body: "ask" }, 2],
  ["POST", 429, { body: "ask" }, 2],
  ["GET", 500, {}, 2],
])("%s: an answer of %d may have done something, or has not", async (_, status, options, requests) => {
  const { client } = watch(server.url, options);
  (await server.next()).respond(status);
  if (requests === 2) (await server.next()).stream();
  await nextEvent(client, requests === 2 ? "open" : "close");
  expect(server.requests).toBe(requests);
});

test("[DONE] ends another server's stream, is a message all the same, and no data", async () => {
  const { client, errors, messages } = watch(server.url);
  const parsed: unknown[] = [];
  client.on("message", (data) => void parsed.push(data));
  (await server.next()).stream('data: {"a":1}\n\ndata: [DONE]\n\n');
  expect(await nextEvent(client, "close")).toMatchObject({ reason: "completed", completed: true });
  expect([messages, parsed, errors]).toEqual([['message:{"a":1}', "message:[DONE]"], [{ a: 1 }], []]);
  await settle();
  expect(server.requests).toBe(1);
});

test("[DONE] is data like any other on a stream of Millrace's", async () => {
  const { client, messages } = watch(server.url);
  const parsed: unknown[] = [];
  client.on("message", (data) => void parsed.push(data));
  (await server.next()).stream(`${MILLRACE}raw\ndata: [DONE]\n\ndata: 2\n\n`);
  await until(() => messages.length === 2);
  expect([parsed, client.state]).toEqual([["[DONE]", 2], "connected"]);
});

test("204 is the end, and no failure", async () => {
  const { client, errors, log } = watch(server.url);
  (await server.next()).respond(204);
  expect(await nextEvent(client, "close")).toMatchObject({ reason: "completed", completed: true });
  await settle();
  expect([errors, client.state, client.completed]).toEqual([[], "disconnected", true]);
  expect(log).toEqual(["disconnected", "close"]);
  expect(server.requests).toBe(1);
});

test("close() says that it was the client, and stop() by a signal, too", async () => {
  const leaving = new AbortController();
  const { client } = watch(server.url, { signal: leaving.signal });
  (await server.next()).stream();
  await nextEvent(client, "open");
  const closed = nextEvent(client, "close");
  leaving.abort();
  expect(await closed).toMatchObject({ reason: "client", completed: false });
});
