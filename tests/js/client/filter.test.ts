import { jest } from "@jest/globals";
import { loadClientCore } from "../../../js/src/core/load-client.js";
import { closeAll, nextEvent, watch } from "./helpers.js";
import { ScriptedServer, until } from "./scripted-server.js";

afterEach(() => {
  jest.restoreAllMocks();
});
const server = ScriptedServer.forEachTest(closeAll);

test("the core is told which types, besides those that the client itself needs", async () => {
  const make = jest.spyOn(await loadClientCore(), "createReceiver");
  watch(server.url, { events: ["a"], heartbeatEvent: "beat" });
  watch(server.url);
  await until(() => make.mock.calls.length === 2);
  const types = make.mock.calls.map(([options]) => options?.events);
  expect(types).toEqual([["a", "millrace.resume", "millrace.begin", "millrace.end", "beat"], undefined]);
});

test("resume and heartbeats work, and are not dispatched as messages", async () => {
  const types = ["a", "b", "heartbeat", "millrace.resume"];
  const { client, messages } = watch(server.url, { events: ["a"] }, types);
  const resumed = nextEvent(client, "resume");
  (await server.next()).stream(
    'event: millrace.resume\ndata: {"verdict":"reset"}\n\nevent: heartbeat\ndata: {"uptimeMs":5}\n\n' +
      "event: b\nid: 1\ndata: x\n\nevent: a\nid: 2\ndata: y\n\n",
  );
  await resumed;
  await until(() => messages.length === 1);
  expect([client.resume, client.latencyMs, messages]).toEqual([{ verdict: "reset" }, 0, ["a:y"]]);
});

test("heartbeats are dispatched where they are asked for", async () => {
  const { messages } = watch(server.url, { events: ["heartbeat"] }, ["heartbeat", "message"]);
  (await server.next()).stream("data: x\n\nevent: heartbeat\ndata: {}\n\n");
  await until(() => messages.length === 1);
  expect(messages).toEqual(["heartbeat:{}"]);
});

test("what is left out is a repeat when it comes again, and so is what was asked for", async () => {
  const { client, messages } = watch(server.url, { events: ["a"] }, ["a", "b"]);
  const first = await server.next();
  first.stream("event: a\nid: 1\ndata: x\n\nevent: b\nid: 2\ndata: y\n\n");
  await until(() => client.lastEventId === "2");
  first.destroy();
  const second = await server.next();
  expect(second.lastEventId).toBe("2");
  second.stream("event: a\nid: 1\ndata: x\n\nevent: b\nid: 2\ndata: y\n\nevent: a\nid: 3\ndata: z\n\n");
  await until(() => messages.length === 2);
  expect(messages).toEqual(["a:x", "a:z"]);
});

test("no types at all: the cursor moves, and nothing is dispatched", async () => {
  const { client, messages } = watch(server.url, { events: [] });
  (await server.next()).stream("id: 1\ndata: x\n\n");
  await until(() => client.lastEventId === "1");
  expect(messages).toEqual([]);
});
