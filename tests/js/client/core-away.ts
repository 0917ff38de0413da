import { jest } from "@jest/globals";
import { javascriptCore } from "../../../js/src/core/javascript/index.js";

// The network was away when the core was to be loaded, and is back.
export const missing = new Error("no such chunk");

/** How often it is still away. */
export const away = { times: 0 };

jest.unstable_mockModule("../../../js/src/core/wasm/load-wasm.js", () => ({
  loadWasmCore: () => Promise.reject(missing),
}));
jest.unstable_mockModule("../../../js/src/core/javascript/index.js", () => {
  if (away.times-- > 0) throw missing;
  return { javascriptCore };
});
export const { closeAll, watch } = await import("./helpers.js");
