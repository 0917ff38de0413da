import { SSEError } from "../../shared/errors.js";
import { openFetch, type StreamHandler, type StreamRequest } from "./fetch-transport.js";

// What few clients need is loaded when it is needed. That can fail where the network does, and is then a failed attempt.

/** Makes one attempt by the transport that the options ask for; `ready` is {@link openFetch}'s. Never rejects. */
export async function openStream(request: StreamRequest, ready: Promise<StreamHandler | undefined>): Promise<void> {
  if (request.options.transport !== "eventsource") return openFetch(request, ready);
  try {
    const { openEventSource } = await import("./event-source-transport.js");
    openEventSource(request, ready);
  } catch (cause) {
    const handler = await ready;
    if (!request.signal.aborted) handler?.failed(notLoaded(cause), false);
  }
}

export function notLoaded(cause: unknown): SSEError {
  return new SSEError("CONNECTION_FAILED", "The client could not be loaded", { cause });
}
