/** Checks of what users pass in: a TypeError names the argument and says what it must be. */
import { SSEError } from "./errors.js";

export function requireString(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, not ${describe(value)}`);
}

/** In characters. */
const LONGEST_REASON = 1024;

/** Why a stream is closed, for its client. */
export function requireReason(reason: unknown): asserts reason is string {
  requireString("reason", reason);
  if (reason.length <= LONGEST_REASON) return;
  throw new SSEError("INVALID_FIELD", `reason must not be longer than ${LONGEST_REASON} characters`);
}

/** A channel key: any string but the empty one, if it can be told from others. */
export function requireKey(name: string, value: unknown): asserts value is string {
  requireName(name, value);
  if (value === "") throw new TypeError(`${name} must not be empty`);
}

/** A text that is told from others where it has become UTF-8. */
export function requireName(name: string, value: unknown): asserts value is string {
  requireString(name, value);
  if (!isWellFormed(value)) throw new TypeError(`${name} ${NOT_WELL_FORMED}`);
}

/** Half of a surrogate pair becomes U+FFFD in UTF-8, so that texts which differ would be the same. */
export function isWellFormed(text: string): boolean {
  return (text as { isWellFormed?(): boolean }).isWellFormed?.() !== false; // Node has it; TypeScript's es2023 does not
}

/** What is said where one is not. */
export const NOT_WELL_FORMED = "must not hold half of a surrogate pair: other texts would be taken for it";

/** Whom a connection counts for: an empty text would be nobody, and everybody who is nobody. */
export function requireUser(userId: unknown): asserts userId is string {
  requireKey("userId", userId);
}

export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${name} must be a function, not ${describe(value)}`);
}

export function requireObject(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${describe(value)}`);
  }
}

/** What may have methods: an object, or a function, as some loggers are. */
export function isObjectLike(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** True, false, or left out. */
export function requireFlag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, not ${describe(value)}`);
  }
}

export interface NumberBounds {
  /** Default 0. */
  readonly least?: number;
  /** Default: none. */
  readonly most?: number;
  /** Whether `Infinity` is allowed. */
  readonly infinity?: boolean;
}

/** A finite number of milliseconds, events or bytes, at least `least`; `Infinity` where it means "unlimited". */
export function requireNumber(
  name: string,
  value: unknown,
  { least = 0, most, infinity = false }: NumberBounds = {},
): asserts value is number {
  const isFit = typeof value === "number" && value >= least && (infinity || Number.isFinite(value));
  if (!isFit) throw new TypeError(`${name} must be a number of at least ${least}, not ${describe(value)}`);
  if (most !== undefined && value > most) throw new TypeError(`${name} must be at most ${most}, not ${value}`);
}

/** A list that names something: an empty one is more likely a mistake than "all". */
export function requireNames(name: string, value: unknown): asserts value is readonly string[] {
  requireStringArray(name, value);
  if (value.length === 0) throw new TypeError(`${name} must not be empty`);
  for (const one of value) requireName(name, one);
}

/** A list that a request decides, and may leave empty. */
export function requireStringArray(name: string, value: unknown): asserts value is readonly string[] {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) {
    throw new TypeError(`${name} must be an array of strings, not ${describeList(value)}`);
  }
}

/** An object literal or one without a prototype, of whichever realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value is that should be a list of texts: of a list, what it should not hold. */
export function describeList(value: unknown): string {
  if (!Array.isArray(value)) return describe(value);
  return `an array with ${describe(value.find((one) => typeof one !== "string"))}`;
}

/** What a value is, for a message. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "number" ? String(value) : typeof value;
}
