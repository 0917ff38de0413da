import type { ConnectionId, NativeEvent } from "../../native/binding.js";
import type { NativeReceipt } from "../../native/native-receipt.js";
import type { NativeRefusal, OpenRefusal } from "../../native/outcomes.js";
import {
  describe,
  isWellFormed,
  NOT_WELL_FORMED,
  requireFlag,
  requireObject,
  requireString,
} from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { NOTICE_TYPES } from "../../shared/notices.js";

/** One event to be sent. */
export interface SSEMessage {
  /** The event type; without it clients see `"message"`. No CR, LF or NUL. */
  event?: string;
  /** Anything JSON can hold. Without it an event that has a type is delivered with empty data. */
  data?: unknown;
  /**
   * An id of your own; without it the hub gives `<epoch>.<sequence>`. Clients see it with the event, and can resume from it
   * while the channel's history holds the event. What they send back by themselves is the hub's cursor, which follows it. What a `Last-Event-ID` header can bring back: 1 to 1,024 bytes of UTF-8, no
   * control characters, no spaces at the ends, and not of the form of the hub's own ids (`1.5` is).
   */
  id?: string;
  /** The reconnection time that clients shall use from now on, in whole milliseconds (at most 4294967295). */
  retry?: number;
  /**
   * `data` is a string that is sent as it is, not as JSON, and arrives as that text. CR and CRLF arrive as LF. Default false.
   */
  raw?: boolean;
}

/** What became of an event. */
export interface SendReceipt {
  /** The event's id, the one given or the hub's. `null`: the client has gone, and nothing was sent. */
  readonly id: string | null;
}

const FIELDS: Names<SSEMessage> = { event: true, data: true, id: true, retry: true, raw: true };
const PUBLISH_FIELDS = {
  ...FIELDS,
  ttlMs: true,
  conflateKey: true,
  mergeKey: true,
  throttleKey: true,
  userId: true,
  label: true,
  idempotencyKey: true,
};

const MOST_RETRY_MS = 4294967295;

/** Whether it can be a reconnection time. */
export function isRetry(ms: unknown): boolean {
  return Number.isInteger(ms) && (ms as number) >= 0 && (ms as number) <= MOST_RETRY_MS;
}

/** What is said where it cannot. */
export function retryRule(name: string, ms: unknown): string {
  return `${name} must be whole milliseconds from 0 to ${MOST_RETRY_MS}, not ${describe(ms)}`;
}

/**
 * The message with its data as text; throws what the public functions document.
 *
 * @param isPublished - whether it goes to a channel, so that it may have the fields of that, too: `ttlMs` and others.
 */
export function toNativeEvent(message: SSEMessage, isPublished = false): NativeEvent {
  requireObject("message", message);
  requireFields(message, isPublished);
  const { event, data, id, retry, raw } = message;
  requireFlag("message.raw", raw);
  if (event !== undefined) requireString("message.event", event);
  if (id !== undefined) requireString("message.id", id);
  if (retry !== undefined && !isRetry(retry)) throw new SSEError("INVALID_FIELD", retryRule("retry", retry));
  if (event !== undefined && !isWellFormed(event)) throw new SSEError("INVALID_FIELD", `event ${NOT_WELL_FORMED}`);
  if (id !== undefined && !isWellFormed(id)) throw new SSEError("INVALID_FIELD", `id ${NOT_WELL_FORMED}`);
  if (event?.startsWith(NOTICE_TYPES)) {
    throw new SSEError("INVALID_FIELD", `Event types that begin with "${NOTICE_TYPES}" are Millrace's own`);
  }
  const isRaw = raw === true;
  return { event, id, retry, data: serialize(data, isRaw), isRaw };
}

/** This is done for every event: a loop over names that are known costs some nanoseconds, and makes nothing. */
function requireFields(message: SSEMessage, isPublished: boolean): void {
  for (const name in message) if (!isField(name, isPublished)) refuseFields(message, isPublished);
}

function isField(name: string, isPublished: boolean): boolean {
  switch (name) {
    case "event":
    case "data":
    case "id":
    case "retry":
    case "raw":
      return true;
    case "ttlMs":
    case "conflateKey":
    case "mergeKey":
    case "throttleKey":
    case "userId":
    case "label":
    case "idempotencyKey":
      return isPublished;
    default:
      return false;
  }
}

function refuseFields(message: SSEMessage, isPublished: boolean): void {
  // A MessageEvent calls it so.
  if (Object.hasOwn(message, "type")) throw new TypeError('message has no field "type": is it "event"?');
  requireKnown("message", message, isPublished ? (PUBLISH_FIELDS as Names<SSEMessage>) : FIELDS, "field");
}

function serialize(data: unknown, raw: boolean): string | undefined {
  if (data === undefined) return undefined;
  if (raw) {
    if (typeof data === "string") return data;
    throw new SSEError("UNSERIALIZABLE", `raw data must be a string, not ${typeof data}; leave out raw to send JSON`);
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SSEError("UNSERIALIZABLE", `data cannot be written as JSON: ${why}`, { cause });
  }
  if (text === undefined) throw new SSEError("UNSERIALIZABLE", `data of type ${typeof data} cannot be written as JSON`);
  return text;
}

/** The connection, or the refusal as an error. */
export function opened(outcome: ConnectionId | OpenRefusal): ConnectionId {
  switch (outcome) {
    case "serverFull":
      throw new SSEError("SERVER_FULL", "The hub has as many connections as limits.connections allows (default 10000)");
    case "draining":
      throw new SSEError("DRAINING", "The hub shuts down (hub.drain) and takes no connection any more");
    default:
      return outcome;
  }
}

/** What a client sends back in a header is what it resumes from. */
function badId(why: string): SSEError {
  return new SSEError("INVALID_FIELD", `id ${why}: a client could not resume from it by Last-Event-ID`);
}

/** The receipt, or the refusal as an error that says what to do. */
export function accepted(outcome: NativeReceipt | NativeRefusal): NativeReceipt {
  if (typeof outcome !== "string") return outcome;
  switch (outcome) {
    case "closed":
      throw new SSEError("STREAM_CLOSED", "The stream has ended; check stream.signal.aborted before sending");
    case "invalidType":
      throw new SSEError("INVALID_FIELD", "event must not hold CR, LF or NUL: they would end the line");
    case "invalidId":
      throw badId("must not hold control characters (CR, LF, NUL, …)");
    case "idEmpty":
      throw badId("must not be empty; leave it out, and the hub gives one");
    case "idTooLong":
      throw badId("must not be longer than 1,024 bytes");
    case "idOuterSpace":
      throw badId("must not begin or end with a space");
    case "idReserved":
      throw badId(
        'must not look like an id of the hub\'s own: letters and digits, a dot, digits ("order-1.5" would do)',
      );
    case "hubFull":
      throw new SSEError("SERVER_FULL", "The hub has as many channels as limits.channels allows (default 100000)");
    case "policyChannels":
      throw new SSEError("SERVER_FULL", "There are as many channels of this policy as its limits.channels allows");
    case "channelClosed":
      throw new SSEError(
        "CHANNEL_CLOSED",
        "The channel was closed for good (hub.closeChannel); hub.forget opens it again",
      );
    case "empty":
      throw new SSEError("INVALID_FIELD", "The message has no field at all; give it data, an event, an id or a retry");
    case "tooLarge":
      throw new SSEError("EVENT_TOO_LARGE", "The event is larger than the history's bytes (default 8 MiB); split it");
    case "dataTooLarge":
      throw new SSEError(
        "EVENT_TOO_LARGE",
        "The data is larger than maxBytes of its channel's policy, or of the hub (default 1 MiB); split it, or truncate it by a policy",
      );
    case "overloaded":
      throw new SSEError(
        "OVERLOADED",
        "64 MiB wait to be sent; publish more slowly, or await something between the events",
      );
  }
}
