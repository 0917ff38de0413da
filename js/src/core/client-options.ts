import { isBytes } from "../shared/bytes.js";
import { LONGEST_TIMER_MS } from "../shared/timers.js";
import type { ClientReceiverOptions, SessionOptions } from "./contract.js";

const MOST_IDS = 1048576;
/** Of `maxLineBytes` and `maxEventBytes`. */
export const DEFAULT_LIMIT_BYTES = 16 * 1024 * 1024;
// Every event that is let through must fit in a string: the smallest of the engines' limits is above this.
const MOST_LIMIT_BYTES = 256 * 1024 * 1024;

/** A receiver's options, checked and with the defaults in; without `events`, all types. */
export interface CheckedReceiverOptions extends Required<Omit<ClientReceiverOptions, "events">> {
  readonly events: readonly string[] | undefined;
}

/**
 * A receiver's options with the defaults in.
 *
 * @throws TypeError naming the option where it is of the wrong type; RangeError where it is no whole number in its range.
 */
export function receiverOptions(options: ClientReceiverOptions = {}): CheckedReceiverOptions {
  requireOptions(options);
  const { dedup = 1000, maxLineBytes = DEFAULT_LIMIT_BYTES, maxEventBytes = DEFAULT_LIMIT_BYTES, events } = options;
  if (events !== undefined && !(Array.isArray(events) && events.every((type) => typeof type === "string"))) {
    throw new TypeError("events must be an array of strings");
  }
  return {
    dedup: requireWhole("dedup", dedup, 0, MOST_IDS),
    maxLineBytes: requireWhole("maxLineBytes", maxLineBytes, 1, MOST_LIMIT_BYTES),
    maxEventBytes: requireWhole("maxEventBytes", maxEventBytes, 1, MOST_LIMIT_BYTES),
    events,
    heartbeatEvent: options.heartbeatEvent ?? "heartbeat",
  };
}

/** In the order in which wasm/client/session.cpp takes them. */
const SESSION_DEFAULTS: Required<SessionOptions> = {
  attempts: Infinity,
  baseMs: 1000,
  maxMs: 30000,
  serverMinMs: 500,
  serverMaxMs: 3600000,
  failures: 5,
  coolDownMs: 30000,
  silenceMs: 45000,
  pollEveryMs: 0,
  pollAfter: 3,
  pausesWhenHidden: false,
};

/** A session's options with the defaults in, in the same order; throws as {@link receiverOptions} does. */
export function sessionOptions(options: SessionOptions = {}): Required<SessionOptions> {
  requireOptions(options);
  const checked: Record<string, unknown> = {};
  for (const [name, fallback] of Object.entries(SESSION_DEFAULTS)) {
    const { [name as keyof SessionOptions]: value = fallback } = options;
    const isFit = value === fallback || typeof fallback === "boolean";
    checked[name] = isFit ? value : requireWhole(name, value, 0, LONGEST_TIMER_MS);
  }
  return checked as unknown as Required<SessionOptions>;
}

/** @throws TypeError for anything else. */
export function requireBytes(chunk: Uint8Array): void {
  if (!isBytes(chunk)) throw new TypeError("chunk must be a Uint8Array");
}

function requireOptions(options: unknown): void {
  if (options === null || typeof options !== "object") throw new TypeError("options must be an object");
}

function requireWhole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}
