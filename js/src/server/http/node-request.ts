import type { IncomingMessage } from "node:http";
import type { RequestLike } from "../access/request-like.js";

/** A request of Node's HTTP server, as the code that answers requests sees one. */
export function nodeRequest({ url, method, headers }: IncomingMessage, signal?: AbortSignal): RequestLike {
  return {
    url: url ?? "/",
    method: method ?? "GET",
    headers: {
      get: (name) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
      *[Symbol.iterator]() {
        for (const [name, value] of Object.entries(headers)) {
          for (const one of [value ?? []].flat()) yield [name, one] as const;
        }
      },
    },
    ...(signal && { signal }),
  };
}
