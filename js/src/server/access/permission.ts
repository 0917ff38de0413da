import { describe, isPlainObject, isWellFormed } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";

/** What is known of whom a stream is for, by names: the tenant, the session. `hub.disconnect` finds streams by them. */
export type Facts = Readonly<Record<string, string>>;

/** What a client was let in for. */
export interface Permission {
  /** Whom the connection counts for. */
  readonly userId: string | undefined;
  /** In milliseconds since 1970; undefined: for as long as the stream lives. */
  readonly expiresAt: number | undefined;
  readonly facts: Facts | undefined;
}

/** Of one stream; each name and value has at most {@link LONGEST_FACT} bytes. */
const MOST_FACTS = 16;
const LONGEST_FACT = 256;
/** A time before it is in seconds, most likely. */
const YEAR_1980_MS = 315_532_800_000;

/**
 * The permission that an answer of `authorize` gives; a text says what is wrong with it.
 *
 * @param userId - whom the connection counts for unless the answer says so.
 */
export function readPermission(
  answer: unknown,
  userId: string | undefined,
): Permission | "refused" | { wrong: string } {
  if (answer === true) return { userId, expiresAt: undefined, facts: undefined };
  if (answer === false) return "refused";
  if (!isPlainObject(answer) || !Object.keys(answer).every((name) => MEMBERS.includes(name))) {
    return { wrong: `must answer true, false or { userId: "…" }, not ${described(answer)}` };
  }
  const own = Object.hasOwn(answer, "userId") ? answer.userId : undefined;
  if (own === undefined || own === null) return "refused";
  if (typeof own !== "string" || own === "" || !isWellFormed(own)) {
    return { wrong: `must answer true, false or { userId: "…" }, not an object whose userId is ${describedUser(own)}` };
  }
  const expiresAt = readExpiry(answer.expiresAt);
  if (typeof expiresAt === "object") return { wrong: `must answer ${expiresAt.wrong}` };
  const facts = readFacts(answer.facts);
  return typeof facts === "string" ? { wrong: `must answer ${facts}` } : { userId: own, expiresAt, facts };
}

const MEMBERS = ["userId", "expiresAt", "facts"];

/** A time as a number or a Date; undefined for none. */
export function readExpiry(value: unknown): number | undefined | { wrong: string } {
  if (value === undefined || value === null) return undefined;
  const at = value instanceof Date ? value.getTime() : value;
  if (typeof at !== "number" || Number.isNaN(at)) {
    return { wrong: `expiresAt as a Date or in milliseconds since 1970, not ${describe(value)}` };
  }
  if (at > 0 && at < YEAR_1980_MS)
    return { wrong: `expiresAt in milliseconds since 1970: ${at} are seconds (times 1000)` };
  return at === Infinity ? undefined : at;
}

/** From now until then. */
export function remainingMs(expiresAt: number): number {
  return Math.max(0, Math.round(expiresAt - Date.now()));
}

/** The same of a stream that is to begin. Throws SSEError `UNAUTHENTICATED` where nothing is left. */
export function requireTimeLeft(expiresAt: number): number {
  const leftMs = remainingMs(expiresAt);
  if (leftMs > 0) return leftMs;
  throw accessOver();
}

export function accessOver(): SSEError {
  return new SSEError("UNAUTHENTICATED", "What the client was let in for is over");
}

/** The facts, copied; a text says what they must be. */
export function readFacts(value: unknown): Facts | undefined | string {
  if (value === undefined || value === null) return undefined;
  const isFact = (text: unknown) =>
    typeof text === "string" && isWellFormed(text) && Buffer.byteLength(text) <= LONGEST_FACT;
  const entries = isPlainObject(value) ? Object.entries(value) : undefined;
  if (entries === undefined || entries.length > MOST_FACTS || !entries.flat().every(isFact)) {
    return `facts as an object of at most ${MOST_FACTS} texts by names, each of at most ${LONGEST_FACT} bytes`;
  }
  return Object.fromEntries(entries) as Facts;
}

function describedUser(userId: unknown): string {
  if (userId === "") return "empty";
  return typeof userId === "string" ? "a text with half of a surrogate pair" : describe(userId);
}

/** Never a text itself, which may be a token. */
function described(answer: unknown): string {
  if (typeof answer === "string") return "a text";
  if (isPlainObject(answer)) return `an object with ${Object.keys(answer).slice(0, 5).join(", ")}`;
  return typeof answer === "object" && answer !== null ? `an object of ${answer.constructor?.name}` : describe(answer);
}
