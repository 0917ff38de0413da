import { SSEError } from "../shared/errors.js";
import type { NativeBinding, NativeModule } from "./binding.js";

const OLDEST_NODE: readonly [major: number, minor: number] = [20, 9];

/**
 * The addon, where there is one that loads.
 *
 * @throws SSEError `UNSUPPORTED_RUNTIME` in an older Node; `NO_NATIVE_BINARY` where the addon is not found, or does not load.
 */
export function requireBinding({ binding, error, target, missingIn }: NativeModule): NativeBinding {
  const { node = "0" } = process.versions;
  if (isOlder(node)) {
    throw new SSEError("UNSUPPORTED_RUNTIME", `Millrace needs Node ${OLDEST_NODE.join(".")} or newer; this is ${node}`);
  }
  if (binding !== null) return binding;
  const reason = `Millrace has no native addon that loads on ${target} (${error?.message ?? "unknown error"}).`;
  const advice =
    missingIn === undefined
      ? "This version has one for linux-x64 with glibc. If it was left behind there when the server was packed, withMillrace " +
        "of millrace/next has Next.js take it along."
      : 'A bundler has taken the code without it. Either leave "millrace" out of the bundle and install it where the bundle ' +
        "runs (esbuild: --external:millrace; Next.js: withMillrace of millrace/next), or copy the package's file " +
        `dist/native/${target}/millrace.node into ${missingIn}.`;
  throw new SSEError("NO_NATIVE_BINARY", `${reason} ${advice}`, { cause: error });
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}
