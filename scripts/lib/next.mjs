import { createRequire } from "node:module";
import { join } from "node:path";

/** The Next.js command line that the application in this folder uses. */
export function nextBin(folder) {
  return createRequire(join(folder, "package.json")).resolve("next/dist/bin/next");
}
