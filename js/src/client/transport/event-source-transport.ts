import { SSEError } from "../../shared/errors.js";
import { EVENT_TYPES_QUERY } from "../../shared/event-types.js";
import { END_TYPE, RESUME_TYPE } from "../../shared/notices.js";
import { toEventText } from "../stream/event-text.js";
import type { StreamHandler, StreamRequest } from "./fetch-transport.js";

/**
 * Makes one attempt with the browser's own EventSource. It never reconnects by itself: when to do that is the session's to
 * say. The cursor goes into the query parameter `lastEventId`, for it takes no headers. It does not show which events are raw,
 * so the stream is treated as another server's.
 */
export function openEventSource(
  { url, options, lastEventId, signal, isReleased, sending }: StreamRequest,
  ready: Promise<StreamHandler | undefined>,
): void {
  if (signal.aborted) return;
  const isOver = () => signal.aborted || isReleased();
  const guarded = (run: (handler: StreamHandler) => void) =>
    ready.then((handler) => handler && !isOver() && run(handler)).catch(() => {});
  if (typeof EventSource === "undefined") {
    guarded((handler) => handler.failed(new SSEError("CONNECTION_FAILED", "There is no EventSource here"), true));
    return;
  }
  const address = new URL(url);
  let id = lastEventId();
  if (id) address.searchParams.set("lastEventId", id);
  const types = options.cursorIn === "query" && options.events?.map(encodeURIComponent).join();
  if (types) address.searchParams.set(EVENT_TYPES_QUERY, types);
  sending();
  const source = new EventSource(address, { withCredentials: options.withCredentials ?? false });
  signal.addEventListener("abort", () => source.close(), { once: true });
  const encoder = new TextEncoder();

  // A server may name an event of its own "open" or "error": that is a MessageEvent.
  source.addEventListener("open", (event) => {
    if (!(event instanceof MessageEvent)) guarded((handler) => handler.opened(address.origin, {}));
  });
  source.addEventListener("error", (event) => {
    if (event instanceof MessageEvent) return;
    source.close();
    guarded((handler) => handler.failed(new SSEError("CONNECTION_FAILED", "The browser's EventSource failed"), false));
  });
  for (const type of new Set([...(options.events ?? []), "message", RESUME_TYPE, END_TYPE])) {
    source.addEventListener(type, (event) => {
      if (!(event instanceof MessageEvent)) return;
      // It says the id in force, which need not be the event's own.
      const ownId = event.lastEventId === id ? undefined : event.lastEventId;
      id = event.lastEventId;
      guarded((handler) => {
        handler.bytes(encoder.encode(toEventText(type, event.data, ownId)));
        // At its end it would connect again by itself.
        if (isReleased()) source.close();
      });
    });
  }
}
