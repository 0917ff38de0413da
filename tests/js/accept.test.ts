import { acceptsEventStream, prefersJson } from "../../js/src/server/http/accept.js";

test.each<[string | null, boolean]>([
  [null, false],
  ["", false],
  ["*/*", false],
  ["text/event-stream", false],
  ["text/event-stream, application/problem+json", false], // the client's streams
  ["application/problem+json", false],
  ["application/problem+json, */*", false],
  ["application/json, application/problem+json", true], // its polls
  ["application/problem+json, application/json;q=0.5", true],
  ["application/json;q=0, application/problem+json", false],
  ["application/json", true],
])("whether JSON is meant by the Accept %j: %j", (accept, expected) => {
  expect(prefersJson(accept)).toBe(expected);
});

test.each<[string | null, boolean]>([
  [null, true],
  ["text/event-stream, application/problem+json", true],
  ["application/problem+json", false],
  ["application/json, application/problem+json", false],
])("whether an event stream is accepted by the Accept %j: %j", (accept, expected) => {
  expect(acceptsEventStream(accept)).toBe(expected);
});
