import { join } from "node:path";

/**
 * Never does anything: it names the addon's files in the one form that Next.js's tracing follows, so that
 * `output: "standalone"` copies them.
 */
export function traceNativeFiles(): string[] {
  return [
    join(__dirname, "../../native/index.cjs"),
    join(__dirname, "../../native/linux-x64/millrace.node"),
    join(__dirname, "../../../package.json"),
  ];
}
