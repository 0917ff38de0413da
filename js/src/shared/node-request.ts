/** What is looked at of an `IncomingMessage`. */
interface NodeRequest {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request of Node's HTTP server, as the code that answers requests sees one: a `RequestLike` of the server. */
export function nodeRequest({ url, method, headers }: NodeRequest, signal?: AbortSignal) {
  return {
    url: url ?? "/",
    method: method ?? "GET",
    headers: {
      get: (name: string): string | null => {
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
