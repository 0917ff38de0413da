// What is checked while an application is developed, and not in what its users load: callers reach it through diagnostics.ts.
import { receiverOptions, sessionOptions } from "../../core/client-options.js";
import { describe, requireFlag, requireFunction, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import {
  type BreakerOptions,
  type FallbackOptions,
  type RetryOptions,
  type SSEClientOptions,
  sessionOptionsOf,
} from "../options/options.js";
import type { Parse } from "../options/parse.js";

const CLIENT_OPTIONS: Names<SSEClientOptions> = {
  method: true,
  body: true,
  resumeBy: true,
  onEnd: true,
  cursorIn: true,
  idempotency: true,
  isFinal: true,
  onUnauthorized: true,
  parse: true,
  headers: true,
  withCredentials: true,
  events: true,
  schema: true,
  retry: true,
  breaker: true,
  silenceMs: true,
  heartbeatEvent: true,
  fallback: true,
  shareAcrossTabs: true,
  user: true,
  pauseWhenHidden: true,
  transport: true,
  lastEventId: true,
  fetch: true,
  signal: true,
  debug: true,
  tape: true,
  clock: true,
  dedup: true,
  maxLineBytes: true,
  maxEventBytes: true,
};
const RETRY_OPTIONS: Names<RetryOptions> = {
  attempts: true,
  baseMs: true,
  maxMs: true,
  serverMinMs: true,
  serverMaxMs: true,
};
const BREAKER_OPTIONS: Names<BreakerOptions> = { failures: true, coolDownMs: true };
const FALLBACK_OPTIONS: Names<FallbackOptions> = { poll: true, everyMs: true, afterAttempts: true };

const BOOLEANS = ["withCredentials", "idempotency", "pauseWhenHidden"] as const;
const FUNCTIONS = ["isFinal", "onUnauthorized", "fetch"] as const;
const STRINGS = ["method", "heartbeatEvent", "user"] as const;

const ON_END: Exactly<SSEClientOptions["onEnd"]> = ["close", "reconnect"];
const RESUME_BY: Exactly<SSEClientOptions["resumeBy"]> = ["same", "get"];
const CURSOR_IN: Exactly<SSEClientOptions["cursorIn"]> = ["header", "query"];
const TRANSPORTS: Exactly<SSEClientOptions["transport"]> = ["fetch", "eventsource"];
const PARSE: Exactly<Extract<Parse, string>> = ["json", "text"];

type Exactly<Value> = readonly Exclude<Value, undefined>[];

/** Of `debug`: they are for somebody to read. */
const MOST_TRANSITIONS = 1_000_000;

/**
 * @param more - names that are options there, too.
 * @throws TypeError for a misspelt option, and for one that is of the wrong type or out of its range.
 */
export function checkOptions(of: string, options: SSEClientOptions, more: Readonly<Record<string, true>> = {}): void {
  requireKnown(of, options, { ...CLIENT_OPTIONS, ...more });
  checkGroups(options);
  checkChoices(options);
  checkTypes(options);
  try {
    receiverOptions(options);
    sessionOptions(sessionOptionsOf(options));
  } catch (error) {
    throw error instanceof RangeError || error instanceof TypeError ? new TypeError(asWritten(error.message)) : error;
  }
  checkRetry(options.retry);
}

function checkTypes(options: SSEClientOptions): void {
  for (const name of BOOLEANS) ifGiven(requireFlag, name, options[name]);
  for (const name of FUNCTIONS) ifGiven(requireFunction, name, options[name]);
  for (const name of STRINGS) ifGiven(requireString, name, options[name]);
  const { debug, schema, shareAcrossTabs, user } = options;
  ifGiven(requireObject, "schema", schema);
  if (typeof debug !== "boolean") requireWhole("debug", debug, 0, MOST_TRANSITIONS);
  if (user === "") throw new TypeError("user must not be empty; leave it out where there is none");
  if (shareAcrossTabs != null && !/^(boolean|string)$/.test(typeof shareAcrossTabs)) {
    throw new TypeError(`shareAcrossTabs must be true, false or a name, not ${describe(shareAcrossTabs)}`);
  }
}

function checkGroups({ retry, breaker, fallback }: SSEClientOptions): void {
  requireGroup("retry", retry, RETRY_OPTIONS);
  if (breaker !== false) requireGroup("breaker", breaker, BREAKER_OPTIONS);
  requireGroup("fallback", fallback, FALLBACK_OPTIONS);
  const { poll, everyMs, afterAttempts } = fallback ?? {};
  if (poll !== undefined && !/^(object|string)$/.test(typeof poll)) {
    throw new TypeError(`fallback.poll must be a text or a URL, not ${describe(poll)}`);
  }
  requireWhole("fallback.everyMs", everyMs, 1, LONGEST_TIMER_MS); // also where it is not used: a POST never polls
  requireWhole("fallback.afterAttempts", afterAttempts, 1, LONGEST_TIMER_MS);
}

function requireGroup<Options extends object>(name: string, value: Options | undefined, names: Names<Options>): void {
  if (value === undefined) return;
  requireObject(name, value);
  requireKnown(name, value, names);
}

function checkChoices({ onEnd, resumeBy, cursorIn, transport, parse }: SSEClientOptions): void {
  if (onEnd !== undefined) requireOneOf("onEnd", onEnd, ON_END);
  if (resumeBy !== undefined) requireOneOf("resumeBy", resumeBy, RESUME_BY);
  if (cursorIn !== undefined) requireOneOf("cursorIn", cursorIn, CURSOR_IN);
  if (transport !== undefined) requireOneOf("transport", transport, TRANSPORTS);
  if (typeof parse !== "object" || parse === null) requireParse("parse", parse);
  else for (const [type, how] of Object.entries(parse)) requireParse(`parse.${type}`, how);
}

function requireParse(name: string, how: unknown): void {
  if (how !== undefined && typeof how !== "function") requireOneOf(name, how, PARSE);
}

/** What a server's `retry` counts for: the bounds must not be the wrong way round, also beside the default of the other. */
function checkRetry(retry: RetryOptions | undefined): void {
  const { serverMinMs, serverMaxMs } = sessionOptions(retry);
  if (serverMinMs <= serverMaxMs) return;
  throw new TypeError(
    `retry.serverMinMs must not be more than retry.serverMaxMs, and ${serverMinMs} is more than ${serverMaxMs}`,
  );
}

/** What the core calls by one name stands in a group of the user's. */
function asWritten(message: string): string {
  return message.replace(/^\w+/, (name) => {
    if (Object.hasOwn(RETRY_OPTIONS, name)) return `retry.${name}`;
    return Object.hasOwn(BREAKER_OPTIONS, name) ? `breaker.${name}` : name;
  });
}

/** Checks an option that may be left out; null counts as left out. */
export function ifGiven(check: (name: string, value: unknown) => void, name: string, value: unknown): void {
  if (value != null) check(name, value);
}

/** @throws TypeError that names the option, where it is there and no whole number in its range. */
export function requireWhole(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most))
    return;
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, not ${describe(value)}`);
}
