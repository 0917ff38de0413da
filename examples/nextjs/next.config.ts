import { resolve } from "node:path";
import type { NextConfig } from "next";

// The library is linked from the repository that this demo lies in, so that is the root for both bundlers. An application
// with Millrace from npm needs none of this.
const root = resolve(import.meta.dirname, "../..");

const config: NextConfig = {
  turbopack: { root },
  outputFileTracingRoot: root,
};

export default config;
