import type { ClientCore } from "./contract.js";
import { clientWasmHex } from "./generated/client-wasm.js";
import { javascriptCore } from "./javascript/index.js";
import { instantiateWasmCore } from "./wasm.js";

let loading: Promise<ClientCore> | undefined;

/**
 * The client core of this page, loaded once: WebAssembly, or JavaScript where there is none or where the page's content
 * security policy forbids to compile it (`WebAssembly.validate` says yes even then, so this simply tries).
 */
export function loadClientCore(): Promise<ClientCore> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ClientCore> {
  try {
    // Decoded, never fetched as a data: address, which `connect-src` would block.
    return await instantiateWasmCore(fromHex(clientWasmHex));
  } catch {
    return javascriptCore;
  }
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}
