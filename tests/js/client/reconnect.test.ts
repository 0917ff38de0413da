import { closeAll, FAST, ManualClock, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, until } from "./scripted-server.js";

const server = ScriptedServer.forEachTest(closeAll);

test("a connection that is cut is made again, after the last event", async () => {
  const { client, messages, errors, log } = watch(server.url);
  const first = await server.next();
  first.stream("id: a.1\ndata: one\n\nid: a.2\ndata: two\n\nid: a.3\ndata: never finished");
  await until(() => messages.length === 2);
  first.destroy();
  const second = await server.next();
  expect(second.lastEventId).toBe("a.2");
  second.stream("id: a.3\ndata: three\n\n");
  await until(() => messages.length === 3);
  expect(messages).toEqual(["message:one", "message:two", "message:three"]);
  expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED"]);
  expect(errors[0]?.cause).toMatchObject({ name: "TypeError" });
  expect(log).toEqual(
    ["connected", "open", "message", "message"].concat(
      ["reconnecting", "error", "connecting"],
      ["connected", "open", "message"],
    ),
  );
  expect(client.attempts).toBe(0);
});

test("a stream that ends is asked for again", async () => {
  const { errors } = watch(server.url);
  const first = await server.next();
  first.stream("id: 1\n\n");
  first.end();
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  expect(errors.map(({ code, message }) => [code, message])).toEqual([["CONNECTION_FAILED", "The stream ended"]]);
});

test("events that are replayed are not repeated", async () => {
  const { messages } = watch(server.url);
  const first = await server.next();
  first.stream("id: 1\ndata: one\n\nid: 2\ndata: two\n\n");
  await until(() => messages.length === 2);
  first.destroy();
  (await server.next()).stream("id: 1\ndata: one\n\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n");
  await until(() => messages.length === 3);
  expect(messages).toEqual(["message:one", "message:two", "message:three"]);
});

test("dedup: 0 lets repeats through", async () => {
  const { messages } = watch(server.url, { dedup: 0 });
  (await server.next()).stream("id: 1\ndata: one\n\nid: 1\ndata: one\n\n");
  await until(() => messages.length === 2);
});

test("a cursor that was kept is sent with the first request, and reaches events without an id", async () => {
  const { client, messages } = watch(server.url, { lastEventId: "k.5" });
  let lastEventId = "";
  client.onmessage = (event) => {
    lastEventId = event.lastEventId;
  };
  expect(client.lastEventId).toBe("k.5");
  const exchange = await server.next();
  expect(exchange.lastEventId).toBe("k.5");
  exchange.stream("data: x\n\n");
  await until(() => messages.length === 1);
  expect(lastEventId).toBe("k.5");
});

test("an empty id forgets the cursor", async () => {
  const { client, messages } = watch(server.url, { lastEventId: "k.5" });
  const first = await server.next();
  first.stream("id\ndata: x\n\n");
  await until(() => messages.length === 1);
  expect(client.lastEventId).toBe("");
  first.end();
  expect((await server.next()).lastEventId).toBeUndefined();
});

test.each(["naïve", "日本語", "🚂.1", "é".repeat(200)])("an id that is not ASCII resumes: %s", async (id) => {
  const { messages } = watch(server.url);
  const first = await server.next();
  first.stream(`id: ${id}\ndata: x\n\n`);
  await until(() => messages.length === 1);
  first.destroy();
  expect((await server.next()).lastEventId).toBe(id);
});

test("the server's retry replaces the base of the wait", async () => {
  const clock = new ManualClock(0.5);
  const { client, messages } = watch(server.url, { clock, retry: { baseMs: 1000, maxMs: 1000 } });
  const first = await server.next();
  first.stream("retry: 4000\ndata: x\n\n");
  await until(() => messages.length === 1);
  first.destroy();
  await until(() => clock.isWaiting);
  expect(clock.delays).toEqual([2000]);
  expect([client.state, client.readyState, client.attempts]).toEqual(["reconnecting", client.CONNECTING, 1]);
  expect(server.requests).toBe(1);
  clock.fire();
  await server.next();
  expect(client.state).toBe("connecting");
});

test("the wait doubles up to its limit, and starts again after a connection that held", async () => {
  const clock = new ManualClock(0.5);
  const { client } = watch(server.url, { clock, retry: { baseMs: 1000, maxMs: 3000 } });
  for (let attempt = 0; attempt < 3; attempt++) {
    (await server.next()).respond(503);
    await until(() => clock.isWaiting);
    clock.fire();
  }
  expect(clock.delays).toEqual([500, 1000, 1500]);
  const exchange = await server.next();
  exchange.stream();
  await nextEvent(client, "open");
  clock.pass(5000);
  exchange.write("data: something\n\n");
  await nextEvent(client, "message");
  expect(client.attempts).toBe(0);
  exchange.end();
  await until(() => clock.isWaiting);
  expect(clock.delays[3]).toBe(500);
});

test("a timer that fires early waits for the rest", async () => {
  const clock = new ManualClock(0.5);
  watch(server.url, { clock, retry: { baseMs: 1000 } });
  (await server.next()).respond(500);
  await until(() => clock.isWaiting);
  clock.fire(100);
  expect(clock.delays).toEqual([500, 100]);
  clock.fire();
  await server.next();
});

test("a headers function is called anew at each attempt", async () => {
  let calls = 0;
  watch(server.url, { headers: async () => ({ authorization: `Bearer ${++calls}` }) });
  for (const token of ["Bearer 1", "Bearer 2", "Bearer 3"]) {
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBe(token);
    exchange.stream();
    exchange.end();
  }
});

test("a headers function that throws is a failed attempt, not the end", async () => {
  let calls = 0;
  const { errors } = watch(server.url, {
    headers: () => {
      if (++calls === 1) throw new Error("the token service is down");
      return {};
    },
  });
  await server.next();
  expect(errors.map(({ code, cause }) => [code, cause])).toEqual([
    ["CONNECTION_FAILED", new Error("the token service is down")],
  ]);
});

test("it gives up when the attempts are used up, and starts again when asked", async () => {
  const { client, errors, log } = watch(server.url, { retry: { ...FAST, attempts: 2 } });
  (await server.next()).respond(500);
  (await server.next()).respond(500);
  await nextEvent(client, "close");
  expect(errors.map(({ code, status }) => [code, status])).toEqual([
    ["BAD_RESPONSE", 500],
    ["GAVE_UP", undefined],
  ]);
  expect(errors[1]?.cause).toMatchObject({ code: "BAD_RESPONSE", status: 500 });
  expect([client.state, client.readyState]).toEqual(["error", client.CLOSED]);
  expect(log).toEqual(["reconnecting", "error", "connecting", "error", "error", "close"]);
  client.reconnect();
  expect(client.state).toBe("connecting");
  (await server.next()).stream();
  await nextEvent(client, "open");
});

test("reconnect() drops an open connection and resumes", async () => {
  const { client, messages, errors } = watch(server.url);
  const first = await server.next();
  first.stream("id: 1\ndata: x\n\n");
  await until(() => messages.length === 1);
  client.reconnect();
  expect(client.state).toBe("connecting");
  await first.gone;
  const second = await server.next();
  expect(second.lastEventId).toBe("1");
  second.stream();
  await nextEvent(client, "open");
  expect(errors).toEqual([]);
});

test("reconnect() cuts a wait short, and leaves an attempt alone", async () => {
  const clock = new ManualClock();
  const { client } = watch(server.url, { clock });
  (await server.next()).respond(500);
  await until(() => clock.isWaiting);
  client.reconnect();
  expect(clock.isWaiting).toBe(false);
  client.reconnect();
  (await server.next()).stream();
  await nextEvent(client, "open");
  expect(server.requests).toBe(2);
});

test("reconnect() from a listener loses nothing of what has arrived", async () => {
  const { client, messages } = watch(server.url);
  client.addEventListener("message", () => client.reconnect(), { once: true });
  (await server.next()).stream("id: 1\ndata: one\n\nid: 2\ndata: two\n\n");
  const second = await server.next();
  expect(messages).toEqual(["message:one", "message:two"]);
  expect(second.lastEventId).toBe("2");
});
