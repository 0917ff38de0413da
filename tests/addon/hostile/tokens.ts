import { createHmac, generateKeyPairSync, type KeyObject, sign as signature } from "node:crypto";

/** Makes tokens by hand, for no library makes these. */
const part = (value: unknown) =>
  (typeof value === "string" ? Buffer.from(value) : Buffer.from(JSON.stringify(value))).toString("base64url");

export const SECRET = "a secret of at least thirty-two bytes";
export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const ed = generateKeyPairSync("ed25519");

export const pem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }) as string;
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
export const claims = (more: object = {}): object => ({
  sub: "ann",
  exp: nowSeconds() + 3600,
  aud: "chat",
  iss: "login",
  ...more,
});

type Signer = (input: string) => Buffer;
export const hmac =
  (secret: string | Buffer, hash = "sha256"): Signer =>
  (input) =>
    createHmac(hash, secret).update(input).digest();
export const byKey =
  (key: KeyObject, hash: string | null = "sha256"): Signer =>
  (input) =>
    signature(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
export const byPss =
  (key: KeyObject): Signer =>
  (input) =>
    signature("sha256", Buffer.from(input), { key, padding: 6, saltLength: 32 });

/** A token of this head and these claims; either may be any text. */
export function token(head: unknown, body: unknown, sign: Signer = hmac(SECRET)): string {
  const input = `${part(head)}.${part(body)}`;
  return `${input}.${sign(input).toString("base64url")}`;
}

export const hs256 = (body: unknown = claims(), secret: string = SECRET): string =>
  token({ alg: "HS256", typ: "JWT" }, body, hmac(secret));
export const rs256 = (body: unknown = claims(), key: KeyObject = rsa.privateKey, kid?: string): string =>
  token({ alg: "RS256", ...(kid !== undefined && { kid }) }, body, byKey(key));
