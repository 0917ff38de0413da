// Runs in the pages of the scenarios.
import {
  type Health,
  type ResumeVerdict,
  type SessionState,
  SSEClient,
  type SSEClientOptions,
  type TapeEntry,
  type UntypedEvents,
} from "millrace/client";

/** What a page can be told to open. */
export interface ClientSetup {
  readonly url: string;
  readonly options?: SSEClientOptions;
  /**
   * Where the client has its time from: the page's own; the page's, which a test puts forward by {@link PageTools.skip}; or
   * one that stands still in between. Default `"own"`.
   */
  readonly clock?: "own" | "skipping" | "still";
  /** Send another `Authorization` each time. */
  readonly freshTokens?: boolean;
}

/** How the client is. */
export interface ClientStatus {
  readonly state: SessionState;
  readonly health: Health;
  readonly readyState: number;
  readonly transport: "stream" | "polling";
  readonly implementation: "wasm" | "javascript" | null;
  readonly attempts: number;
}

/** What the client says of an error. */
export interface SeenError {
  readonly code: string;
  readonly status?: number;
  readonly problem?: unknown;
  readonly retryAfterMs?: number;
}

/** One thing that the client dispatched. */
export interface Seen {
  readonly type: string;
  /** How the client was then. */
  readonly status: ClientStatus;
  readonly event?: { readonly n: number; readonly id: string };
  readonly resume?: ResumeVerdict;
  readonly error?: SeenError;
}

/** How the tests reach into a page. */
export interface PageTools {
  open(setup: ClientSetup): void;
  client: SSEClient;
  status(): ClientStatus;
  /** Puts the client's clock forward; what is due then is done before this returns. */
  skip(ms: number): void;
  /** Like {@link PageTools.skip}, at a moment when the client waits for its next poll: no request is taken for a slow one. */
  skipBetweenPolls(ms: number): Promise<void>;
  /** Puts it forward to what is due next. */
  skipToNext(): void;
  /** Puts it forward by so much when the page is frozen: it finds out when it is thawed. */
  sleepWhenFrozen(ms: number): void;
}

interface Timer {
  readonly run: () => void;
  readonly atMs: number;
  real?: ReturnType<typeof setTimeout>;
}

/** A clock that a test puts forward. */
class TestClock {
  readonly #isStill: boolean;
  readonly #timers = new Set<Timer>();
  #skippedMs = 0;

  constructor(isStill: boolean) {
    this.#isStill = isStill;
  }

  now = () => this.#skippedMs + (this.#isStill ? 0 : performance.now());
  random = () => 0.5;

  setTimer = (run: () => void, delayMs: number): Timer => {
    const timer: Timer = { run, atMs: this.now() + delayMs };
    this.#timers.add(timer);
    this.#arm(timer);
    return timer;
  };

  clearTimer = (timer: unknown): void => {
    clearTimeout((timer as Timer).real);
    this.#timers.delete(timer as Timer);
  };

  /** Timers that are due come as soon as the page lets them. */
  sleep(ms: number): void {
    this.#skippedMs += ms;
    for (const timer of this.#timers) this.#arm(timer);
  }

  skip(ms: number): void {
    this.sleep(ms);
    for (const timer of [...this.#timers]) if (timer.atMs <= this.now()) this.#fire(timer);
  }

  skipToNext(): void {
    const next = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
    if (next < Infinity) this.skip(Math.max(0, next - this.now()));
  }

  #arm(timer: Timer): void {
    clearTimeout(timer.real);
    const delayMs = timer.atMs - this.now();
    if (!this.#isStill || delayMs <= 0) timer.real = setTimeout(() => this.#fire(timer), Math.max(0, delayMs));
  }

  #fire(timer: Timer): void {
    this.clearTimer(timer);
    timer.run();
  }
}

/** Of the test. */
declare const tellTest: (seen: Seen) => void;

const OWN_EVENTS = ["open", "error", "statechange", "healthchange", "resume", "close"];
let clock: TestClock | undefined;
let lastOnTape: TapeEntry["kind"] | undefined;
let tokens = 0;

function open({ url, options, clock: kind = "own", freshTokens = false }: ClientSetup): void {
  clock = kind === "own" ? undefined : new TestClock(kind === "still");
  const client: SSEClient = new SSEClient(url, {
    debug: true,
    tape: {
      write: ({ kind: what }) => {
        lastOnTape = what;
      },
    },
    ...(options as SSEClientOptions<UntypedEvents>),
    ...(clock && { clock }),
    ...(freshTokens && { headers: async () => ({ Authorization: `Bearer ${++tokens}` }) }),
  });
  pageTools.client = client;
  for (const type of [...OWN_EVENTS, "number"]) {
    client.addEventListener(type, (event) =>
      tellTest({ type, status: pageTools.status(), ...detailsOf(event, client) }),
    );
  }
}

function detailsOf(event: Event, client: SSEClient): Partial<Seen> {
  if (event instanceof MessageEvent) return { event: { n: JSON.parse(event.data).n, id: event.lastEventId } };
  if (event.type === "resume" && client.resume) return { resume: client.resume };
  if (event.type !== "error" || !("error" in event)) return {};
  const { code, status, problem, retryAfterMs } = event.error as SeenError;
  return { error: { code, status, problem, retryAfterMs } as SeenError };
}

const pageTools: PageTools = {
  open,
  client: undefined as unknown as SSEClient,
  status: () => {
    const { state, health, readyState, transport, implementation, attempts } = pageTools.client;
    return { state, health, readyState, transport, implementation, attempts };
  },
  skip: (ms) => clock?.skip(ms),
  skipBetweenPolls: async (ms) => {
    while (lastOnTape !== "end") await new Promise(requestAnimationFrame);
    clock?.skip(ms);
  },
  skipToNext: () => clock?.skipToNext(),
  sleepWhenFrozen: (ms) => document.addEventListener("freeze", () => clock?.sleep(ms), { once: true }),
};
Object.assign(globalThis, { pageTools });
