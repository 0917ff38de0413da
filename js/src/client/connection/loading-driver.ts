import type { SessionState } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { pageClock } from "../options/clock.js";
import { isOnce, type SSEClientOptions } from "../options/options.js";
import { SSECloseEvent, SSEErrorEvent } from "../stream/events.js";
import type { StreamHandler } from "../transport/fetch-transport.js";
import { Requests } from "../transport/requests.js";
import { Dispatcher } from "./dispatcher.js";
import type { ClientStanding, DriverContext, StreamDriver } from "./stream-driver.js";

/** What test environments may lack. */
const NEEDED = ["fetch", "Headers", "ReadableStream", "TextDecoder", "TextEncoder"];

/** After so many failures in a row, the health is critical. */
const CRITICAL_ATTEMPTS = 3;

/** The client that is driven. */
export interface DriverHost {
  dispatch(event: Event): void;
  /** It has stopped: by the user, by the server, or for lack of attempts. */
  ended(): void;
  /** From now on, this is its driver. */
  replaceDriver(driver: StreamDriver): void;
}

/**
 * Drives a connection while the session driver and the core are loaded. The server is asked meanwhile, and its answer waits
 * for them. A load that fails is a failed attempt like any other.
 */
export class LoadingDriver implements StreamDriver {
  readonly standing: { -readonly [Name in keyof ClientStanding]: ClientStanding[Name] } = {
    state: "disconnected",
    health: "disconnected",
    hasEnded: true,
    completed: false,
    attempts: 0,
    transport: "stream",
    latencyMs: null,
  };
  readonly resume = null;
  readonly implementation = null;
  readonly transitions = [];
  readonly #context: DriverContext;
  readonly #host: DriverHost;
  #isLoading = false;
  /** What waits for the driver that is loaded. */
  readonly #later: ((driver: StreamDriver) => unknown)[] = [];
  /** Gives the answer that waits to its handler; without one, nobody wants it any more. */
  #giveAnswer: (handler?: StreamHandler) => void = () => {};
  #timer: unknown;

  constructor(url: string, options: SSEClientOptions, host: DriverHost) {
    const { clock = pageClock } = options;
    this.#host = host;
    this.#context = {
      url,
      options,
      clock,
      beganMs: clock.now(),
      requests: new Requests(url, options, clock),
      dispatcher: new Dispatcher((event) => host.dispatch(event)),
      ended: () => host.ended(),
    };
  }

  get mayAskAgain(): boolean {
    return !isOnce(this.#context.options);
  }

  get lastEventId(): string {
    return this.#context.options.lastEventId ?? "";
  }

  start(): void {
    const { requests, options, dispatcher } = this.#context;
    dispatcher.beginRun();
    const isCurrent = dispatcher.watchRun();
    this.#clearTimer();
    this.standing.hasEnded = false;
    this.#change("connecting", "degraded");
    if (!isCurrent()) return;
    this.#load();
    // A request that may be made only once stays under way, however often loading fails.
    if (options.shareAcrossTabs || (requests.isUnderWay && !this.mayAskAgain)) return;
    this.#drop();
    const handler = new Promise<StreamHandler | undefined>((resolve) => {
      this.#giveAnswer = resolve;
    });
    requests.stream(() => this.lastEventId, handler);
  }

  reconnect(): void {
    if (this.standing.state === "reconnecting") this.start();
  }

  close(): void {
    this.#end("disconnected", new SSECloseEvent("client", false));
  }

  choose(...what: Parameters<StreamDriver["choose"]>): Promise<void> {
    return new Promise((resolve, reject) => this.#later.push((driver) => driver.choose(...what).then(resolve, reject)));
  }

  /** One load at a time, whatever happens to the client meanwhile. */
  #load(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    loadSessionDriver(this.#context).then(
      (driver) => {
        this.#host.replaceDriver(driver);
        driver.takeOver(this.standing);
        for (const one of this.#later) one(driver);
        this.#giveAnswer(driver.handler);
      },
      (cause: unknown) => {
        this.#isLoading = false;
        if (!this.standing.hasEnded) this.#fail(cause);
      },
    );
  }

  #fail(cause: unknown): void {
    const { standing } = this;
    const { clock, options } = this.#context;
    const { attempts = Infinity, baseMs = 1000, maxMs = 30000 } = options.retry ?? {};
    const { message } = Object(cause) as { readonly message?: unknown };
    const isServiceWorker = "skipWaiting" in globalThis; // there import() is forbidden
    const error = isServiceWorker
      ? new SSEError("UNSUPPORTED_RUNTIME", "Bundle the service worker as one file", { cause })
      : new SSEError("CONNECTION_FAILED", `The client could not be loaded: ${message}`, { cause });
    if (this.mayAskAgain) this.#drop();
    standing.attempts++;
    if (isServiceWorker || isRefusal(cause) || standing.attempts >= attempts) {
      this.#end("error", new SSEErrorEvent(error), new SSECloseEvent("error", false));
      return;
    }
    const longestMs = Math.min(maxMs, baseMs * 2 ** (standing.attempts - 1));
    this.#timer = clock.setTimer(() => this.start(), Math.floor(clock.random() * longestMs));
    const health = standing.attempts < CRITICAL_ATTEMPTS ? "degraded" : "critical";
    this.#change("reconnecting", health, new SSEErrorEvent(error));
  }

  #end(state: "disconnected" | "error", ...events: Event[]): void {
    const { dispatcher, ended } = this.#context;
    this.standing.hasEnded = true;
    dispatcher.beginRun();
    this.#clearTimer();
    this.#drop();
    ended();
    this.#change(state, "disconnected", ...events);
  }

  #drop(): void {
    this.#context.requests.abort();
    this.#giveAnswer();
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#context.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  /** Dispatches what is new, and then these. */
  #change(state: SessionState, health: ClientStanding["health"], ...events: Event[]): void {
    const { standing } = this;
    if (standing.health !== health) events.unshift(new Event("healthchange"));
    if (standing.state !== state) events.unshift(new Event("statechange"));
    standing.state = state;
    standing.health = health;
    this.#context.dispatcher.dispatch(...events);
  }
}

async function loadSessionDriver(context: DriverContext) {
  const missing = NEEDED.filter((name) => !(name in globalThis) && !(name === "fetch" && context.options.fetch));
  if (missing.length > 0) throw new ReferenceError(`This environment has no ${missing.join(", ")}`);
  const { createSessionDriver } = await import("./session-driver.js");
  return createSessionDriver(context);
}

/** Whether the platform forbids it or lacks something, and would do so again; a network comes back. */
function isRefusal(cause: unknown): boolean {
  const { name, code } = Object(cause) as { name?: unknown; code?: unknown };
  return /^(Range|Eval|Compile|Link|Security|Reference|Syntax)Error$/.test(`${name}`) || /^ERR_/.test(`${code}`);
}
