import { jest } from "@jest/globals";
import { javascriptCore } from "../../../js/src/core/javascript/index.js";
import { ScriptedServer, until } from "./scripted-server.js";

// The network was away when the core was to be loaded, and is back.
const missing = new Error("no such chunk");
let failures = 0;
jest.unstable_mockModule("../../../js/src/core/load-wasm.js", () => {
  throw missing;
});
jest.unstable_mockModule("../../../js/src/core/javascript/index.js", () => {
  if (failures-- > 0) throw missing;
  return { javascriptCore };
});
const { closeAll, nextEvent, watch } = await import("./helpers.js");

const server = ScriptedServer.forEachTest(closeAll);

test("the client gives up and says why, and reconnect() loads the core again", async () => {
  failures = 1;
  const { client, errors, messages } = watch(server.url);
  await nextEvent(client, "close");
  expect(errors).toMatchObject([{ code: "CONNECTION_FAILED", cause: missing }]);
  expect([client.state, client.implementation]).toEqual(["error", null]);

  client.reconnect();
  // The first request was dropped, maybe before it arrived.
  for (let request = 0; request < 2; request++) {
    void server.next().then((exchange) => exchange.stream("data: here\n\n"));
  }
  await until(() => messages.length > 0);
  expect(messages).toEqual(["message:here"]);
  expect(client.implementation).toBe("javascript");
});
