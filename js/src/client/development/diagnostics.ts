import { checkOptions } from "./check-options.js";
import { countStream } from "./count-stream.js";

/** What is checked while an application is developed; undefined in what its users load, where bundlers leave it out. */
export function diagnostics() {
  // Bundlers put the mode in its place; a page that none has made has no `process`.
  try {
    if (process.env.NODE_ENV !== "production") return { checkOptions, countStream };
  } catch {}
  return undefined;
}
