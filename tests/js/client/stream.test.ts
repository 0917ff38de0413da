import { SSEClient } from "../../../js/src/client/index.js";
import { closeAll, FAST, nextEvent, STREAM_ACCEPT, watch } from "./helpers.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("events come in order, under their type, as EventSource gives them", async () => {
  const { client, messages, log } = watch(server.url, {}, ["message", "progress"]);
  const seen: MessageEvent<string>[] = [];
  client.onmessage = (event) => void seen.push(event);
  client.addEventListener("progress", (event) => void seen.push(event));
  expect(client.readyState).toBe(client.CONNECTING);
  expect(client.state).toBe("connecting");
  const exchange = await server.next();
  exchange.stream("data: one\n\nevent: progress\nid: 7\ndata: {}\n\ndata: a\ndata: b\n\n");
  await until(() => messages.length === 3);
  expect(messages).toEqual(["message:one", "progress:{}", "message:a\nb"]);
  expect(seen.map(({ lastEventId }) => lastEventId)).toEqual(["", "7", "7"]);
  expect(seen.every(({ origin }) => origin === server.origin)).toBe(true);
  expect(seen.every((event) => event instanceof MessageEvent && event.target === client)).toBe(true);
  expect(log).toEqual(["connected", "open", "message", "progress", "message"]);
  expect([client.readyState, client.state, client.lastEventId, client.attempts]).toEqual([
    SSEClient.OPEN,
    "connected",
    "7",
    0,
  ]);
});

test("X-Last-Event-ID is the cursor of who is cut before the first byte", async () => {
  const { client } = watch(server.url, { retry: FAST });
  let atOpen = "";
  client.addEventListener("open", () => {
    atOpen ||= client.lastEventId;
  });
  const first = await server.next();
  first.stream("", { "X-Last-Event-ID": "e.5" });
  await nextEvent(client, "open");
  expect(atOpen).toBe("e.5");
  first.destroy();
  const second = await server.next();
  expect(second.lastEventId).toBe("e.5");
  second.stream("", { "X-Last-Event-ID": "e.9" });
  await nextEvent(client, "open");
  expect(client.lastEventId).toBe("e.5"); // it has one: another would hide what is between them
});

test("it asks for an event stream, and for no cache", async () => {
  const { client } = watch(server.url);
  const { headers, method } = await server.next();
  expect(method).toBe("GET");
  expect(headers.accept).toBe(STREAM_ACCEPT);
  expect(headers["cache-control"]).toBe("no-cache");
  expect(headers["last-event-id"]).toBeUndefined();
  expect([client.url, client.withCredentials]).toEqual([server.url, false]);
});

test("a body is posted, again at each attempt", async () => {
  watch(server.url, { body: '{"ask":1}', headers: { "content-type": "application/json" } });
  for (let attempt = 0; attempt < 2; attempt++) {
    const exchange = await server.next();
    expect([exchange.method, exchange.body, exchange.headers["content-type"]]).toEqual([
      "POST",
      '{"ask":1}',
      "application/json",
    ]);
    exchange.respond(503);
  }
});

test("on() parses data once for all its listeners", async () => {
  const client = new SSEClient<{ progress: { done: number } }>(server.url);
  const got: { done: number }[] = [];
  const stop = client.on("progress", (data) => void got.push(data));
  client.on("progress", (data, event) => {
    got.push(data);
    expect(event.data).toBe('{"done":1}');
    stop();
  });
  const exchange = await server.next();
  exchange.stream('event: progress\ndata: {"done":1}\n\n');
  await until(() => got.length === 2);
  expect(got[0]).toEqual({ done: 1 });
  expect(got[1]).toBe(got[0]);
  exchange.write('event: progress\ndata: {"done":1}\n\n');
  await until(() => got.length === 3);
  client.close();
});

test("data that is no JSON is an error with the text, once, and the stream goes on", async () => {
  const { client, errors, messages } = watch(server.url);
  const got: unknown[] = [];
  client.on("message", (data) => void got.push(data));
  client.on("message", (data) => void got.push(data));
  const exchange = await server.next();
  exchange.stream("data: {oops\n\ndata: null\n\n");
  await until(() => messages.length === 2);
  expect(errors.map(({ code, raw }) => [code, raw])).toEqual([["INVALID_JSON", "{oops"]]);
  expect(got).toEqual([null, null]);
});

test("a server's own event named error is a message, not an error of the client's", async () => {
  const { client, errors, log } = watch(server.url);
  const got: unknown[] = [];
  client.on("error", (data) => void got.push(data));
  const exchange = await server.next();
  exchange.stream('event: error\ndata: {"overloaded":true}\n\ndata: on\n\n');
  await nextEvent(client, "message");
  expect(got).toEqual([{ overloaded: true }]);
  expect(errors).toEqual([]);
  expect(log).toEqual(["connected", "open", "error", "message"]);
});

test("only the types asked for are dispatched; the others still move the cursor", async () => {
  const { client, messages } = watch(server.url, { events: ["b"] }, ["a", "b"]);
  const exchange = await server.next();
  exchange.stream("event: a\nid: 1\ndata: x\n\nevent: b\nid: 2\ndata: y\n\nevent: a\nid: 3\ndata: z\n\n");
  await until(() => client.lastEventId === "3");
  expect(messages).toEqual(["b:y"]);
});

test("an event above the limit is an error that names it, and the stream goes on", async () => {
  const { errors, messages } = watch(server.url, { maxEventBytes: 64, maxLineBytes: 100 });
  const exchange = await server.next();
  const long = "x".repeat(99 - "data: ".length);
  exchange.stream(`data: ${long}\n\ndata: ${long}${long}\n\ndata: short\n\n`);
  await until(() => messages.length === 1);
  expect(messages).toEqual(["message:short"]);
  expect(errors.map(({ code, limit }) => [code, limit])).toEqual([
    ["EVENT_TOO_LARGE", 64],
    ["LINE_TOO_LONG", 100],
  ]);
});

test("bytes that are no UTF-8 are an error, and the event arrives", async () => {
  const { errors, messages } = watch(server.url);
  const exchange = await server.next();
  exchange.stream();
  exchange.write(Buffer.concat([Buffer.from("data: a"), Buffer.from([0xff]), Buffer.from("b\n\n")]));
  await until(() => messages.length === 1);
  expect(messages).toEqual(["message:a\uFFFDb"]);
  expect(errors.map(({ code, limit }) => [code, limit])).toEqual([["INVALID_UTF8", undefined]]);
});

test("the server's verdict on resuming is no message; a malformed one is ignored", async () => {
  const { client, messages, log } = watch(server.url, { events: ["message"] }, ["message", "millrace.resume"]);
  expect(client.resume).toBeNull();
  const say = (data: string) => `event: millrace.resume\ndata: ${data}\n\n`;
  const first = await server.next();
  const malformed = ["{", "null", "1", '{"verdict":"maybe"}', '{"verdict":"gap","from":3}', "[]"];
  first.stream(`${say('{"verdict":"gap","after":"e.1","from":"e.9"}')}${malformed.map(say).join("")}data: on\n\n`);
  await until(() => messages.length === 1);
  expect(client.resume).toEqual({ verdict: "gap", after: "e.1", from: "e.9" });
  expect(messages).toEqual(["message:on"]);
  expect(log).toEqual(["connected", "open", "resume", "message"]);

  first.destroy();
  const second = await server.next();
  second.stream();
  await nextEvent(client, "open");
  expect(client.resume).toBeNull();
  second.write(say('{"verdict":"continued"}'));
  await nextEvent(client, "resume");
  expect(client.resume).toEqual({ verdict: "continued" });
});

test("arguments that are wrong throw", () => {
  expect(() => new SSEClient("/relative, and no document")).toThrow("Invalid URL");
  const wrong = (options: object) => () => new SSEClient(server.url, options);
  expect(wrong({ dedup: -1 })).toThrow(new TypeError("dedup must be a whole number from 0 to 1048576"));
  expect(wrong({ silenceMs: Number.NaN })).toThrow(TypeError);
  expect(wrong({ retry: { baseMs: 1e22 } })).toThrow(/^retry.baseMs must be a whole number/);
  expect(wrong({ retry: { delay: 5 } })).toThrow(/^retry has no option "delay"/);
  expect(wrong({ header: {} })).toThrow(new TypeError('SSEClient has no option "header": is it "headers"?'));
  expect(wrong({ onMessage: () => {} })).toThrow(/^SSEClient has no option "onMessage"/);
});

const wrong: [object, string][] = [
  [{ onEnd: "closed" }, 'onEnd cannot be "closed": is it "close"?'],
  [{ resumeBy: "gte" }, 'resumeBy cannot be "gte": is it "get"?'],
  [{ resumeBy: "post" }, 'resumeBy cannot be "post"; it is one of "same", "get"'],
  [{ cursorIn: "body" }, 'cursorIn cannot be "body"; it is one of "header", "query"'],
  [{ transport: "EventSource" }, 'transport cannot be "EventSource": is it "eventsource"?'],
  [{ transport: "websocket" }, 'transport cannot be "websocket"; it is one of "fetch", "eventsource"'],
  [{ parse: "jsn" }, 'parse cannot be "jsn": is it "json"?'],
  [{ parse: null }, 'parse cannot be null; it is one of "json", "text"'],
  [{ parse: { token: "txt" } }, 'parse.token cannot be "txt": is it "text"?'],
  [{ debug: Number.NaN }, "debug must be a whole number from 0 to 1000000, not NaN"],
  [{ debug: -4 }, "debug must be a whole number from 0 to 1000000, not -4"],
  [{ debug: 1e99 }, "debug must be a whole number from 0 to 1000000, not 1e+99"],
  [{ debug: "yes" }, "debug must be a whole number from 0 to 1000000, not string"],
  [{ fallback: { everyMs: Number.NaN } }, "fallback.everyMs must be a whole number from 1 to 2147483647, not NaN"],
  [{ fallback: { everyMs: -3 } }, "fallback.everyMs must be a whole number from 1 to 2147483647, not -3"],
  [{ fallback: { everyMs: 0 } }, "fallback.everyMs must be a whole number from 1 to 2147483647, not 0"],
  [{ fallback: { everyms: 5 } }, 'fallback has no option "everyms": is it "everyMs"?'],
  [{ fallback: { poll: true } }, "fallback.poll must be a text or a URL, not boolean"],
  [{ fallback: true }, "fallback must be an object, not boolean"],
  [{ body: "x", fallback: { everyMs: 0 } }, "fallback.everyMs must be a whole number from 1 to 2147483647, not 0"],
  [{ retry: 5 }, "retry must be an object, not 5"],
  [{ retry: false }, "retry must be an object, not boolean"],
  [{ retry: [] }, "retry must be an object, not an array"],
  [{ retry: { attempts: -1 } }, "retry.attempts must be a whole number from 0 to 2147483647"],
  [{ retry: { maxMs: "5" } }, "retry.maxMs must be a number"],
  [
    { retry: { serverMinMs: 10000, serverMaxMs: 10 } },
    "retry.serverMinMs must not be more than retry.serverMaxMs, and 10000 is more than 10",
  ],
  [
    { retry: { serverMaxMs: 100 } },
    "retry.serverMinMs must not be more than retry.serverMaxMs, and 500 is more than 100",
  ],
  [{ breaker: true }, "breaker must be an object, not boolean"],
  [{ breaker: { failures: 1.5 } }, "breaker.failures must be a whole number from 0 to 2147483647"],
  [{ breaker: { coolDown: 5 } }, 'breaker has no option "coolDown": is it "coolDownMs"?'],
  [{ user: 5 }, "user must be a string, not 5"],
  [{ user: {} }, "user must be a string, not object"],
  [{ user: "" }, "user must not be empty; leave it out where there is none"],
  [{ shareAcrossTabs: 5 }, "shareAcrossTabs must be true, false or a name, not 5"],
  [{ withCredentials: "include" }, "withCredentials must be true or false, not string"],
  [{ pauseWhenHidden: 1 }, "pauseWhenHidden must be true or false, not 1"],
  [{ idempotency: "no" }, "idempotency must be true or false, not string"],
  [{ isFinal: true }, "isFinal must be a function, not boolean"],
  [{ onUnauthorized: "/login" }, "onUnauthorized must be a function, not string"],
  [{ heartbeatEvent: 5 }, "heartbeatEvent must be a string, not 5"],
  [{ schema: "z" }, "schema must be an object, not string"],
];

test.each(wrong)("a TypeError names what is wrong: %j", (options, message) => {
  expect(() => new SSEClient(server.url, options)).toThrow(new TypeError(message));
});

test.each([
  { onEnd: "close", resumeBy: "same", cursorIn: "query", transport: "fetch", parse: { a: "json", b: () => 1 } },
  { debug: 5, fallback: {}, retry: {}, breaker: false, user: null, parse: "text", shareAcrossTabs: "name" },
  { debug: true, fallback: { everyMs: 1 }, retry: { serverMinMs: 5, serverMaxMs: 5 }, breaker: {}, user: "ann" },
  { debug: undefined, fallback: undefined, retry: undefined, breaker: undefined, user: undefined, onEnd: undefined },
])("what is right passes: %j", (options) => {
  expect(() => new SSEClient(server.url, options as object).close()).not.toThrow();
});

test("in production options that are wrong are not looked for, and end in an error", async () => {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  const { client, errors } = watch(server.url, { dedup: -1, heders: {} } as object);
  process.env.NODE_ENV = NODE_ENV;
  await nextEvent(client, "close");
  expect(client.state).toBe("error");
  expect(errors[0]?.cause).toBeInstanceOf(RangeError);
});
