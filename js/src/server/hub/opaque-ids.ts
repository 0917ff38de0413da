import { createHash, hkdfSync } from "node:crypto";
import { describe, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { environment } from "../lifecycle/environment.js";

/** See `opaqueIds` of {@link HubOptions}. */
export interface OpaqueIdOptions {
  /**
   * At least 16 bytes that nobody knows: the same in all processes of the hub. Of several, the first makes ids and all are read: for a change of the secret put the new
   * one first, and take the old one away once no client has ids of it.
   */
  secret: string | Uint8Array | readonly (string | Uint8Array)[];
}

const OPTIONS: Names<OpaqueIdOptions> = { secret: true };
const LEAST_BYTES = 16;
const MOST_SECRETS = 8;
/** Of AES-128. */
const KEY_BYTES = 16;

/** The keys of the cipher (HKDF, RFC 5869); none where ids are plain. Throws a TypeError that names the option. */
export function opaqueKeys(options: unknown): Uint8Array[] {
  if (options === false) return [];
  requireObject("opaqueIds", options);
  const given = options as OpaqueIdOptions;
  requireKnown("opaqueIds", given, OPTIONS);
  const secrets: readonly unknown[] = Array.isArray(given.secret) ? given.secret : [given.secret];
  if (secrets.length === 0 || secrets.length > MOST_SECRETS) {
    throw new TypeError(`opaqueIds.secret must be 1 to ${MOST_SECRETS} secrets`);
  }
  return secrets.map((secret) => {
    if (typeof secret !== "string" && !(secret instanceof Uint8Array)) {
      throw new TypeError(`opaqueIds.secret must be a string or bytes, not ${describe(secret)}`);
    }
    const bytes = Buffer.from(secret as string);
    if (bytes.length < LEAST_BYTES) throw new TypeError(`opaqueIds.secret must have at least ${LEAST_BYTES} bytes`);
    return new Uint8Array(hkdfSync("sha256", bytes, "", "millrace opaque ids", KEY_BYTES));
  });
}

/** By which two declarations are compared: nothing that a secret could be read from. */
export function nameOfKeys(keys: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const key of keys) hash.update(key);
  return keys.length === 0 ? "false" : hash.digest("hex");
}

/** @throws SSEError `UNSUPPORTED_RUNTIME` */
export function sealIds(hubName: string, keys: readonly Uint8Array[]): void {
  if (environment().hub(hubName).sealIds(keys)) return;
  throw new SSEError("UNSUPPORTED_RUNTIME", "opaqueIds needs the OpenSSL that Node has, and this runtime has none");
}
