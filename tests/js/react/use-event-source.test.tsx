/** @jest-environment ./tests/js/react/page-environment.mjs */
import { render } from "@testing-library/react";
import { z } from "zod";
import { type UseEventSourceOptions, useEventSource } from "../../../js/src/react/index.js";
import { settle, until } from "../client/scripted-server.js";
import { probe, serverPerTest, shows } from "./helpers.js";

const server = serverPerTest();

test("it shows what comes: parsed where it is JSON, the text otherwise", async () => {
  const view = probe(server.url);
  expect(view.last).toMatchObject({
    data: null,
    event: null,
    error: null,
    isConnected: false,
    state: "connecting",
    health: "degraded",
    lastEventId: "",
    attempts: 0,
    resume: null,
    history: [],
  });
  const exchange = await server.next();
  exchange.stream('id: 1\nevent: progress\ndata: {"done":1}\n\n');
  await shows(view, ({ event }) => event !== null);
  expect(view.last).toMatchObject({
    data: { done: 1 },
    event: { type: "progress", data: { done: 1 }, lastEventId: "1" },
    isConnected: true,
    state: "connected",
    health: "healthy",
    lastEventId: "1",
  });
  const before = view.last;
  exchange.write("id: 2\ndata: not JSON\n\n");
  await shows(view, ({ lastEventId }) => lastEventId === "2");
  expect(view.last.data).toBe("not JSON");
  expect(view.last.history.map(({ data }) => data)).toEqual([{ done: 1 }, "not JSON"]);
  expect(before.history).toHaveLength(1);
  expect([view.last.close, view.last.reconnect]).toEqual([before.close, before.reconnect]);
});

test("a connection that is cut shows as reconnecting with its error, then as before", async () => {
  const heard: string[] = [];
  const view = probe(server.url, {
    onOpen: () => heard.push("open"),
    onError: ({ code }) => heard.push(code),
    onClose: () => heard.push("close"),
  });
  const first = await server.next();
  first.stream('id: 1\ndata: 1\n\nevent: millrace.resume\ndata: {"verdict":"reset"}\n\n');
  await shows(view, ({ resume }) => resume?.verdict === "reset");
  first.destroy();
  const second = await server.next();
  await shows(view, ({ error }) => error !== null);
  expect(view.last).toMatchObject({
    isConnected: false,
    state: "connecting",
    health: "degraded",
    attempts: 1,
    data: 1,
  });
  second.stream();
  await shows(view, ({ isConnected }) => isConnected);
  expect(view.last).toMatchObject({ error: null, attempts: 0, resume: null });
  expect(heard).toEqual(["open", "CONNECTION_FAILED", "open"]);
});

test("a final answer shows as an error; a component that mounts later tries again", async () => {
  const heard: string[] = [];
  const view = probe(server.url, {
    onError: ({ code, status }) => heard.push(`${code} ${status}`),
    onClose: () => heard.push("close"),
  });
  (await server.next()).respond(404);
  await shows(view, ({ state }) => state === "error");
  expect(view.last).toMatchObject({ health: "disconnected", isConnected: false, error: { code: "BAD_RESPONSE" } });
  expect(heard).toEqual(["BAD_RESPONSE 404", "close"]);
  view.unmount();
  probe(server.url);
  await server.next();
});

test("ten thousand events at once are a few renders, and onMessage hears each in order", async () => {
  const count = 10_000;
  const heard: unknown[] = [];
  const view = probe(server.url, { onMessage: ({ json }) => heard.push(json) });
  const exchange = await server.next();
  exchange.stream(Array.from({ length: count }, (_, index) => `data: ${index}\n\n`).join(""));
  await shows(view, ({ data }) => data === count - 1);
  expect(heard).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(view.last.history.map(({ data }) => data)).toEqual(
    Array.from({ length: 200 }, (_, index) => count - 200 + index),
  );
  expect(view.renders.length).toBeLessThan(100);
});

test("events that arrive together are one change", async () => {
  const view = probe(server.url, { historySize: 2 });
  const exchange = await server.next();
  exchange.stream();
  await shows(view, ({ isConnected }) => isConnected);
  const before = view.renders.length;
  exchange.write("data: 1\n\ndata: 2\n\ndata: 3\n\n");
  await shows(view, ({ data }) => data === 3);
  expect(view.renders).toHaveLength(before + 1);
  expect(view.last.history.map(({ data }) => data)).toEqual([2, 3]);
});

test("without a URL it is disconnected, and connects once there is one", async () => {
  const view = probe(null);
  expect(view.last).toMatchObject({ state: "disconnected", health: "disconnected", isConnected: false });
  view.last.reconnect();
  view.last.close();
  await settle();
  expect(server.requests).toBe(0);
  view.update(server.url);
  expect(view.last.state).toBe("connecting");
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  view.update(null);
  expect(view.last).toMatchObject({ state: "disconnected", data: null, history: [] });
  await exchange.gone;
});

test("another URL is another connection, and shows nothing of the old one", async () => {
  const view = probe(`${server.origin}/a`);
  const first = await server.next();
  first.stream("data: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  view.update(`${server.origin}/b`);
  expect(view.last).toMatchObject({ state: "connecting", data: null, history: [] });
  const second = await server.next();
  second.stream("data: 2\n\n");
  await shows(view, ({ data }) => data === 2);
  await first.gone;
});

test("close() and reconnect() act on the connection, and are the same functions throughout", async () => {
  let closed = 0;
  const view = probe(server.url, { onClose: () => void closed++ });
  const { close, reconnect } = view.last;
  const first = await server.next();
  first.stream("id: 1\ndata: 1\n\n");
  await shows(view, ({ isConnected }) => isConnected);
  close();
  await first.gone;
  await shows(view, ({ state }) => state === "disconnected");
  expect(closed).toBe(1);
  reconnect();
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  second.stream();
  await shows(view, ({ isConnected }) => isConnected);
  expect([view.last.close, view.last.reconnect]).toEqual([close, reconnect]);
});

test("functions may be new at each render: the connection stays, and the latest is called", async () => {
  const heard: string[] = [];
  const optionsOf = (name: string) => ({
    headers: () => ({ "x-name": name }),
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    onMessage: ({ data }: { readonly data: string }) => void heard.push(`${name}:${data}`),
  });
  const view = probe(server.url, optionsOf("first"));
  const first = await server.next();
  expect(first.headers["x-name"]).toBe("first");
  first.stream("data: a\n\n");
  await until(() => heard.length === 1);
  view.update(server.url, optionsOf("second"));
  first.write("data: b\n\n");
  await until(() => heard.length === 2);
  expect(heard).toEqual(["first:a", "second:b"]);
  expect(server.requests).toBe(1);
  first.destroy();
  expect((await server.next()).headers["x-name"]).toBe("second");
});

test("other connection options are another connection", async () => {
  const view = probe(server.url, { headers: { "x-name": "a" } });
  const first = await server.next();
  view.update(server.url, { headers: { "x-name": "a" } });
  view.update(server.url, { headers: { "x-name": "b" } });
  expect((await server.next()).headers["x-name"]).toBe("b");
  await first.gone;
  expect(server.requests).toBe(2);
});

test("select: renders only for what it gives, and keeps the reference of what is equal", async () => {
  let heard = 0;
  const view = probe(server.url, {
    onMessage: () => void heard++,
    select: ({ isConnected, reconnect }) => ({ isConnected, reconnect }),
  });
  const exchange = await server.next();
  exchange.stream();
  await shows(view, ({ isConnected }) => isConnected);
  const { last } = view;
  const before = view.renders.length;
  exchange.write("data: 1\n\n");
  await until(() => heard === 1);
  // Timers of one delay fire in their order, so the store's has fired.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(view.renders).toHaveLength(before);
  view.update(server.url, { select: ({ isConnected, reconnect }) => ({ isConnected, reconnect }) });
  expect(view.renders).toHaveLength(before + 1);
  expect(view.last).toBe(last);
});

interface BuildEvents {
  progress: { done: number };
  log: { line: string };
}

function Build({ url, heard }: { url: string; heard: (number | string)[] }) {
  const state = useEventSource<BuildEvents, string>(url, {
    onMessage: (message) => {
      // Told apart by the compiler.
      if (message.type === "progress") heard.push(message.json.done);
      else heard.push(message.json.line);
    },
    select: (result) => {
      const last: { done: number } | { line: string } | null = result.data;
      return `${result.state} ${last === null}`;
    },
  });
  return <p>{state}</p>;
}

test("messages are a union over the event types", async () => {
  const heard: (number | string)[] = [];
  const { container } = render(<Build url={server.url} heard={heard} />);
  expect(container.textContent).toBe("connecting true");
  (await server.next()).stream('event: progress\ndata: {"done":3}\n\nevent: log\ndata: {"line":"x"}\n\n');
  await until(() => container.textContent === "connected false");
  expect(heard).toEqual([3, "x"]);
});

test("undefined is no connection, as null is", () => {
  expect(probe(undefined as never).last).toMatchObject({ state: "disconnected", data: null });
});

test("the cursor is no part of what a connection is: a component that gives the last one back keeps it", async () => {
  const view = probe(server.url);
  const exchange = await server.next();
  exchange.stream();
  for (let n = 1; n <= 10; n++) {
    exchange.write(`id: ${n}\ndata: ${n}\n\n`);
    await shows(view, ({ data }) => data === n);
    view.update(server.url, { lastEventId: view.last.lastEventId });
  }
  expect(server.requests).toBe(1);
});

test("a relative URL is the same as what it resolves to", async () => {
  const { fetch } = globalThis;
  let asked = 0;
  globalThis.fetch = (input, init) => {
    const { origin, pathname } = new URL(String(input));
    if (origin !== location.origin) return fetch(input, init); // of a test before, whose connection is kept for a moment
    asked++;
    return fetch(server.origin + pathname, init);
  };
  const views = ["/events", "events", new URL("/events", document.baseURI).href].map((url) => probe(url));
  (await server.next()).stream("data: 1\n\n");
  for (const view of views) await shows(view, ({ data }) => data === 1);
  globalThis.fetch = fetch;
  expect(asked).toBe(1);
});

test("historySize counts as it is now", async () => {
  const view = probe(server.url, { historySize: 2 });
  const exchange = await server.next();
  const sizes: number[] = [];
  const publish = async (n: number) => {
    exchange.write(`data: ${n}\n\n`);
    await shows(view, ({ data }) => data === n);
    sizes.push(view.last.history.length);
  };
  exchange.stream();
  for (let n = 1; n <= 3; n++) await publish(n);
  view.update(server.url, { historySize: 4 });
  for (let n = 4; n <= 6; n++) await publish(n);
  view.update(server.url, { historySize: 0 });
  await publish(7);
  expect(sizes).toEqual([1, 2, 2, 3, 4, 4, 0]);
});

test("a historySize that is smaller counts at once, and makes nothing new where nothing is to go", async () => {
  const view = probe(server.url, { historySize: 5 });
  (await server.next()).stream("data: 1\n\ndata: 2\n\ndata: 3\n\n");
  const has = (...items: number[]) => shows(view, ({ history }) => `${history.map(({ data }) => data)}` === `${items}`);
  await has(1, 2, 3);
  const { history } = view.last;
  view.update(server.url, { historySize: 4 });
  await settle();
  expect(view.last.history).toBe(history);
  view.update(server.url, { historySize: 2 });
  await has(2, 3);
  view.update(server.url, { historySize: 0 });
  await has();
  expect(view.last.data).toBe(3);
});

test("a throttleMs that is smaller shows at once what waited for a longer one", async () => {
  const heard: unknown[] = [];
  const options = { throttleMs: 2 ** 30, onMessage: ({ json }: { json: unknown }) => heard.push(json) };
  const view = probe(server.url, options);
  const exchange = await server.next();
  exchange.stream("data: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  exchange.write("data: 2\n\n");
  await until(() => heard.length === 2);
  await settle();
  expect(view.last.data).toBe(1);
  view.update(server.url, { ...options, throttleMs: 0 });
  await shows(view, ({ data }) => data === 2);
  exchange.write("data: 3\n\n");
  await shows(view, ({ data }) => data === 3);
});

test("a POST is not sent again because it becomes known who the user is, or what a refusal is asked about", async () => {
  const view = probe(server.url, { body: "ask" });
  const exchange = await server.next();
  exchange.stream();
  await shows(view, ({ isConnected }) => isConnected);
  view.update(server.url, { body: "ask", user: "u", onUnauthorized: () => {}, isFinal: () => true, method: "post" });
  exchange.write("data: 1\n\n");
  await shows(view, ({ data }) => data === 1);
  expect(server.requests).toBe(1);
});

test.each([
  [{ historySize: Number.NaN }, "historySize"],
  [{ historySize: -1 }, "historySize"],
  [{ throttleMs: 1e22 }, "throttleMs"],
  [{ throttleMs: "100" }, "throttleMs"],
  [{ silenceMs: Number.NaN }, "silenceMs"],
  [{ retry: { attempts: -1 } }, "retry.attempts"],
  [{ fallback: { everyMs: -3 } }, "fallback.everyMs must be a whole number from 1 to 2147483647, not -3"],
  [{ onEnd: "closed" }, 'onEnd cannot be "closed": is it "close"?'],
  [{ user: 7 }, "user must be a string, not 7"],
  [{ onMessage: "log" }, "onMessage must be a function, not string"],
  [{ select: "data" }, "select must be a function, not string"],
  [{ throttle: 100 }, 'useEventSource has no option "throttle": is it "throttleMs"?'],
])("options that are wrong are a TypeError that names them: %j", (options, named) => {
  const { error } = console;
  console.error = () => {};
  let thrown: unknown;
  try {
    probe(server.url, options as object);
  } catch (caught) {
    thrown = caught;
  }
  console.error = error;
  expect(thrown).toBeInstanceOf(TypeError);
  expect(String(thrown)).toContain(named);
});

test("where there are no Headers it renders, and shows as an error that nothing can be asked for", async () => {
  const { Headers } = globalThis;
  Reflect.deleteProperty(globalThis, "Headers");
  try {
    const view = probe(server.url, { headers: { a: "1" } });
    expect(view.last.state).toBe("connecting");
    await shows(view, ({ error }) => error?.code === "CONNECTION_FAILED");
  } finally {
    Object.assign(globalThis, { Headers });
  }
});

test("of another server the data is the exact text, unless `parse` says otherwise", async () => {
  const texts = [" 7", "null", "12345678901234567890", "{}"];
  const stream = texts.map((text) => `data: ${text}\n\n`).join("");
  const answer = () => Promise.resolve(new Response(stream, { headers: { "Content-Type": "text/event-stream" } }));
  const heard: unknown[] = [];
  const asked = { fetch: answer, onEnd: "close" as const, onEvent: (_: string, data: unknown) => heard.push(data) };
  const view = probe("http://elsewhere/text", asked);
  await shows(view, ({ completed }) => completed);
  expect([view.last.history.map(({ data }) => data), heard]).toEqual([texts, texts]);
  const json = probe("http://elsewhere/json", { ...asked, parse: "json", onEvent: () => {} });
  await shows(json, ({ completed }) => completed);
  expect(json.last.history.map(({ data }) => data)).toEqual(texts.map((text) => JSON.parse(text)));
});

test.each<[string, UseEventSourceOptions, unknown]>([
  ["as it is", {}, '{"a":1}'],
  ["JSON", { parse: "json" }, { a: 1 }],
  ["JSON of a type", { parse: { message: "json" } }, { a: 1 }],
  ["what a function makes of it", { parse: (text: string) => `made of ${text}` }, 'made of {"a":1}'],
  ["validated", { schema: { message: z.object({ a: z.number() }) } }, { a: 1 }],
])("another server's [DONE] is no data, no event and no error: %s", async (_, options, data) => {
  const headers = { "content-type": "text/event-stream" };
  const fetch = async () => new Response('id: 1\ndata: {"a":1}\n\nid: 2\ndata: [DONE]\n\n', { headers });
  const heard: unknown[] = [];
  const view = probe("http://elsewhere/done", {
    ...options,
    fetch,
    onMessage: (event) => heard.push(event.data),
    onEvent: (_, given) => heard.push(given),
    onError: ({ code }) => heard.push(code),
    onClose: ({ reason }) => heard.push(reason),
  });
  await shows(view, ({ completed }) => completed);
  expect(heard).toEqual(['{"a":1}', data, "completed"]);
  expect(view.last).toMatchObject({ data, event: { data, id: "1" }, error: null, lastEventId: "2" });
  expect(view.last.history).toHaveLength(1);
});

test("[DONE] is data like any other where the server is Millrace", async () => {
  const view = probe(server.url);
  (await server.next()).stream("raw\ndata: [DONE]\n\n");
  await shows(view, ({ data }) => data === "[DONE]");
});

test("the end of an answer shows, and is no error", async () => {
  const closed: unknown[] = [];
  const view = probe(server.url, { body: "ask", onClose: ({ reason, completed }) => closed.push([reason, completed]) });
  const exchange = await server.next();
  exchange.stream('data: "Hello"\n\nevent: millrace.end\ndata: {"reason":"quota","reconnect":false}\n\n');
  exchange.end();
  await shows(view, ({ completed }) => completed);
  expect(view.last).toMatchObject({ state: "disconnected", error: null, data: "Hello", completed: true });
  expect(closed).toEqual([["quota", true]]);
  expect(server.requests).toBe(1);
});
