/**
 * Authorizers by JSON Web Tokens. It needs the package `jose`.
 *
 * @packageDocumentation
 */
export type { AuthMode } from "../server/access/anonymous.js";
export { jwtAuthorizer } from "../server/access/jwt/jwt-authorizer.js";
export type { KeySetOptions } from "../server/access/jwt/key-set.js";
export type { JwtAlgorithm } from "../server/access/jwt/keys.js";
export type { JwtAuthorizerOptions, JwtClaims, PublicKey } from "../server/access/jwt/options.js";
