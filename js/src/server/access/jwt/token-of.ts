import { cookieOf } from "../../../shared/cookie-of.js";
import type { SSEError } from "../../../shared/errors.js";
import { bearerRefusal } from "../challenge.js";
import { requireOwnPage } from "../own-pages.js";
import type { RequestLike } from "../request-like.js";
import type { CheckedJwtOptions } from "./options.js";

/** A longer one is no token: a request's head has hardly more room. In characters. */
const LONGEST_TOKEN = 8192;
/** Parameters that a token would be under. */
const IN_URL = ["token", "access_token", "id_token", "jwt", "auth", "authorization", "bearer"];

/**
 * The request's token, by `Authorization`, the cookie, or the query where that is allowed; undefined for none.
 *
 * @throws SSEError `BAD_REQUEST` for one in the URL that may not be there, `UNAUTHENTICATED` for what cannot be one, `FORBIDDEN` for a cookie that the page of
 *   another origin uses.
 */
export function tokenOf(
  request: RequestLike,
  { cookie, queryParameter, origins }: Pick<CheckedJwtOptions, "cookie" | "queryParameter" | "origins">,
): string | undefined {
  const query = queryOf(request);
  for (const name of IN_URL) {
    if (name === queryParameter || !query.has(name)) continue;
    const what = "A token in the URL ends up in logs and histories: send it as Authorization, or as a cookie";
    throw bearerRefusal("BAD_REQUEST", what, "invalid_request");
  }
  const header = request.headers.get("authorization")?.trim();
  const [, bearer] = /^bearer(?: +|$)(.*)$/i.exec(header ?? "") ?? [];
  if (bearer !== undefined) return requireToken(bearer);
  const ofCookie = cookie === false ? undefined : cookieOf(request, cookie);
  if (ofCookie !== undefined) {
    requireOwnPage(request, origins);
    return requireToken(ofCookie);
  }
  const ofQuery = queryParameter === undefined ? null : query.get(queryParameter);
  return ofQuery === null ? undefined : requireToken(ofQuery);
}

function queryOf({ url }: RequestLike): URLSearchParams {
  const at = url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : url.slice(at + 1).split("#", 1)[0]);
}

/** Three parts of base64url with points between them (RFC 7515, 7.1): what else there may be is not looked at. */
function requireToken(text: string): string {
  if (text.length <= LONGEST_TOKEN && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return text;
  throw invalidToken();
}

/** The same words whatever is wrong: they say nothing to who tries. */
export function invalidToken(cause?: unknown): SSEError {
  return bearerRefusal("UNAUTHENTICATED", "The token is not valid", "invalid_token", cause);
}
