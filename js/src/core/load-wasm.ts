import type { ClientCore } from "./contract.js";
import { clientWasmHex } from "./generated/client-wasm.js";
import { instantiateWasmCore } from "./wasm.js";

/** Decoded, never fetched as a data: address, which `connect-src` would block. */
export function loadWasmCore(): Promise<ClientCore> {
  return instantiateWasmCore(fromHex(clientWasmHex));
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}
