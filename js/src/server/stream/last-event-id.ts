import { requireObject } from "../../shared/arguments.js";
import type { RequestLike } from "../access/request-like.js";

/**
 * The id that the client resumes from: by the header, or by the query's `lastEventId`. A header's value has one character a byte;
 * clients send the id's UTF-8 bytes (WHATWG HTML 9.2.3).
 */
export function lastEventIdOf(request: RequestLike): string | undefined {
  requireObject("request", request);
  const header = request.headers.get("last-event-id");
  if (header !== null) return Buffer.from(header, "latin1").toString("utf8");
  const query = /\?[^#]*/.exec(request.url)?.[0];
  return (query && new URLSearchParams(query).get("lastEventId")) ?? undefined;
}
