// What kind of error each code is.
import { categoryOf, SSEError, type SSEErrorCategory, type SSEErrorCode } from "../../js/src/shared/errors.js";

/** Every code, so that a new one is thought of: TypeScript asks for it. */
const CATEGORIES: Readonly<Record<SSEErrorCode, SSEErrorCategory>> = {
  CONNECTION_FAILED: "connection",
  GAVE_UP: "connection",
  BAD_RESPONSE: "connection",
  BAD_REQUEST: "connection",
  DRAINING: "connection",
  NO_SUCH_CHANNEL: "connection",
  NOT_ACCEPTABLE: "connection",
  UNAUTHENTICATED: "authentication",
  FORBIDDEN: "authentication",
  NO_AUTHORIZER: "authentication",
  TIMED_OUT: "timeout",
  OVERLOADED: "limit",
  RATE_LIMITED: "limit",
  TOO_MANY_CONNECTIONS: "limit",
  TOO_MANY_CHANNELS: "limit",
  SERVER_FULL: "limit",
  LINE_TOO_LONG: "parsing",
  INVALID_UTF8: "parsing",
  INVALID_JSON: "parsing",
  INVALID_DATA: "parsing",
  EVENT_TOO_LARGE: "content",
  INVALID_FIELD: "content",
  UNSERIALIZABLE: "content",
  NOT_FOUND: "content",
  STREAM_CLOSED: "stream",
  CONFLICTING_OPTIONS: "stream",
  NO_NATIVE_BINARY: "stream",
  UNSUPPORTED_RUNTIME: "stream",
  STORE_FAILED: "stream",
  CHANNEL_CLOSED: "stream",
};

test.each(Object.entries(CATEGORIES))("%s is of %s", (code, category) => {
  expect(new SSEError(code as SSEErrorCode, "").category).toBe(category);
});

test.each([
  [401, "authentication"],
  [403, "authentication"],
  [404, "connection"],
  [429, "limit"],
  [500, "connection"],
])("an answer with status %i is of %s", (status, category) => {
  expect(new SSEError("BAD_RESPONSE", "", { status }).category).toBe(category);
});

test("a code that there is not is of stream", () => {
  expect(categoryOf("MINE" as SSEErrorCode)).toBe("stream");
});
