import { SSEClient, type SSEClientOptions, type UntypedEvents } from "../client/index.js";
import type { Clock } from "../client/options/clock.js";
import { requireFunction } from "../shared/arguments.js";

/** Answers a request, as a route handler does. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A server and its clients in one process, with a network that breaks when a test says so. */
export interface World {
  /** Milliseconds since the world was made, on the clients' clock: it stands still until {@link World.advance}. */
  readonly nowMs: number;
  /** The requests so far. */
  readonly requests: readonly Request[];
  /** Requests that are answered, or wait for an answer. */
  readonly connections: number;
  /** For clients and hooks that the test makes itself: `useEventSource("/api/events", { ...world.options })`. */
  readonly options: Pick<SSEClientOptions, "fetch">;
  /** A client of the server's; {@link World.close} closes it. */
  client<Events extends object = UntypedEvents>(path: string, options?: SSEClientOptions<Events>): SSEClient<Events>;
  /** Breaks every connection there is. */
  cut(): void;
  /** While it is true, connections are broken and requests fail. */
  isDown: boolean;
  /** Lets so many milliseconds pass: what is due comes due in order, and what comes of it happens. One after the other. */
  advance(ms: number): Promise<void>;
  /**
   * Resolves when the condition holds, or what it promises; no time passes on the clients' clock. Rejects after five seconds of
   * the real one.
   */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Closes the clients that were made here, and breaks the connections. */
  close(): void;
}

const ORIGIN = "http://world.test";
const LONGEST_WAIT_MS = 5000;
/** Turns of the event loop in which what was begun goes on. */
const TURNS = 10;

// Taken before a test replaces them.
const { setTimeout: later } = globalThis;
const turn = () => new Promise<void>((resolve) => void later(resolve, 0));

/**
 * Puts a route handler and clients of it into one process. Requests go to the handler itself, and the clients' time is the
 * test's: an hour of waiting is one line. The server's time (heartbeats, `maxDurationMs`) is the real one.
 *
 * @throws TypeError for a handler that is no function.
 * @example
 * const world = createWorld((request) => hub.response(request, { channels: ["news"] }));
 * const client = world.client("/events");
 * await world.until(() => client.state === "connected");
 * world.cut();
 * hub.publish("news", { data: "missed" });
 * await world.advance(30_000);
 * await world.until(() => client.resume?.verdict === "continued");
 */
export function createWorld(handler: Handler): World {
  requireFunction("createWorld's handler", handler);
  const clock = new FakeClock();
  const requests: Request[] = [];
  const open = new Set<() => void>();
  const clients: SSEClient[] = [];
  let isDown = false;
  let advanced = Promise.resolve();

  const cut = () => {
    for (const breakOne of [...open]) breakOne();
  };
  const fetch: SSEClientOptions["fetch"] = async (url, init) => {
    const request = new Request(new URL(url, ORIGIN), init);
    if (isDown) throw new TypeError("The network is down");
    requests.push(request);
    const response = await unlessBroken(handler(request), request.signal, open);
    return response.body === null ? response : breakable(response, request.signal, open);
  };
  const options = { fetch, clock };
  const pass = async (ms: number) => {
    const endMs = clock.now() + ms;
    do {
      for (let n = 0; n < TURNS; n++) await turn();
    } while (clock.fireNext(endMs));
  };

  return {
    get nowMs() {
      return clock.now();
    },
    requests,
    get connections() {
      return open.size;
    },
    options,
    client: <Events extends object>(path: string, given: SSEClientOptions<Events> = {}) => {
      const client = new SSEClient<Events>(new URL(path, ORIGIN), { ...options, ...given });
      clients.push(client as unknown as SSEClient);
      return client;
    },
    cut,
    get isDown() {
      return isDown;
    },
    set isDown(down) {
      isDown = down;
      if (down) cut();
    },
    advance: async (ms) => {
      if (!(Number.isFinite(ms) && ms >= 0)) throw new TypeError(`advance takes milliseconds from 0, not ${ms}`);
      const after = advanced.then(() => pass(ms));
      advanced = after.catch(() => {});
      return after;
    },
    until: async (condition) => {
      const beganMs = Date.now();
      while (!(await condition())) {
        if (Date.now() - beganMs > LONGEST_WAIT_MS)
          throw new Error(`Not so within ${LONGEST_WAIT_MS} ms: ${condition}`);
        await turn();
      }
    },
    close: () => {
      for (const client of clients.splice(0)) client.close();
      cut();
    },
  };
}

/** What the handler answers, unless the connection is broken, or given up, before. */
function unlessBroken(
  answer: Response | Promise<Response>,
  signal: AbortSignal,
  open: Set<() => void>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const breakIt = () => settle(() => reject(new TypeError("The connection broke")));
    const settle = (how: () => void) => {
      open.delete(breakIt);
      how();
    };
    open.add(breakIt);
    signal.addEventListener("abort", () => settle(() => reject(signal.reason)));
    Promise.resolve(answer).then(
      (response) => {
        // Nobody takes it any more.
        if (!open.has(breakIt)) void response.body?.cancel().catch(() => {});
        settle(() => resolve(response));
      },
      (cause) => settle(() => reject(cause)),
    );
  });
}

/** The same answer, with a body that can be broken, and is by the signal. */
function breakable(response: Response, signal: AbortSignal, open: Set<() => void>): Response {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let breakIt = () => {};
  const done = () => void open.delete(breakIt);
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        breakIt = () => {
          done();
          controller.error(new TypeError("The connection broke"));
          reader.cancel().catch(() => {});
        };
        open.add(breakIt);
        signal.addEventListener("abort", () => open.has(breakIt) && breakIt());
      },
      pull: async (controller) => {
        const { done: isDone, value } = await reader.read();
        if (!open.has(breakIt)) return;
        if (isDone) {
          done();
          controller.close();
        } else controller.enqueue(value);
      },
      cancel: () => {
        done();
        return reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

/** Time that passes when it is told to. Chance is always the middle. */
class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly run: () => void; readonly atMs: number }>();

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return 0.5;
  }

  setTimer(run: () => void, delayMs: number): unknown {
    const timer = { run, atMs: this.#nowMs + delayMs };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as { run: () => void; atMs: number });
  }

  /** Goes on to the timer that is due first, and fires it; or to the end, where none is due by then. */
  fireNext(endMs: number): boolean {
    const [first] = [...this.#timers].sort((a, b) => a.atMs - b.atMs);
    if (first === undefined || first.atMs > endMs) {
      this.#nowMs = Math.max(this.#nowMs, endMs);
      return false;
    }
    this.#timers.delete(first);
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    first.run();
    return true;
  }
}
