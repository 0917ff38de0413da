import type { ClientCore } from "./contract.js";
import { javascriptCore } from "./javascript/index.js";

/** The client core of this page: WebAssembly where the page allows it, otherwise JavaScript. Loaded once. */
export function loadClientCore(): Promise<ClientCore> {
  return Promise.resolve(javascriptCore);
}
