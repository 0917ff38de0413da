// How a client asks for some event types: percent-encoded names with commas between them.

/** The header of a request that has them. */
export const EVENT_TYPES_HEADER = "X-Event-Types";
/** Or the query's parameter. */
export const EVENT_TYPES_QUERY = "eventTypes";
/** How many a client may ask for. */
export const MOST_EVENT_TYPES = 100;

/** Undefined: the client takes all, or filters what comes itself. */
export function toEventTypes(events: readonly string[] | undefined): string | undefined {
  if (!events || events.length === 0 || events.length > MOST_EVENT_TYPES) return undefined;
  return events.map(encodeURIComponent).join();
}
