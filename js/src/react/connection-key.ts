import type { SSEClientOptions } from "../client/index.js";

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/**
 * A text that is equal for connections that can be one: same URL, same options. Functions count by being there, for
 * components make new ones at each render; objects that have no text of their own count by identity.
 */
export function connectionKey(url: string, options: SSEClientOptions): string {
  const { method, body, headers, withCredentials, events, dedup, maxLineBytes, maxEventBytes, retry } = options;
  return JSON.stringify([
    url,
    method,
    body instanceof URLSearchParams ? String(body) : identify(body),
    typeof headers === "function" ? "function" : [...new Headers(headers)],
    withCredentials ?? false,
    events,
    [dedup, maxLineBytes, maxEventBytes],
    [retry?.attempts, retry?.baseMs, retry?.maxMs],
    options.lastEventId,
    identify(options.signal),
    options.fetch !== undefined,
  ]);
}

function identify(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const identity = identities.get(value) ?? nextIdentity++;
  identities.set(value, identity);
  return identity;
}
