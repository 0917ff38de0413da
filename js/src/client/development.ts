// What is checked while an application is developed, and not in what its users load: callers have it by diagnostics.ts.
import { receiverOptions, sessionOptions } from "../core/client-options.js";
import { type Names, requireKnown } from "../shared/misspelt.js";
import {
  type BreakerOptions,
  type FallbackOptions,
  type RetryOptions,
  type SSEClientOptions,
  sessionOptionsOf,
} from "./options.js";

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

/**
 * @param more - names that are options there, too.
 * @throws TypeError for a misspelt option, and for one that is of the wrong type or out of its range.
 */
export function checkOptions(of: string, options: SSEClientOptions, more: Readonly<Record<string, true>> = {}): void {
  requireKnown(of, options, { ...CLIENT_OPTIONS, ...more });
  const { retry, breaker, fallback } = options;
  if (retry) requireKnown("retry", retry, RETRY_OPTIONS);
  if (breaker) requireKnown("breaker", breaker, BREAKER_OPTIONS);
  if (fallback) requireKnown("fallback", fallback, FALLBACK_OPTIONS);
  try {
    receiverOptions(options);
    sessionOptions(sessionOptionsOf(options));
  } catch (error) {
    throw error instanceof RangeError ? new TypeError(error.message) : error;
  }
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
