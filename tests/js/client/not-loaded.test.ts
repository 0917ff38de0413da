import { jest } from "@jest/globals";
import { ScriptedServer, until } from "./scripted-server.js";

// The parts that are loaded when they are needed cannot be: the network is away, or a deployment has taken them.
const missing = new Error("no such chunk");
const fail = () => {
  throw missing;
};
jest.unstable_mockModule("../../../js/src/client/transport/poll-transport.js", fail);
jest.unstable_mockModule("../../../js/src/client/transport/event-source-transport.js", fail);
const { closeAll, FAST, nextEvent, watch } = await import("./helpers.js");

const server = ScriptedServer.forEachTest(closeAll);

test("polling: it goes on with streams", async () => {
  const { client, errors } = watch(server.url, { fallback: {} });
  for (let attempt = 0; attempt < 3; attempt++) (await server.next()).respond(503);
  (await server.next()).stream();
  await until(() => client.state === "connected");
  expect(errors.map(({ code, cause }) => [code, cause])).toEqual([
    ["BAD_RESPONSE", undefined],
    ["BAD_RESPONSE", undefined],
    ["BAD_RESPONSE", undefined],
    ["CONNECTION_FAILED", missing],
  ]);
});

test("EventSource: it tries again, and can give up", async () => {
  const { client, errors } = watch(server.url, { transport: "eventsource", retry: { ...FAST, attempts: 2 } });
  await nextEvent(client, "close");
  expect(errors.map(({ code }) => code)).toEqual(["CONNECTION_FAILED", "GAVE_UP"]);
  expect(errors[0]?.cause).toBe(missing);
});
