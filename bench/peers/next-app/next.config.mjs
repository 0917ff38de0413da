import { resolve } from "node:path";

// The library lies in the repository around this application, so that is the root for the bundler.
const root = resolve(import.meta.dirname, "../../..");

export default { turbopack: { root }, outputFileTracingRoot: root };
