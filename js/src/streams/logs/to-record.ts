import { SSEError, sanitizeMessage } from "../../server/hub-api.js";
import { isPlainObject } from "../../shared/arguments.js";

/** What a caller says of a record beside its message. */
export interface LogMetadata {
  readonly userId?: string;
  readonly roomId?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** What went wrong: an error, or its message. Clients get a sanitised text. */
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

/** What a caller gives, which nobody has looked at. */
export interface GivenLog {
  readonly roomId: string;
  readonly agentType: unknown;
  readonly level: unknown;
  readonly message: unknown;
  readonly metadata: unknown;
}

/** The members that are the record's own, wherever the caller has put them. */
const LIFTED = ["userId", "roomId", "duration", "error"] as const;

/**
 * A record without its time, for the core to check.
 *
 * @throws SSEError `INVALID_DATA` for metadata that JSON would make another thing of: a `Map`, an instance.
 */
export function toRecord(
  roomId: string,
  agentType: unknown,
  level: unknown,
  message: unknown,
  given: unknown,
): Readonly<Record<string, unknown>> {
  if (given == null) return { agentType, level, message, roomId };
  const metadata = plainMetadata(given);
  const { userId, roomId: own = roomId, duration, error, ...others } = metadata;
  const lifted = { userId, roomId: own, duration, error: errorText(error) };
  const isMore = Object.values(others).some((value) => value !== undefined);
  const members = LIFTED.filter((name) => lifted[name] !== undefined).map((name) => [name, lifted[name]]);
  return { agentType, level, message, ...(isMore && { metadata: others }), ...Object.fromEntries(members) };
}

/** An error alone is metadata, too. @throws SSEError `INVALID_DATA` for what is no object literal. */
export function plainMetadata(given: unknown): LogMetadata {
  if (given === undefined || given === null) return {};
  if (isError(given)) return { error: given };
  if (isPlainObject(given)) return given;
  const what = typeof given === "string" ? JSON.stringify(given.slice(0, 50)) : whatIs(given);
  const message = `metadata must be an object, not ${what}`;
  throw new SSEError("INVALID_DATA", message, { cause: [{ message, path: ["metadata"] }] });
}

function whatIs(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `an instance of ${String((value.constructor as { name?: unknown } | undefined)?.name ?? "something")}: spread it`;
}

/** What an object with a `toJSON` of its own would become is not known. */
export function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? {} : value;
}

/** As clients may see it; what is no error and no text stays for the core to refuse. */
function errorText(error: unknown): unknown {
  const isTold = typeof error === "string" || isError(error);
  return isTold ? messageOf(error) || "Error" : error;
}

/** Of whichever realm, and by their form: `{ message: "…" }`. */
function isError(value: unknown): value is { readonly message: string } {
  if (typeof value !== "object" || value === null) return false;
  try {
    const isOne = value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
    return isOne || (typeof (value as { message?: unknown }).message === "string" && Object.keys(value).length <= 1);
  } catch {
    return true; // a getter that throws: there is no more to be had of it
  }
}

/** What an error, a text or anything else that was thrown says, sanitised; empty where it says nothing. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return sanitizeMessage(typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "message") : thrown);
  } catch {
    return "";
  }
}
