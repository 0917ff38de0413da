import type { RequestLike } from "../../server/hub-api.js";
import { SSEError } from "../../shared/errors.js";

/**
 * What stands behind the question mark.
 *
 * @throws SSEError `BAD_REQUEST` for an address that is none, such as `//`.
 */
export function queryOf({ url }: RequestLike): URLSearchParams {
  if (!URL.canParse(url, "http://localhost")) throw new SSEError("BAD_REQUEST", "The address is none");
  return new URL(url, "http://localhost").searchParams;
}
