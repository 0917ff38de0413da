import { loadClientCore } from "../../js/src/core/load-client.js";
import { runSessionSchedules } from "../js/session-schedules.js";
import { runReceiverVectors, runSessionVectors } from "../js/vectors.js";

const core = await loadClientCore();

test("Node allows WebAssembly, so that is what is loaded", () => {
  expect(core.implementation).toBe("wasm");
});

runReceiverVectors("wasm", core);
runSessionVectors("wasm", core);
runSessionSchedules("wasm", core);
