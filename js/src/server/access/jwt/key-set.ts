import type { JWTVerifyGetKey, RemoteJWKSetOptions } from "jose";
import { describe, isPlainObject, requireNumber } from "../../../shared/arguments.js";
import { type Names, requireKnown } from "../../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../../shared/timers.js";

type Jose = typeof import("jose");

/** The public keys of who makes the tokens, by their address (RFC 7517, 5). */
export interface KeySetOptions {
  /** `https:`; `http:` only on this machine. */
  url: string | URL;
  /** So long the keys are taken from memory. Default 600000 (10 minutes). */
  cacheMs?: number;
  /** A token of an unknown key has them loaded anew, at most so often: keys are changed, and attackers name keys that are not there. Default 30000. */
  cooldownMs?: number;
  /** Default 5000. */
  timeoutMs?: number;
  /** Sent along. */
  headers?: Readonly<Record<string, string>>;
}

const OPTIONS: Names<KeySetOptions> = { url: true, cacheMs: true, cooldownMs: true, timeoutMs: true, headers: true };
/** A key set has a few keys. */
const MOST_BYTES = 256 * 1024;

/** The options, checked, with the defaults in. Throws a TypeError that names the option. */
export function checkKeySet(given: unknown): Required<Omit<KeySetOptions, "url">> & { readonly url: URL } {
  const options = (isPlainObject(given) ? given : { url: given }) as unknown as KeySetOptions;
  requireKnown("jwks", options, OPTIONS);
  const { url, cacheMs = 600_000, cooldownMs = 30_000, timeoutMs = 5000, headers = {} } = options;
  const isUrl = url instanceof URL || (typeof url === "string" && URL.canParse(url));
  if (!isUrl) throw new TypeError(`jwks.url must be an address, not ${describe(url)}`);
  const address = new URL(url);
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname);
  if (address.protocol !== "https:" && !(address.protocol === "http:" && isHere)) {
    throw new TypeError("jwks.url must begin with https: whoever is on the way could give keys of his own");
  }
  requireNumber("jwks.cacheMs", cacheMs, { infinity: true });
  requireNumber("jwks.cooldownMs", cooldownMs, { infinity: true });
  requireNumber("jwks.timeoutMs", timeoutMs, { least: 1, most: LONGEST_TIMER_MS });
  if (!isPlainObject(headers)) throw new TypeError(`jwks.headers must be an object, not ${describe(headers)}`);
  return { url: address, cacheMs, cooldownMs, timeoutMs, headers: { ...headers } };
}

/** Finds the key of a token. Nothing is loaded before the first. */
export function remoteKeys(jose: Jose, { url, ...options }: ReturnType<typeof checkKeySet>): JWTVerifyGetKey {
  const fetching: RemoteJWKSetOptions = {
    cacheMaxAge: options.cacheMs,
    cooldownDuration: options.cooldownMs,
    timeoutDuration: options.timeoutMs,
    headers: options.headers,
    [jose.customFetch]: fetchBounded,
  };
  return jose.createRemoteJWKSet(url, fetching);
}

/** As fetch, and no body is larger than a key set. Redirects are not followed. */
async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...options, redirect: "manual", cache: "no-store" });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new TypeError(`A key set has at most ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  // 204 and its like have none; `Response` takes no status below 200 for redirects.
  const isAnswer = response.status === 200;
  return new Response(isAnswer ? Buffer.concat(parts) : null, {
    status: isAnswer ? 200 : 502,
    headers: response.headers,
  });
}
