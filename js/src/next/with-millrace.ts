import { ownAddress } from "../native/own-address.js";

/** What {@link withMillrace} reads and writes of a Next.js configuration. */
export interface NextConfigLike {
  outputFileTracingIncludes?: Record<string, string[]>;
}

/** Every route of the app. */
const ALL_ROUTES = "/*";

/**
 * Has `output: "standalone"`, and what else collects a server's files, take Millrace's addon along. Next.js 16 does that by
 * itself; it helps where it does not: with a bundler or a tracing root of one's own. Call it from the app's folder, where
 * `next build` runs.
 *
 * @example
 * export default withMillrace({ output: "standalone" });
 */
export function withMillrace<Config extends object>(config: Config): Config & Required<NextConfigLike> {
  if (typeof config !== "object" || config === null) {
    throw new TypeError("withMillrace takes a configuration object; of a function, give it what the function returns");
  }
  const given = (config as NextConfigLike).outputFileTracingIncludes ?? {};
  const files = [...new Set([...(given[ALL_ROUTES] ?? []), ...addonFiles()])];
  return { ...config, outputFileTracingIncludes: { ...given, [ALL_ROUTES]: files } };
}

/** From the folder of the app, as Next.js wants them. */
function addonFiles(): string[] {
  if (ownAddress === undefined) return [];
  const { cwd } = process; // written in full, the edge runtime's build warns of it
  const from = cwd().replaceAll("\\", "/").split("/");
  const to = decodeURIComponent(new URL("../../native", ownAddress).pathname).split("/");
  if (/^[a-z]:$/i.test(from[0] ?? "")) to.shift(); // Windows: /C:/...
  const common = from.findIndex((name, depth) => name !== to[depth]);
  const shared = common < 0 ? from.length : common;
  const folder = [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
  return ["../../package.json", "index.cjs", "*/*.node"].map((name) => `${folder}/${name}`);
}
