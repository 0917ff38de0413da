import { join } from "node:path";

/**
 * Never does anything: it names the addon's files in the forms that Next.js's tracing follows, so that `output: "standalone"`
 * copies them. Turbopack reads the module itself; what traces after webpack reads its chunks, where `import.meta.url` is the
 * address of this module, and `__dirname` is the chunk's.
 */
export function traceNativeFiles(): unknown[] {
  return [
    join(__dirname, "../../native/index.cjs"),
    join(__dirname, "../../native/linux-x64/millrace.node"),
    join(__dirname, "../../../package.json"),
    // Not as `new URL(name, import.meta.url)`: of those, bundlers make copies.
    new URL(`${import.meta.url}/../../../native/index.cjs`),
    new URL(`${import.meta.url}/../../../native/linux-x64/millrace.node`),
    new URL(`${import.meta.url}/../../../../package.json`),
  ];
}
