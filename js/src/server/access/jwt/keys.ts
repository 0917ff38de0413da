import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { describe, isPlainObject, requireString } from "../../../shared/arguments.js";

/** The signatures that are taken (RFC 7518, 3.1; RFC 8037; RFC 9864). `none` is none. */
export const ALGORITHMS = [
  ...["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
] as const;
export type JwtAlgorithm =
  | `${"HS" | "RS" | "PS" | "ES"}${256 | 384 | 512}`
  // Two names of one.
  | "EdDSA"
  | "Ed25519";

/** A key that tokens are verified with, and the algorithms that it is for. */
export interface VerifyingKey {
  readonly key: KeyObject | Uint8Array;
  readonly algorithms: readonly JwtAlgorithm[];
  /** Of a JWK that has one. */
  readonly id: string | undefined;
}

const RSA_PKCS1 = ["RS256", "RS384", "RS512"] as const;
const RSA_PSS = ["PS256", "PS384", "PS512"] as const;
const LEAST_RSA_BITS = 2048;
const OF_CURVES: Readonly<Record<string, readonly JwtAlgorithm[]>> = {
  prime256v1: ["ES256"],
  secp384r1: ["ES384"],
  secp521r1: ["ES512"],
};
/** The bytes that a secret needs (RFC 7518, 3.2). */
const SECRET_BYTES = { HS256: 32, HS384: 48, HS512: 64 } as const;

/** @throws TypeError for what is no secret, or too short: it could be found by trying. */
export function secretKey(secret: unknown): VerifyingKey {
  const isBytes = secret instanceof Uint8Array;
  if (typeof secret !== "string" && !isBytes) {
    throw new TypeError(`secret must be a string or bytes, not ${describe(secret)}`);
  }
  if (!isBytes && secret.includes("-----BEGIN")) {
    throw new TypeError("secret is a key in PEM: say publicKey, or everybody who has it could make tokens");
  }
  const key = isBytes ? new Uint8Array(secret) : new TextEncoder().encode(secret);
  const algorithms = (["HS256", "HS384", "HS512"] as const).filter((one) => key.length >= SECRET_BYTES[one]);
  if (algorithms.length === 0) {
    throw new TypeError(`secret must have at least ${SECRET_BYTES.HS256} bytes, for HS256; this one has ${key.length}`);
  }
  return { key, algorithms, id: undefined };
}

/** @throws TypeError for what is no public key. */
export function publicKey(given: unknown): VerifyingKey {
  const jwk = isPlainObject(given) ? (given as JsonWebKey & { kid?: unknown; alg?: unknown }) : undefined;
  if (jwk === undefined) requireString("publicKey", given);
  if (jwk?.kty === "oct") throw new TypeError("publicKey is a secret (kty: oct): say secret");
  if (jwk?.d !== undefined || (typeof given === "string" && /PRIVATE KEY-----/.test(given))) {
    throw new TypeError("publicKey is a private key: who only reads tokens needs the public one");
  }
  let key: KeyObject;
  try {
    key = jwk === undefined ? createPublicKey(given as string) : createPublicKey({ key: jwk, format: "jwk" });
  } catch (cause) {
    throw new TypeError("publicKey must be a public key in PEM (SPKI, PKCS#1 or X.509), or a JWK", { cause });
  }
  const algorithms = algorithmsOf(key);
  const own = jwk?.alg === undefined ? algorithms : algorithms.filter((one) => one === jwk.alg);
  if (own.length === 0) throw new TypeError(`publicKey: a key of this kind is for no algorithm ${String(jwk?.alg)}`);
  return { key, algorithms: own, id: typeof jwk?.kid === "string" ? jwk.kid : undefined };
}

function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): readonly JwtAlgorithm[] {
  if (type === "rsa" || type === "rsa-pss") {
    if ((details?.modulusLength ?? 0) < LEAST_RSA_BITS)
      throw new TypeError(`publicKey must be an RSA key of at least ${LEAST_RSA_BITS} bits`);
    return type === "rsa" ? [...RSA_PKCS1, ...RSA_PSS] : RSA_PSS;
  }
  if (type === "ed25519") return ["EdDSA", "Ed25519"];
  const ofCurve = type === "ec" ? OF_CURVES[details?.namedCurve ?? ""] : undefined;
  if (ofCurve !== undefined) return ofCurve;
  throw new TypeError(`publicKey is of a kind that signs no tokens: ${details?.namedCurve ?? type}`);
}
