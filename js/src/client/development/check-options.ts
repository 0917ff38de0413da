// What is checked while an application is developed, and not in what its users load: callers have it by diagnostics.ts.
import { receiverOptions, sessionOptions } from "../../core/client-options.js";
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
const FALLBACK_OPTIONS: Names<FallbackOptions> = { poll: true, everyMs: true };

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
  for (const name of BOOLEANS) requireType(name, options[name], "boolean", "true or false");
  for (const name of FUNCTIONS) requireType(name, options[name], "function", "a function");
  for (const name of STRINGS) requireType(name, options[name], "string", "a string");
  const { debug, schema, shareAcrossTabs, user } = options;
  requireType("schema", schema, "object", "an object");
  if (typeof debug !== "boolean") requireWhole("debug", debug, 0, MOST_TRANSITIONS);
  if (user === "") throw new TypeError("user must not be empty; leave it out where there is none");
  if (typeof shareAcrossTabs !== "boolean")
    requireType("shareAcrossTabs", shareAcrossTabs, "string", "true, false or a name");
}

function checkGroups({ retry, breaker, fallback }: SSEClientOptions): void {
  requireGroup("retry", retry, RETRY_OPTIONS);
  if (breaker !== false) requireGroup("breaker", breaker, BREAKER_OPTIONS);
  requireGroup("fallback", fallback, FALLBACK_OPTIONS);
  const { poll, everyMs } = fallback ?? {};
  if (typeof poll !== "object") requireType("fallback.poll", poll, "string", "a text or a URL");
  requireWhole("fallback.everyMs", everyMs, 1, LONGEST_TIMER_MS); // also where it is not used: a POST never polls
}

function requireGroup<Options extends object>(name: string, value: Options | undefined, names: Names<Options>): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${shown(value)}`);
  }
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

/** @throws TypeError that names the option, where it is there (null is not) and of another type. */
export function requireType(name: string, value: unknown, type: string, what: string): void {
  if (value != null && typeof value !== type) throw new TypeError(`${name} must be ${what}, not ${shown(value)}`);
}

/** @throws TypeError that names the option, where it is there and no whole number in its range. */
export function requireWhole(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most))
    return;
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, not ${shown(value)}`);
}

/** What was given, for a message. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** What browsers allow at a time to one host over HTTP/1.1, in all their tabs together. */
const MOST_CONNECTIONS = 6;

let hasWarned = false;

/**
 * Counts a stream that has opened, over all tabs, and warns once a page when they are as many as a browser allows over
 * HTTP/1.1: the next stream, and any navigation, would wait without a word. Pages behind TLS mostly have HTTP/2, where that
 * is no limit.
 *
 * @returns what is to be called at its end.
 */
export function countStream(url: string): () => void {
  const { origin, protocol } = new URL(url);
  const { document, navigator } = globalThis as Partial<Window & typeof globalThis>;
  if (document === undefined || protocol !== "http:" || navigator?.locks == null) return () => {};
  const { locks } = navigator;
  const name = `millrace stream to ${origin}`;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const hold = async () => {
    const { held = [] } = await locks.query();
    if (held.filter((lock) => lock.name === name).length >= MOST_CONNECTIONS && !hasWarned) {
      hasWarned = true;
      console.warn(
        `Millrace: ${MOST_CONNECTIONS} event streams to ${origin} are open in this browser, and over HTTP/1.1 it allows no more connections to one host: the next stream waits, and so does every request. Let the tabs share one connection (shareAcrossTabs), or serve the page over HTTP/2. (This is said in development only.)`,
      );
    }
    await ended;
  };
  locks.request(name, { mode: "shared" }, hold).catch(() => {});
  return end;
}
