import type { ClientCore } from "../contract.js";
import { clientWasm } from "./generated/client-wasm.js";
import { fromModuleText } from "./module-text.js";
import { instantiateWasmCore } from "./wasm.js";

/** Decoded, never fetched as a data: address, which `connect-src` would block. */
export function loadWasmCore(): Promise<ClientCore> {
  return instantiateWasmCore(fromModuleText(clientWasm));
}
