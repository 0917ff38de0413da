import type { ClientCore } from "./contract.js";
import { loadWasmCore } from "./wasm/load-wasm.js";

let loading: Promise<ClientCore> | undefined;

/**
 * The client core of this page, loaded once, or again where that failed: WebAssembly, or JavaScript where there is none or
 * where the page's content security policy forbids to compile it (`WebAssembly.validate` says yes even then, so this simply
 * tries).
 */
export function loadClientCore(): Promise<ClientCore> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ClientCore> {
  try {
    return await loadWasmCore();
  } catch {
    return (await import("./javascript/index.js")).javascriptCore;
  }
}
