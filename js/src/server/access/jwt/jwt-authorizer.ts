import type { JWTPayload } from "jose";
import { isSSEError, type SSEError } from "../../../shared/errors.js";
import { warnOfAnonymous } from "../anonymous.js";
import type { Authorize, AuthorizeAnswer, AuthorizeContext } from "../authorize.js";
import { bearerRefusal } from "../challenge.js";
import { reportTo, requireAccess } from "../require-access.js";
import { checkJwtOptions, type JwtAuthorizerOptions, type JwtClaims } from "./options.js";
import { invalidToken, tokenOf } from "./token-of.js";
import { Verifier } from "./verify.js";

/**
 * An authorizer that lets in who has a JSON Web Token: in `Authorization: Bearer`, or in a cookie, which is taken from pages of the server's own origin
 * only. The stream ends when its token does, and its client comes back with a new one. Tokens are verified by the package `jose`, which is to be installed
 * beside; `alg: none`, and an algorithm that does not fit the key, are refused.
 *
 * Who has no token, or none that is valid, is answered 401, and who may not read a channel 403, both with `WWW-Authenticate` (RFC 6750).
 *
 * @throws TypeError that names the option which is wrong; for `REQUIRE_SSE_AUTH` in the environment that is neither true nor false.
 * @see https://www.rfc-editor.org/rfc/rfc7519, and the best current practices: https://www.rfc-editor.org/rfc/rfc8725
 * @example
 * export const hub = createHub({
 *   authorize: jwtAuthorizer({ jwks: "https://login.example/.well-known/jwks.json", audience: "chat" }),
 * });
 */
export function jwtAuthorizer<Claims extends JwtClaims = JwtClaims>(options: JwtAuthorizerOptions<Claims>): Authorize {
  const checked = checkJwtOptions(options as JwtAuthorizerOptions);
  const verifier = new Verifier(checked);
  return async (context) => {
    const token = tokenOf(context.request, checked);
    if (token === undefined) {
      if (!checked.letsAnonymousIn) throw bearerRefusal("UNAUTHENTICATED", "A token is needed");
      warnOfAnonymous();
      await requireAccess("jwtAuthorizer", {} as JwtClaims, context, checked.canAccess);
      return true;
    }
    const claims = await verifier.verify(token).catch((error: unknown) => {
      if (isSSEError(error) && error.code === "NO_AUTHORIZER")
        reportTo("jwtAuthorizer", context, unavailable(error, checked));
      throw error;
    });
    requireAudience(claims, context, checked.audience);
    const userId = claims[checked.userClaim];
    if (typeof userId !== "string" || userId === "") {
      reportTo("jwtAuthorizer", context, `the token has no claim ${checked.userClaim} that is a text: say userClaim`);
      throw invalidToken();
    }
    await requireAccess("jwtAuthorizer", claims, context, checked.canAccess);
    return permissionOf(userId, claims, checked);
  };
}

function unavailable({ cause }: SSEError, { keySet }: ReturnType<typeof checkJwtOptions>): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  return `the keys of ${keySet?.url.origin}${keySet?.url.pathname} cannot be loaded (${why})`;
}

/** RFC 7519, 4.1.3: who is named by none of a token's audiences must refuse it. */
function requireAudience(
  { aud }: JWTPayload,
  context: AuthorizeContext,
  audience: readonly string[] | false | undefined,
) {
  if (aud === undefined || audience !== undefined) return; // false, or jose has compared
  reportTo("jwtAuthorizer", context, "the token says for whom it is (aud): say audience, or audience: false");
  throw invalidToken();
}

function permissionOf(
  userId: string,
  claims: JWTPayload,
  { facts, clockToleranceMs }: ReturnType<typeof checkJwtOptions>,
): AuthorizeAnswer {
  const known = facts.flatMap((name) => {
    const value = claims[name];
    return ["string", "number", "boolean"].includes(typeof value) ? [[name, String(value)] as const] : [];
  });
  const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 + clockToleranceMs : undefined;
  return { userId, expiresAt, ...(known.length > 0 && { facts: Object.fromEntries(known) }) };
}
