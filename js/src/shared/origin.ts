import type { WithHeaders } from "./cookie-of.js";

/** Whose pages may do something. */
export interface OriginRules {
  readonly origins: readonly string[];
  readonly trustProxy: boolean;
}

/**
 * Whether a request that does something comes from a page that may: of the server's own origin, or of one of the rules', or of no page at all, which has no
 * cookies of anybody's to misuse. By `Sec-Fetch-Site` where the browser sends it, else by `Origin` against `Host`; the request's URL is not looked
 * at, which behind a proxy is another.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function isFromAllowedOrigin({ headers }: WithHeaders, { origins, trustProxy }: OriginRules): boolean {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin" || site === "none") return true;
  const origin = headers.get("origin");
  if (origin !== null && origins.includes(origin)) return true;
  if (site !== null) return false;
  if (origin === null) return true;
  const forwarded = trustProxy ? headers.get("x-forwarded-host")?.split(",")[0]?.trim() : undefined;
  const host = forwarded || headers.get("host");
  if (host === null || !URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  // With its scheme, for the port that is usual there may be said or left out.
  return (
    /^https?:$/.test(protocol) && URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === own
  );
}

/** Whether the page of another site has made the request by an image, a link or the like: never by a script, which CORS stands before. */
export function isForeignElement({ headers }: WithHeaders): boolean {
  const isForeign = headers.get("sec-fetch-site") === "cross-site";
  return isForeign && /^(?:no-cors|navigate)$/.test(headers.get("sec-fetch-mode") ?? "");
}

/** @throws TypeError */
export function requireOrigins(origins: unknown): void {
  if (!Array.isArray(origins)) throw new TypeError("origins must be an array of origins");
  for (const origin of origins) {
    const isOrigin = typeof origin === "string" && URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin)
      throw new TypeError(`origins must hold origins such as "https://app.example", not ${String(origin)}`);
  }
}
