import {
  type ErrorOrMessage,
  SSEClient,
  type SSEClientOptions,
  type SSEError,
  type UntypedEvents,
} from "../../../js/src/client/index.js";
import type { Clock } from "../../../js/src/client/options/clock.js";

/** What a client's requests accept. */
export const STREAM_ACCEPT = "text/event-stream, application/problem+json";
export const POLL_ACCEPT = "application/json, application/problem+json";

/** Reconnects practically at once. */
export const FAST = { baseMs: 1, maxMs: 1 };

/** A clock whose timers the test fires. */
export class ManualClock implements Clock {
  nowMs = 0;
  /** The delays asked for, in order. */
  readonly delays: number[] = [];
  #pending: { run: () => void; atMs: number } | undefined;
  readonly #random: number;

  constructor(random = 0.5) {
    this.#random = random;
  }

  get isWaiting(): boolean {
    return this.#pending !== undefined;
  }

  now(): number {
    return this.nowMs;
  }

  random(): number {
    return this.#random;
  }

  setTimer(run: () => void, delayMs: number): unknown {
    if (this.#pending) throw new Error("a second timer");
    this.delays.push(delayMs);
    this.#pending = { run, atMs: this.nowMs + delayMs };
    return this.#pending;
  }

  clearTimer(timer: unknown): void {
    if (timer === this.#pending) this.#pending = undefined;
  }

  /** Goes to the time of the timer there is, or that much before it, and fires it. */
  fire(earlyMs = 0): void {
    const pending = this.#pending;
    if (!pending) throw new Error("no timer");
    this.#pending = undefined;
    this.nowMs = pending.atMs - earlyMs;
    pending.run();
  }

  /** Lets so much time pass, and fires what comes due on the way. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.#pending && this.#pending.atMs <= endMs) this.fire();
    this.nowMs = endMs;
  }
}

/** A client with everything it said. */
export interface Watched {
  readonly client: SSEClient;
  /** `type:data` of each message. */
  readonly messages: string[];
  readonly errors: SSEError[];
  /** All events in order: types; for `statechange`, the state. */
  readonly log: string[];
}

const opened: SSEClient[] = [];

/** A client whose events of these types, and its own, are recorded. Closed by {@link closeAll}. */
export function watch(
  url: string,
  options: SSEClientOptions = {},
  types: readonly string[] = ["message"],
  isWatched = options.clock === undefined,
): Watched {
  // A clock of the test's own is about waits: nothing else is to ask for a timer.
  const unwatched = !isWatched && { silenceMs: 0, breaker: false as const };
  const client = new SSEClient<UntypedEvents>(url, { retry: FAST, ...unwatched, ...options });
  opened.push(client);
  const messages: string[] = [];
  const errors: SSEError[] = [];
  const log: string[] = [];
  for (const type of types) {
    client.addEventListener(type, (event) => {
      if (event instanceof MessageEvent) messages.push(`${type}:${event.data}`);
    });
  }
  client.addEventListener("error", (event: ErrorOrMessage) => {
    if (event.error) errors.push(event.error);
  });
  for (const type of ["open", "error", "resume", "close", ...types]) {
    client.addEventListener(type, () => void log.push(type));
  }
  client.addEventListener("statechange", () => void log.push(client.state));
  return { client, messages, errors, log };
}

/** Closes every client that {@link watch} made. */
export function closeAll(): void {
  for (const client of opened.splice(0)) client.close();
}

/** The next event of a type. */
export function nextEvent(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
