import { jest } from "@jest/globals";
import { javascriptCore } from "../../../js/src/core/javascript/index.js";
import { ScriptedServer, until } from "./scripted-server.js";

// The network was away when the core was to be loaded, and is back.
const missing = new Error("no such chunk");
let failures = 0;
jest.unstable_mockModule("../../../js/src/core/load-wasm.js", () => ({ loadWasmCore: () => Promise.reject(missing) }));
jest.unstable_mockModule("../../../js/src/core/javascript/index.js", () => {
  if (failures-- > 0) throw missing;
  return { javascriptCore };
});
const { closeAll, watch } = await import("./helpers.js");

const server = ScriptedServer.forEachTest(closeAll);

test("the client says why, and loads the core again", async () => {
  failures = 2;
  const { client, errors, messages } = watch(server.url);
  expect(client.implementation).toBeNull();
  // The first requests were dropped, maybe before they arrived.
  for (let request = 0; request < 3; request++) {
    void server.next().then((exchange) => exchange.stream("data: here\n\n"));
  }
  await until(() => messages.length > 0);
  expect(messages).toEqual(["message:here"]);
  expect(errors).toMatchObject([
    { code: "CONNECTION_FAILED", cause: missing },
    { code: "CONNECTION_FAILED", cause: missing },
  ]);
  expect(client.implementation).toBe("javascript");
});
