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

test("a POST that is under way is waited for meanwhile, and made once", async () => {
  failures = 2;
  const { errors, messages } = watch(server.url, { body: "ask" });
  (await server.next()).stream("data: here\n\n");
  await until(() => messages.length > 0);
  expect(messages).toEqual(["message:here"]);
  expect(errors).toHaveLength(2);
  expect(server.requests).toBe(1);
});
