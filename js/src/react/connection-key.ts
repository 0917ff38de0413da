import type { SSEClientOptions } from "../client/index.js";

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/**
 * A text that is equal for connections that can be one: same URL, same options but for those that count at the beginning only
 * (`lastEventId`, `debug`), and those that are asked when they are needed (`isFinal`, `onUnauthorized`). Other functions count
 * by being there, for components make new ones at each render; objects that have no text of their own count by identity,
 * validators too.
 */
export function connectionKey(url: string, options: SSEClientOptions): string {
  const { body, headers, withCredentials, events, dedup, maxLineBytes, maxEventBytes, retry } = options;
  const { breaker, fallback, schema, shareAcrossTabs } = options;
  return JSON.stringify([
    absolute(url),
    methodOf(options),
    body instanceof URLSearchParams ? String(body) : identify(body),
    typeof headers === "function" ? "function" : listOf(headers),
    withCredentials ?? false,
    events,
    [dedup, maxLineBytes, maxEventBytes],
    [retry?.attempts, retry?.baseMs, retry?.maxMs, retry?.serverMinMs, retry?.serverMaxMs].map(String), // JSON has no Infinity
    breaker && [breaker.failures, breaker.coolDownMs].map(String),
    fallback && [String(fallback.poll), fallback.everyMs, fallback.afterAttempts],
    [String(options.silenceMs), options.pauseWhenHidden ?? false],
    [options.resumeBy ?? "same", options.transport ?? "fetch", options.heartbeatEvent ?? "heartbeat"],
    [shareAcrossTabs ?? false, (shareAcrossTabs || undefined) && options.user],
    [options.onEnd, options.cursorIn, options.idempotency, identifyParse(options.parse)],
    [options.signal, options.tape, options.clock].map(identify),
    options.fetch !== undefined,
    Object.entries(schema ?? {})
      .map(([type, validator]) => [type, identify(validator)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** Old test environments have no `Headers`. They are to render all the same; that nothing can be asked for, the client says. */
function listOf(headers: Exclude<SSEClientOptions["headers"], () => unknown>): unknown {
  return typeof Headers === "undefined" ? headers : [...new Headers(headers)];
}

/** As `fetch` has it, which knows these two in any case. */
function methodOf({ body, method = body === undefined ? "GET" : "POST" }: SSEClientOptions): string {
  return /^(get|post)$/i.test(method) ? method.toUpperCase() : method;
}

/** As a page has it; on a server there is none to resolve it by, and nothing connects. */
function absolute(url: string): string {
  try {
    return withoutHash(new URL(url, globalThis.document?.baseURI).href);
  } catch {
    return url;
  }
}

/** It is not sent. */
const withoutHash = (url: string) => url.replace(/#.*/, "");

/** Functions count by being there, as others do. */
function identifyParse(parse: SSEClientOptions["parse"]): unknown {
  if (typeof parse !== "object") return typeof parse === "function" ? "function" : parse;
  return Object.entries(parse).map(([type, how]) => [type, typeof how === "function" ? "function" : how]);
}

function identify(value: unknown): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const identity = identities.get(value) ?? nextIdentity++;
  identities.set(value, identity);
  return identity;
}
