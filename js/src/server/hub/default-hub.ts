import { requireKey, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { SSEMessage } from "../content/message.js";
import type { PublishReceipt } from "../content/receipt.js";
import type { StreamOptions } from "../stream/options.js";
import type { RegisterOptions, SendFunction } from "../stream/registrations.js";
import type { SSEStream } from "../stream/sse-stream.js";
import { createHub } from "./create-hub.js";
import type { Hub } from "./hub.js";
import type { PublishOptions } from "./hub-types.js";

/** What a message may have besides its type and data. */
const BROADCAST_OPTIONS: Names<PublishOptions & Pick<SSEMessage, "retry" | "raw">> = {
  id: true,
  ttlMs: true,
  conflateKey: true,
  mergeKey: true,
  throttleKey: true,
  userId: true,
  label: true,
  idempotencyKey: true,
  retry: true,
  raw: true,
};

let hub: Hub | undefined;

function defaultHub(): Hub {
  hub ??= createHub();
  return hub;
}

/**
 * A stream of events to one client, on the default hub.
 *
 * Its first bytes set the client's cursor, so that a client which is cut before its first event resumes, too. It ends when
 * the request is aborted, when the response's body is cancelled or fails, or by `close`; each leads to one clean-up, which
 * also takes it out of every channel.
 *
 * @throws SSEError `SERVER_FULL` beyond `limits.connections`; `NO_NATIVE_BINARY` where the addon does not load.
 * @example
 * export async function GET(request: Request) {
 *   const stream = createSSEStream({ request });
 *   stream.send({ event: "hello", data: { at: Date.now() } });
 *   return sseResponse(stream);
 * }
 */
export function createSSEStream(options: StreamOptions = {}): SSEStream {
  return defaultHub().createStream(options);
}

/**
 * Lets a connection read the channel `key`: a stream, by its `send`, or any function, which is then called with each message
 * in this thread. A stream that came with a `Last-Event-ID` gets what it missed first. It may read many channels;
 * registering it twice for one is the same as once. A stream leaves by itself when it ends, and to register one whose
 * client has gone does nothing. A function leaves when `unregisterConnection` says so, or when it throws `STREAM_CLOSED`.
 *
 * @throws SSEError `STREAM_CLOSED`; `TOO_MANY_CONNECTIONS` beyond `limits.perChannel` or `limits.perUser`; `SERVER_FULL`.
 * @example
 * registerConnection("job:42", stream.send, { userId: "ann" });
 */
export function registerConnection(key: string, send: SendFunction, options?: RegisterOptions): void {
  defaultHub().register(key, send, options);
}

/** Takes a connection out of a channel; says whether it was there. The stream itself stays open. */
export function unregisterConnection(key: string, send: SendFunction): boolean {
  return defaultHub().unregister(key, send);
}

/**
 * Appends an event to the channel's log, once, whatever the number of connections that read it.
 *
 * @throws SSEError `INVALID_FIELD`, `UNSERIALIZABLE`, `EVENT_TOO_LARGE`, `OVERLOADED`, `RATE_LIMITED`, `SERVER_FULL`; nothing is sent then.
 * @example
 * broadcast("job:42", "progress", { done: 3, of: 10 });
 */
export function broadcast(key: string, event: string, data: unknown, options: PublishOptions = {}): PublishReceipt {
  requireKey("key", key);
  requireString("event", event);
  requireObject("options", options);
  requireKnown("broadcast", options, BROADCAST_OPTIONS);
  return defaultHub().publish(key, { ...options, event, data });
}

/** The connections that read the channel, or without a key those that read at least one; of the whole process. */
export function getConnectionCount(key?: string): number {
  return defaultHub().connectionCount(key);
}

/** The channels that at least one connection reads, sorted; of the whole process. */
export function getConnectionKeys(): string[] {
  return defaultHub().connectionKeys();
}
