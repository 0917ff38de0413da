import type {
  ClientCore,
  Health,
  ParsedItem,
  ReceiverCore,
  SessionAction,
  SessionCore,
  SessionState,
} from "../core/contract.js";
import { loadClientCore } from "../core/load-client.js";
import { SSEError } from "../shared/errors.js";
import { SSEErrorEvent, type UntypedEvents } from "./events.js";
import { openStream, type StreamHandler, type StreamRequest } from "./fetch-transport.js";
import { type Clock, type SSEClientOptions, sessionOptionsOf, type TapeEntry } from "./options.js";
import { watchPage } from "./page.js";
import { toSSEError } from "./parse-error.js";
import { parseResume, RESUME_EVENT, type ResumeVerdict } from "./resume.js";
import { StreamTarget } from "./stream-target.js";
import { type Transition, Transitions } from "./transitions.js";

type Message = Extract<ParsedItem, { kind: "event" }>;

const LONGEST_TIMER_MS = 2147483647;

const pageClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  setTimer: (run, delayMs) => setTimeout(run, delayMs),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/**
 * A Server-Sent Events client: an EventSource that also takes headers, methods and bodies, delivers each event once, and
 * says how it is. It connects when it is made, and again whenever the connection fails or ends, from the last event on.
 *
 * Events of the stream are `MessageEvent`s under their own type, with the text as EventSource gives it; `on` gives
 * their data parsed. The client's own events are {@link SSEClientEvents}. A listener that throws is reported as for any
 * EventTarget, and the stream goes on.
 *
 * @typeParam Events - data types by event type, for `on`.
 * @example
 * const client = new SSEClient<{ progress: { done: number } }>("/api/events");
 * client.on("progress", ({ done }) => console.log(done));
 * client.addEventListener("statechange", () => console.log(client.state));
 */
export class SSEClient<Events extends object = UntypedEvents> extends StreamTarget<Events> {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;

  /** The absolute URL. */
  readonly url: string;
  readonly withCredentials: boolean;

  readonly #options: SSEClientOptions;
  readonly #clock: Clock;
  readonly #madeAtMs: number;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #heartbeat: string;
  readonly #transitions: Transitions;
  readonly #idempotencyKey = randomKey();
  #loading: Promise<void> | undefined;
  #session: SessionCore | undefined;
  #receiver: ReceiverCore | undefined;
  #core: ClientCore | undefined;

  /** Counts starts and closes: what began under another number is stale. */
  #run = 0;
  #ended = true;
  #state: SessionState = "disconnected";
  #health: Health = "disconnected";
  #attempt: AbortController | undefined;
  #timer: unknown;
  #timerAtMs = Infinity;
  #leavePage = () => {};
  #origin = "";
  #lastEventId: string;
  #resume: ResumeVerdict | null = null;

  /**
   * @param url - relative to the document, where there is one.
   * @throws TypeError or RangeError for a URL or an option that is none; SSEError `INVALID_FIELD` for a `lastEventId` with
   *   CR, LF or NUL.
   */
  constructor(url: string | URL, options: SSEClientOptions<Events> = {}) {
    super(options.schema);
    this.url = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
    this.withCredentials = options.withCredentials ?? false;
    this.#options = options as SSEClientOptions;
    this.#clock = options.clock ?? pageClock;
    this.#madeAtMs = this.#clock.now();
    this.#wanted = options.events && new Set(options.events);
    this.#heartbeat = options.heartbeatEvent ?? "heartbeat";
    this.#transitions = new Transitions(options.debug);
    this.#lastEventId = options.lastEventId ?? "";
    if (/[\r\n\0]/.test(this.#lastEventId)) throw new SSEError("INVALID_FIELD", "lastEventId holds CR, LF or NUL");
    this.#start();
  }

  override get readyState(): 0 | 1 | 2 {
    if (this.#state === "connected") return 1;
    return this.#ended ? 2 : 0;
  }

  /** `"error"` once the client has given up; `"disconnected"` after `close()`. */
  get state(): SessionState {
    return this.#state;
  }

  /** How well the connection does; `healthchange` says when it is another. */
  get health(): Health {
    return this.#health;
  }

  /** How events come at present. */
  get transport(): "stream" | "polling" {
    return this.#session?.isPolling ? "polling" : "stream";
  }

  /** How much longer than the fastest the last heartbeat event with a time in it was under way; null before one came. */
  get latencyMs(): number | null {
    return this.#session?.latencyMs ?? null;
  }

  /** The id to resume after: that of the event being dispatched, or of the last one received; `""` for none. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** Failed attempts since the last connection that opened. */
  get attempts(): number {
    return this.#session?.attempts ?? 0;
  }

  /** What the server said of how this connection continues the one before; null while it has said nothing. */
  get resume(): ResumeVerdict | null {
    return this.#resume;
  }

  /** What parses here: `"javascript"` where the page forbids WebAssembly; null before it is loaded. */
  get implementation(): "wasm" | "javascript" | null {
    return this.#core?.implementation ?? null;
  }

  /** The last transitions, oldest first; none without the option `debug`. */
  get transitions(): readonly Transition[] {
    return this.#transitions.kept;
  }

  /**
   * Connects at once: drops the connection there is, cuts a wait short, or starts again after `close()` or an `"error"`.
   * It resumes after the last event dispatched. Does nothing while an attempt is under way, or when `signal` is aborted.
   */
  reconnect(): void {
    if (this.#ended) {
      this.#start();
      return;
    }
    const session = this.#session;
    if (!session) return;
    const nowMs = this.#clock.now();
    this.#perform(this.#state === "connected" ? session.restored(nowMs) : session.start(nowMs));
    this.#emit(...this.#changes());
  }

  /** Ends the connection and every attempt. `statechange` and `close` are dispatched before it returns; nothing follows. */
  close(): void {
    if (this.#ended) return;
    this.#stop();
    this.#attempt?.abort();
    this.#perform(this.#session?.close() ?? { kind: "close" });
    this.#emit(...this.#changes("disconnected"), new Event("close"));
  }

  readonly #onAbort = (): void => this.close();

  #start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) return;
    signal?.addEventListener("abort", this.#onAbort);
    this.#ended = false;
    this.#run++;
    this.#listenToPage();
    if (this.#session) this.#perform(this.#session.start(this.#clock.now()));
    this.#emit(...this.#changes(this.#session ? undefined : "connecting"));
    if (this.#ended || this.#session) return;
    // The server is asked while the core that reads its answer is still being loaded.
    this.#loading ??= this.#load();
    this.#connect();
    const run = this.#run;
    this.#loading.catch((cause: unknown) => {
      if (run !== this.#run) return;
      this.#attempt?.abort();
      this.#giveUp(new SSEError("CONNECTION_FAILED", "The client could not start", { cause }));
    });
  }

  async #load(): Promise<void> {
    const core = await loadClientCore();
    this.#core = core;
    this.#receiver = this.#createReceiver(core);
    const session = core.createSession(sessionOptionsOf(this.#options));
    // What it wants first is under way already.
    if (!this.#ended) session.start(this.#clock.now());
    this.#session = session;
    this.#schedule();
  }

  #listenToPage(): void {
    const put = (input: (session: SessionCore, nowMs: number, random: number) => SessionAction | undefined) => {
      if (!this.#session) return;
      const action = input(this.#session, this.#clock.now(), this.#clock.random());
      if (action) this.#perform(action);
      this.#emit(...this.#changes());
    };
    this.#leavePage = watchPage({
      online: () => put((session, nowMs, random) => session.online(nowMs, random)),
      offline: () => put((session) => void session.offline()),
      visible: () => put((session, nowMs, random) => session.visible(nowMs, random)),
      hidden: () => put((session) => session.hidden()),
      restored: () => put((session, nowMs) => session.restored(nowMs)),
    });
  }

  /** A receiver that stands at the cursor, as if it had received the event there: a replay of it is a repeat. */
  #createReceiver(core: ClientCore): ReceiverCore {
    const { events, ...options } = this.#options;
    const types = events && [...events, RESUME_EVENT, this.#heartbeat];
    const receiver = core.createReceiver({ ...options, ...(types && { events: types }) });
    if (this.#lastEventId) receiver.feed(new TextEncoder().encode(`id: ${this.#lastEventId}\ndata:\n\n`));
    return receiver;
  }

  #perform(action: SessionAction): void {
    if (action.kind !== "none") {
      this.#attempt?.abort();
      this.#note(action.kind === "wait" ? `wait ${action.delayMs} ms` : action.kind);
      if (action.kind === "connect") this.#connect();
      if (action.kind === "poll") void this.#poll();
    }
    this.#schedule();
  }

  /** One timer, for what the session is due to do. It may come early: the session then says when to come again. */
  #schedule(): void {
    const nowMs = this.#clock.now();
    const atMs = this.#ended ? Infinity : (this.#session?.deadlineMs(nowMs) ?? Infinity);
    if (this.#timerAtMs <= atMs && atMs !== Infinity) return;
    if (this.#timerAtMs !== Infinity) this.#clock.clearTimer(this.#timer);
    this.#timerAtMs = atMs;
    if (atMs === Infinity) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(atMs - nowMs)), LONGEST_TIMER_MS);
    this.#timer = this.#clock.setTimer(() => this.#tick(), delayMs);
  }

  #tick(): void {
    this.#timerAtMs = Infinity;
    const session = this.#session;
    if (!session || this.#ended) return;
    const wasTrying = session.state !== "reconnecting";
    const action = session.tick(this.#clock.now(), this.#clock.random());
    const hasTimedOut = wasTrying && (action.kind === "wait" || action.kind === "giveUp");
    if (hasTimedOut) this.#fail(action, new SSEError("TIMED_OUT", "Nothing came from the server for too long"), false);
    else {
      this.#perform(action);
      this.#emit(...this.#changes());
    }
  }

  #connect(): void {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#receiver?.reset();
    this.#record("connect");
    const request: StreamRequest = { ...this.#request(attempt.signal), ready: this.#loading ?? Promise.resolve() };
    const handler: StreamHandler = {
      opened: (origin, facts) => {
        if (!this.#session) return;
        this.#record("open");
        this.#origin = origin;
        this.#resume = null;
        this.#perform(this.#session.connected(this.#clock.now(), facts));
        this.#note("open");
        this.#emit(...this.#changes(), new Event("open"));
      },
      bytes: (chunk) => {
        this.#record("bytes", chunk);
        this.#receive(chunk);
      },
      failed: (error, final) => {
        this.#record("end");
        this.#lost(error, final);
      },
    };
    if (this.#options.transport !== "eventsource") void openStream(request, handler);
    else void import("./event-source-transport.js").then(({ openEventSource }) => openEventSource(request, handler));
  }

  #request(signal: AbortSignal): Omit<StreamRequest, "ready"> {
    const lastEventId = () => this.#lastEventId;
    return { url: this.url, options: this.#options, lastEventId, idempotencyKey: this.#idempotencyKey, signal };
  }

  async #poll(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#receiver?.reset();
    try {
      const { poll } = await import("./poll-transport.js");
      const outcome = await poll(this.#request(attempt.signal));
      const session = this.#session;
      if (attempt.signal.aborted || !session) return;
      const [nowMs, random] = [this.#clock.now(), this.#clock.random()];
      if ("error" in outcome) {
        const { error, isOver } = outcome;
        if (isOver) return this.#giveUp(error);
        return this.#fail(session.polled("failed", nowMs, random, error.retryAfterMs), error, false);
      }
      this.#perform(session.polled(outcome.count > 0 ? "events" : "nothing", nowMs, random));
      this.#emit(...this.#changes());
      if (!attempt.signal.aborted) this.#receive(outcome.bytes);
    } catch {
      // It was aborted.
    }
  }

  #receive(chunk: Uint8Array): void {
    const run = this.#run;
    const receiver = this.#receiver;
    const session = this.#session;
    if (!receiver || !session) return;
    const before = receiver.comments;
    const items = receiver.feed(chunk);
    const action = session.received(this.#clock.now(), receiver.comments - before + this.#countHeartbeats(items));
    for (const item of items) {
      if (run !== this.#run) {
        // A listener has closed the client. What it did not see must not count as received if it starts again.
        if (this.#core) this.#receiver = this.#createReceiver(this.#core);
        return;
      }
      if (item.kind === "event") this.#deliver(item);
      else if (item.kind === "retry") session.retry(item.ms);
      else this.#emit(new SSEErrorEvent(toSSEError(item)));
    }
    this.#lastEventId = receiver.lastEventId;
    this.#perform(action);
    this.#emit(...this.#changes());
  }

  /** Tells the session when those were sent that say it. */
  #countHeartbeats(items: readonly ParsedItem[]): number {
    let count = 0;
    for (const item of items) {
      if (item.kind !== "event" || item.type !== this.#heartbeat) continue;
      count++;
      const sentMs = /"(?:uptimeMs|timestamp)":(\d+)/.exec(item.data)?.[1];
      if (sentMs !== undefined) this.#session?.stamped(this.#clock.now(), Number(sentMs));
    }
    return count;
  }

  #deliver({ type, data, lastEventId }: Message): void {
    this.#lastEventId = lastEventId;
    if (type === RESUME_EVENT) {
      const verdict = parseResume(data);
      if (!verdict) return;
      this.#resume = verdict;
      this.#emit(new Event("resume"));
    } else if (!this.#wanted || this.#wanted.has(type)) {
      this.#emit(new MessageEvent(type, { data, lastEventId, origin: this.#origin }));
    }
  }

  #lost(error: SSEError, final: boolean): void {
    if (!this.#session) return;
    const [nowMs, random] = [this.#clock.now(), this.#clock.random()];
    this.#fail(this.#session.lost(final, nowMs, random, error.retryAfterMs), error, final);
  }

  #fail(action: SessionAction, error: SSEError, final: boolean): void {
    this.#note(`lost ${error.code}`);
    this.#perform(action);
    if (action.kind !== "giveUp") this.#emit(...this.#changes(), new SSEErrorEvent(error));
    else if (final) this.#giveUp(error);
    else this.#giveUp(new SSEError("GAVE_UP", `Gave up after ${this.attempts} failed attempts`, { cause: error }));
  }

  #giveUp(error: SSEError): void {
    this.#stop();
    this.#session?.close();
    this.#schedule();
    this.#emit(...this.#changes("error"), new SSEErrorEvent(error), new Event("close"));
  }

  #stop(): void {
    this.#ended = true;
    this.#run++;
    this.#leavePage();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Takes on a state and a health; the events that say so, where they are others. */
  #changes(state: SessionState = this.#session?.state ?? this.#state): Event[] {
    const isOver = state === "disconnected" || state === "error";
    const health = isOver ? "disconnected" : (this.#session?.health(this.#clock.now()) ?? "degraded");
    const events = [];
    if (state !== this.#state) events.push(new Event("statechange"));
    if (health !== this.#health) events.push(new Event("healthchange"));
    this.#state = state;
    this.#health = health;
    return events;
  }

  #note(what: string): void {
    const { state, attempts } = this.#session ?? this;
    const atMs = this.#clock.now() - this.#madeAtMs;
    this.#transitions.note({ atMs, what, state, health: this.#health, attempts });
  }

  #record(kind: TapeEntry["kind"], bytes?: Uint8Array): void {
    this.#options.tape?.write({ atMs: this.#clock.now() - this.#madeAtMs, kind, ...(bytes && { bytes }) });
  }

  /** Dispatches one after another, until a listener closes or restarts the client. */
  #emit(...events: Event[]): void {
    const run = this.#run;
    for (const event of events) if (run === this.#run) this.dispatchEvent(event);
  }
}

/** `crypto.randomUUID` is there in secure contexts only. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
