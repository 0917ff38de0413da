import {
  isPlainObject,
  requireFunction,
  requireNames,
  requireNumber,
  requireObject,
  requireString,
} from "../../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../../shared/misspelt.js";
import type { OriginRules } from "../../../shared/origin.js";
import { type AuthMode, letsAnonymousIn } from "../anonymous.js";
import type { AuthorizeContext } from "../authorize.js";
import { checkOrigins, type OriginOptions } from "../own-pages.js";
import { checkKeySet, type KeySetOptions } from "./key-set.js";
import { ALGORITHMS, type JwtAlgorithm, publicKey, secretKey, type VerifyingKey } from "./keys.js";

/** What a token says (RFC 7519, 4). */
export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  /** Seconds since 1970. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [claim: string]: unknown;
}

/** A public key in PEM (SPKI, PKCS#1 or X.509), or as a JWK. */
export type PublicKey = string | Readonly<Record<string, unknown>>;

/** Options of {@link jwtAuthorizer}: one of `secret`, `publicKey` and `jwks`. */
export interface JwtAuthorizerOptions<Claims extends JwtClaims = JwtClaims> extends OriginOptions {
  /** Of HS256 (at least 32 bytes), HS384 (48) and HS512 (64). Of several, each is tried: for a change of the secret. */
  secret?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Of RS, PS and ES256, 384 and 512, and EdDSA (Ed25519). */
  publicKey?: PublicKey | readonly PublicKey[];
  /** Where the public keys are: `"https://login.example/.well-known/jwks.json"`. */
  jwks?: string | URL | KeySetOptions;
  /** Default: HS256 for a secret, all that fit the keys otherwise. */
  algorithms?: readonly JwtAlgorithm[];
  /** Who must have made the token (`iss`): one of these. Default: anybody who has the key. */
  issuer?: string | readonly string[];
  /** For whom it must be (`aud`): one of these. Default: a token that says for whom it is, is refused (RFC 7519, 4.1.3); `false`: it is not looked at. */
  audience?: string | readonly string[] | false;
  /** By which clocks may differ. Default 5000. */
  clockToleranceMs?: number;
  /** Claims that must be there. Default `["exp"]`: a token without an end would let its bearer in for ever. */
  requiredClaims?: readonly string[];
  /** What the head must name as the type (`typ`): `"at+jwt"`. Default: any. */
  typ?: string;
  /** The claim by which the connection counts, and `hub.disconnect` and `hub.deny` find it. Default `"sub"`. */
  userClaim?: string;
  /** Claims that `hub.disconnect({ where })` compares: `["tenant", "sid"]`. Default: none. */
  facts?: readonly string[];
  /**
   * The cookie that has the token where no `Authorization` has it; `false`: none. Browsers keep one of this prefix from other hosts, and from plain HTTP
   * (RFC 6265bis, 4.1.3.2). Default `"__Host-token"`.
   */
  cookie?: string | false;
  /** A parameter of the query that may have the token, for clients that can do nothing else: it ends up in logs and histories. Default: none, and such a request is refused. */
  queryParameter?: string;
  /**
   * Whether who has the claims may read a channel, asked for each: `true`, or else it is refused. Default: every channel that the route names, and none that
   * a client chooses (`hub.control`).
   */
  canAccess?: (claims: Claims, channel: string, context: AuthorizeContext) => boolean | Promise<boolean>;
  /** `"demo"`: who has no token is let in, as nobody, with empty claims. `REQUIRE_SSE_AUTH` in the environment says it, too. Default `"required"`. */
  mode?: AuthMode;
}

/** With the defaults in. */
export interface CheckedJwtOptions {
  readonly keys: readonly VerifyingKey[];
  readonly keySet: ReturnType<typeof checkKeySet> | undefined;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly issuer: string[] | undefined;
  readonly audience: string[] | false | undefined;
  readonly clockToleranceMs: number;
  readonly requiredClaims: readonly string[];
  readonly typ: string | undefined;
  readonly userClaim: string;
  readonly facts: readonly string[];
  readonly cookie: string | false;
  readonly queryParameter: string | undefined;
  readonly canAccess: JwtAuthorizerOptions["canAccess"];
  readonly letsAnonymousIn: boolean;
  readonly origins: OriginRules;
}

const OPTIONS: Names<JwtAuthorizerOptions> = {
  secret: true,
  publicKey: true,
  jwks: true,
  algorithms: true,
  issuer: true,
  audience: true,
  clockToleranceMs: true,
  requiredClaims: true,
  typ: true,
  userClaim: true,
  facts: true,
  cookie: true,
  queryParameter: true,
  canAccess: true,
  mode: true,
  origins: true,
  trustProxy: true,
};
const KEYS = ["secret", "publicKey", "jwks"] as const;
const DEFAULT_TOLERANCE_MS = 5000;
const LARGEST_TOLERANCE_MS = 600_000;
/** Of a cookie (RFC 6265, 4.1.1). */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** @throws TypeError that names the option. */
export function checkJwtOptions(options: JwtAuthorizerOptions): CheckedJwtOptions {
  requireObject("options", options);
  requireKnown("jwtAuthorizer", options, OPTIONS);
  const given = KEYS.filter((name) => options[name] !== undefined);
  if (given.length !== 1) {
    throw new TypeError(
      `jwtAuthorizer needs one of secret, publicKey and jwks; it has ${given.join(" and ") || "none"}`,
    );
  }
  const { secret, jwks, cookie = "__Host-token", queryParameter, canAccess, userClaim = "sub", facts = [] } = options;
  const { clockToleranceMs = DEFAULT_TOLERANCE_MS, requiredClaims = ["exp"], typ, mode } = options;
  const keys =
    secret === undefined
      ? listOf(options.publicKey).map(publicKey)
      : requireSome("secret", listOf(secret)).map(secretKey);
  if (options.publicKey !== undefined) requireSome("publicKey", keys);
  if (cookie !== false) requireString("cookie", cookie);
  if (cookie !== false && !COOKIE_NAME.test(cookie))
    throw new TypeError("cookie must be the name of a cookie, or false");
  for (const [name, value] of Object.entries({ queryParameter, typ }))
    if (value !== undefined) requireText(name, value);
  requireText("userClaim", userClaim);
  if (canAccess !== undefined) requireFunction("canAccess", canAccess);
  requireNumber("clockToleranceMs", clockToleranceMs, { most: LARGEST_TOLERANCE_MS });
  if (requiredClaims.length > 0) requireNames("requiredClaims", requiredClaims);
  if (facts.length > 0) requireNames("facts", facts);
  return {
    ...{ keys, clockToleranceMs, requiredClaims, typ, userClaim, facts, cookie, queryParameter, canAccess },
    keySet: jwks === undefined ? undefined : checkKeySet(jwks),
    algorithms: algorithmsFor(options, keys),
    issuer: textsOf("issuer", options.issuer),
    audience: options.audience === false ? false : textsOf("audience", options.audience),
    letsAnonymousIn: letsAnonymousIn(mode),
    origins: checkOrigins(options),
  };
}

function algorithmsFor({ algorithms, secret }: JwtAuthorizerOptions, keys: readonly VerifyingKey[]): JwtAlgorithm[] {
  const isSymmetric = secret !== undefined;
  if (algorithms === undefined) return isSymmetric ? ["HS256"] : ALGORITHMS.filter((one) => !one.startsWith("HS"));
  requireNames("algorithms", algorithms);
  for (const one of algorithms) {
    requireOneOf("algorithms", one, ALGORITHMS);
    if (one.startsWith("HS") !== isSymmetric) {
      throw new TypeError(`algorithms: ${one} is not for ${isSymmetric ? "a secret" : "public keys"}`);
    }
    if (keys.length > 0 && !keys.some((key) => key.algorithms.includes(one)))
      throw new TypeError(`algorithms: no key fits ${one}${isSymmetric ? ": the secret is too short" : ""}`);
  }
  return [...algorithms];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? [...value] : value === undefined ? [] : [value];
}

function requireSome<One>(name: string, list: One[]): One[] {
  if (list.length === 0) throw new TypeError(`${name} must not be empty`);
  return list;
}

function textsOf(name: string, value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const texts = requireSome(name, listOf(value));
  for (const text of texts) requireText(name, text);
  return texts as string[];
}

function requireText(name: string, value: unknown): void {
  requireString(name, value);
  if (value === "") throw new TypeError(`${name} must not be empty`);
}

/** What a token holds, if that is an object: any other text is no claims. */
export function isClaims(value: unknown): value is JwtClaims {
  return isPlainObject(value);
}
