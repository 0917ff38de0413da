import { SSEError } from "../../shared/errors.js";
import { isOnce, type SSEClientOptions } from "../options.js";
import { SSECloseEvent, SSEErrorEvent } from "../target/events.js";
import type { AnswerReader } from "../transport/fetch-transport.js";
import { Requests } from "../transport/requests.js";
import { type Clock, pageClock } from "./clock.js";
import type { Engine } from "./engine.js";
import type { EarlyStanding, Standing } from "./standing.js";

/** What test environments may lack. */
const NEEDED = ["fetch", "Headers", "ReadableStream", "TextDecoder", "TextEncoder"];

/** From so many failures on, things are critical. */
const CRITICAL_ATTEMPTS = 3;

/**
 * A client's connection. The engine that drives it is loaded with the core that reads the stream. The server is asked
 * meanwhile, and what it answers waits for them; where they cannot be loaded, that is a failed attempt like any other.
 */
export class Connection {
  readonly #url: string;
  readonly #options: SSEClientOptions;
  readonly #dispatch: (event: Event) => void;
  readonly #clock: Clock;
  readonly #requests: Requests;
  readonly #beganMs: number;
  /** Until the engine is there. */
  readonly #early = {
    state: "disconnected" as Standing["state"],
    health: "disconnected" as Standing["health"],
    hasEnded: true,
    completed: false,
    attempts: 0,
  };
  #loading: Promise<AnswerReader> | undefined;
  /** Lets what the server has answered be read: the engine has taken over; or not, for nobody wants it any more. */
  #letGoOn: (read?: AnswerReader) => void = () => {};
  #timer: unknown;
  /** Counts starts and ends: what began under another number is stale. */
  #run = 0;
  engine: Engine | undefined;

  constructor(url: string, options: SSEClientOptions, dispatch: (event: Event) => void) {
    this.#url = url;
    this.#options = options;
    this.#dispatch = dispatch;
    this.#clock = options.clock ?? pageClock;
    this.#beganMs = this.#clock.now();
    this.#requests = new Requests(url, options, this.#clock);
  }

  get standing(): EarlyStanding {
    return this.engine?.standing ?? this.#early;
  }

  /** Whether what was asked for may be asked for once more, with the cursor. */
  get mayAskAgain(): boolean {
    return this.engine?.mayAskAgain ?? !isOnce(this.#options);
  }

  get lastEventId(): string {
    return this.engine?.lastEventId ?? this.#options.lastEventId ?? "";
  }

  start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) return;
    signal?.addEventListener("abort", this.#onAbort);
    if (this.engine) this.engine.start();
    else this.#begin();
  }

  /** Begins anew, replaces a connection that is open, or ends a wait. */
  reconnect(): void {
    if (this.standing.hasEnded) this.start();
    else if (this.engine) this.engine.reconnect();
    else if (this.#early.state === "reconnecting") this.#begin();
  }

  close(): void {
    if (this.standing.hasEnded) return;
    if (this.engine) this.engine.close();
    else this.#end("disconnected", new SSECloseEvent("client", false));
  }

  readonly #onAbort = (): void => this.close();
  readonly #onEnd = (): void => this.#options.signal?.removeEventListener("abort", this.#onAbort);

  // --- until the engine is there

  #begin(): void {
    const run = ++this.#run;
    this.#clearTimer();
    this.#early.hasEnded = false;
    this.#change("connecting", "degraded");
    if (run !== this.#run) return;
    this.#loading ??= this.#load();
    const once = isOnce(this.#options);
    // What is under way is waited for, however often it takes to load what reads it.
    if (!this.#options.shareAcrossTabs && !(once && this.#requests.isUnderWay)) {
      this.#drop();
      const ready = new Promise<AnswerReader | undefined>((resolve) => {
        this.#letGoOn = resolve;
      });
      const engine = () => this.engine as Engine; // it is there when it is ready, or the request was aborted
      this.#requests.stream(() => this.lastEventId, ready, {
        opened: (...answer) => engine().handler.opened(...answer),
        bytes: (chunk) => engine().handler.bytes(chunk),
        ended: (status) => engine().handler.ended(status),
        failed: (error, final) => this.engine?.handler.failed(error, final),
      });
    }
    this.#loading.then(
      (read) => {
        if (run !== this.#run) return;
        this.engine?.takeOver();
        this.#letGoOn(read);
      },
      (cause: unknown) => {
        this.#loading = undefined;
        if (run === this.#run) this.#fail(cause);
      },
    );
  }

  async #load(): Promise<AnswerReader> {
    const missing = NEEDED.filter((name) => !(name in globalThis) && !(name === "fetch" && this.#options.fetch));
    if (missing.length > 0) throw new ReferenceError(`This environment has no ${missing.join(", ")}`);
    const { Engine, loadClientCore, readAnswer } = await import("./engine.js");
    const core = await loadClientCore();
    this.engine = new Engine(core, this.#url, this.#options, this.#requests, this.#beganMs, this.#early, {
      dispatch: this.#dispatch,
      ended: this.#onEnd,
    });
    return readAnswer;
  }

  #fail(cause: unknown): void {
    const early = this.#early;
    const { attempts = Infinity, baseMs = 1000, maxMs = 30000 } = this.#options.retry ?? {};
    const { message } = Object(cause) as { readonly message?: unknown };
    const isServiceWorker = "skipWaiting" in globalThis; // there import() is forbidden
    const error = isServiceWorker
      ? new SSEError("UNSUPPORTED_RUNTIME", "Bundle the service worker as one file", { cause })
      : new SSEError("CONNECTION_FAILED", `The client could not be loaded: ${message}`, { cause });
    if (!isOnce(this.#options)) this.#drop();
    early.attempts++;
    if (isServiceWorker || isRefusal(cause) || early.attempts >= attempts) {
      this.#end("error", new SSEErrorEvent(error), new SSECloseEvent("error", false));
      return;
    }
    const run = this.#run;
    const longestMs = Math.min(maxMs, baseMs * 2 ** (early.attempts - 1));
    this.#timer = this.#clock.setTimer(() => this.#begin(), Math.floor(this.#clock.random() * longestMs));
    this.#change("reconnecting", early.attempts < CRITICAL_ATTEMPTS ? "degraded" : "critical");
    if (run === this.#run) this.#dispatch(new SSEErrorEvent(error));
  }

  #end(state: "disconnected" | "error", ...events: Event[]): void {
    this.#early.hasEnded = true;
    this.#run++;
    this.#clearTimer();
    this.#drop();
    this.#onEnd();
    this.#change(state, "disconnected", ...events);
  }

  #drop(): void {
    this.#requests.abort();
    this.#letGoOn();
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  /** Dispatches what is new, and these, until a listener closes or restarts the client. */
  #change(state: Standing["state"], health: Standing["health"], ...events: Event[]): void {
    const early = this.#early;
    const run = this.#run;
    if (early.health !== health) events.unshift(new Event("healthchange"));
    if (early.state !== state) events.unshift(new Event("statechange"));
    early.state = state;
    early.health = health;
    for (const event of events) if (run === this.#run) this.#dispatch(event);
  }
}

/** The platform forbids it or lacks something, and would so again; a network comes back. */
function isRefusal(cause: unknown): boolean {
  const { name, code } = Object(cause) as { name?: unknown; code?: unknown };
  return /^(Range|Eval|Compile|Link|Security|Reference|Syntax)Error$/.test(`${name}`) || /^ERR_/.test(`${code}`);
}
