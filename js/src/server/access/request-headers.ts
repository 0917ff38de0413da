import type { RequestLike } from "./request-like.js";

/** Those that say who asks, and whence, where a request's headers cannot be listed. */
const KNOWN = [
  ...["authorization", "cookie", "host", "origin", "referer", "user-agent", "accept-language", "x-api-key"],
  ...["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
  ...["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "traceparent", "x-trace-id"],
];

/** A request's headers as the Web has them, whatever the request's are. Of those that cannot be listed, the usual ones that say who asks. */
export function requestHeaders({ headers }: RequestLike): Headers {
  if (headers instanceof Headers) return headers;
  const copy = new Headers();
  for (const [name, value] of pairsOf(headers)) {
    try {
      copy.append(name, value);
    } catch {
      // HTTP/2's pseudo-headers (`:path`), for one, are none.
    }
  }
  return copy;
}

function pairsOf(headers: RequestLike["headers"]): Iterable<readonly [string, string]> {
  if (Symbol.iterator in headers) return headers as Iterable<[string, string]>;
  return KNOWN.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
}
