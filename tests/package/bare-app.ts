import { join } from "node:path";
import { type RunningServer, startServer } from "./command.js";

/** Where prepare.mjs has put the applications, with Millrace's tarball installed: one for each bundler, built with that. */
export const work = process.env.MILLRACE_TEST_WORK ?? "";
export const tarball = process.env.MILLRACE_TEST_TARBALL ?? "";

export const bundlers = ["turbopack", "webpack"] as const;
export type Bundler = (typeof bundlers)[number];

export const appOf = (bundler: Bundler) => join(work, `app-${bundler}`);

/** Next.js serving the application, in the folder of its bundler unless another is given. */
export function startNext(
  bundler: Bundler,
  command: "start" | "dev",
  env: Readonly<Record<string, string>> = {},
  folder = appOf(bundler),
): Promise<RunningServer> {
  const isDev = command === "dev";
  const args = ["node_modules/next/dist/bin/next", command, "-H", "127.0.0.1", ...(isDev ? [`--${bundler}`] : [])];
  return startServer(process.execPath, args, folder, {
    DIST_DIR: isDev ? ".next-dev" : ".next",
    NEXT_TELEMETRY_DISABLED: "1",
    // Jest's own are not for Next.js.
    NODE_ENV: isDev ? "development" : "production",
    NODE_OPTIONS: `--require ${JSON.stringify(join(import.meta.dirname, "observe.cjs"))}`,
    ...env,
  });
}
