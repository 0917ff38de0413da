import { checkHookOptions } from "./hook-options.js";

/** As client/diagnostics.ts has it, for the hook. */
export function diagnostics() {
  try {
    if (process.env.NODE_ENV !== "production") return { checkHookOptions };
  } catch {}
  return undefined;
}
