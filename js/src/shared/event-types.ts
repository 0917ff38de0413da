// How a client asks for some event types: percent-encoded names with commas between them.

/** The header of a request that has them. */
export const EVENT_TYPES_HEADER = "X-Event-Types";
/** Or the query's parameter. */
export const EVENT_TYPES_QUERY = "eventTypes";
