import { requireFlag } from "../../shared/arguments.js";
import { isFromAllowedOrigin, type OriginRules, requireOrigins } from "../../shared/origin.js";
import { bearerRefusal } from "./challenge.js";
import type { RequestLike } from "./request-like.js";

/** Whose pages may use a cookie. */
export interface OriginOptions {
  /** Pages of these origins may, too: `"https://app.example"`. Default: the server's own only. */
  origins?: readonly string[];
  /** `X-Forwarded-Host` says which the own one is, for a server behind a proxy that sets it. Default false. */
  trustProxy?: boolean;
}

/** @throws TypeError that names the option. */
export function checkOrigins({ origins = [], trustProxy = false }: OriginOptions): OriginRules {
  requireOrigins(origins);
  requireFlag("trustProxy", trustProxy);
  return { origins: [...origins], trustProxy };
}

/**
 * A browser sends cookies along whosever page asks: who is known by a cookie is let in only from pages that may use it.
 *
 * @throws SSEError `FORBIDDEN`
 */
export function requireOwnPage(request: RequestLike, rules: OriginRules): void {
  if (isFromAllowedOrigin(request, rules)) return;
  throw bearerRefusal("FORBIDDEN", "Pages of other origins may not read this with a cookie");
}
