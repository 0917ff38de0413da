/** What begins the types of Millrace's notices to its clients, which applications cannot send: native/core/wire/notice.hpp. */
export const NOTICE_TYPES = "millrace.";

/** The first event of every stream of Millrace's. Its data says whether a client that is cut gets what it missed. */
export const BEGIN_TYPE = "millrace.begin";

/** How a connection continues the one before it. */
export const RESUME_TYPE = "millrace.resume";

/** Data that ends a stream of other servers, of OpenAI's kind, and is no JSON. */
export const DONE = "[DONE]";

/** The last event of a stream that does not break off. */
export const END_TYPE = "millrace.end";
