import { SSEError } from "../../shared/errors.js";
import { EVENT_TYPES_HEADER, EVENT_TYPES_QUERY } from "../../shared/event-types.js";
import type { RequestLike } from "../access/request-like.js";

/** A client that asks for more filters what it gets itself. */
const MOST_TYPES = 500;
/** Types and labels are counted together by channels: so many pairs a client may bring about. */
const MOST_PAIRS = 2000;
/** How many types an error names. */
const NAMED = 5;

/**
 * The event types to send: those that the client asks for, by the header `X-Event-Types` or the query's `eventTypes`, as far as the route
 * sends them.
 *
 * @param allowed - the types that the route sends; undefined: all.
 * @param labels - how many labels the route sends.
 * @throws SSEError `BAD_REQUEST` where nothing is left, or the list is malformed.
 */
export function requestedEvents(
  request: RequestLike,
  allowed: readonly string[] | undefined,
  labels = 1,
): readonly string[] | undefined {
  const query = /\?[^#]*/.exec(request.url)?.[0];
  const list =
    request.headers.get(EVENT_TYPES_HEADER) ?? (query && new URLSearchParams(query).get(EVENT_TYPES_QUERY)) ?? "";
  const asked = [...new Set(list.split(",").map(toType).filter(Boolean))];
  if (asked.length === 0 || asked.length > Math.min(MOST_TYPES, MOST_PAIRS / labels)) return allowed;
  const wanted = allowed === undefined ? asked : asked.filter((type) => allowed.includes(type));
  if (wanted.length > 0) return wanted;
  const named = asked.slice(0, NAMED).map((type) => JSON.stringify(type.slice(0, 100)));
  throw new SSEError("BAD_REQUEST", `The route sends no events of the types that the client asks for: ${named.join()}`);
}

function toType(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    throw new SSEError("BAD_REQUEST", "The client asks for event types whose percent-encoding is malformed");
  }
}
