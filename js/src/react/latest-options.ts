import type { Parse, SSEClientOptions } from "../client/index.js";
import type { StoreOptions } from "./types.js";

/** An option as the components have it now; of those that say something, the last. */
export type Latest = <Name extends keyof StoreOptions>(name: Name) => StoreOptions[Name] | undefined;

/** What a client is given. Functions are looked up when they are called: components make new ones at each render. */
export function clientOptions(given: StoreOptions, latest: Latest): SSEClientOptions {
  const { onMessage, onEvent, onError, onOpen, onClose, historySize, throttleMs, select, ...options } =
    given as StoreOptions & { readonly select?: unknown };
  const { headers, fetch, parse } = options;
  return {
    ...options,
    ...(typeof headers === "function" && {
      headers: () => {
        const current = latest("headers");
        return (typeof current === "function" ? current() : current) ?? {};
      },
    }),
    ...(fetch && { fetch: (url, init) => (latest("fetch") ?? fetch)(url, init) }),
    // Another component, or another render, may have these.
    isFinal: (response) => latest("isFinal")?.(response) as boolean,
    onUnauthorized: (response) => {
      const renew = latest("onUnauthorized");
      return renew ? renew(response) : false;
    },
    ...(parse && { parse: latestParse(parse, latest) }),
  };
}

function latestParse(
  parse: NonNullable<SSEClientOptions["parse"]>,
  latest: Latest,
): NonNullable<SSEClientOptions["parse"]> {
  const latestOf = (how: Parse): Parse =>
    typeof how !== "function"
      ? how
      : (text, type) => {
          const all = latest("parse");
          const own = typeof all === "object" ? all[type] : all;
          return (typeof own === "function" ? own : how)(text, type);
        };
  if (typeof parse !== "object") return latestOf(parse);
  return Object.fromEntries(Object.entries(parse).map(([type, how]) => [type, latestOf(how)]));
}
