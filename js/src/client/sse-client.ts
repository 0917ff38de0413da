import type {
  ClientCore,
  ParsedItem,
  ReceiverCore,
  SessionAction,
  SessionCore,
  SessionState,
} from "../core/contract.js";
import { loadClientCore } from "../core/load-client.js";
import { SSEError } from "../shared/errors.js";
import { SSEErrorEvent, type UntypedEvents } from "./events.js";
import { openStream } from "./fetch-transport.js";
import type { Clock, SSEClientOptions } from "./options.js";
import { toSSEError } from "./parse-error.js";
import { parseResume, RESUME_EVENT, type ResumeVerdict } from "./resume.js";
import { StreamTarget } from "./stream-target.js";

type Message = Extract<ParsedItem, { kind: "event" }>;

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
  readonly #wanted: ReadonlySet<string> | undefined;
  #session: SessionCore | undefined;
  #receiver: ReceiverCore | undefined;

  /** Counts starts and closes: what began under another number is stale. */
  #run = 0;
  #ended = true;
  #state: SessionState = "disconnected";
  #attempt: AbortController | undefined;
  #timer: unknown;
  #origin = "";
  #lastEventId: string;
  #resume: ResumeVerdict | null = null;

  /**
   * @param url - relative to the document, where there is one.
   * @throws TypeError for a URL that is none; SSEError `INVALID_FIELD` for a `lastEventId` with CR, LF or NUL.
   */
  constructor(url: string | URL, options: SSEClientOptions = {}) {
    super();
    this.url = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
    this.withCredentials = options.withCredentials ?? false;
    this.#options = options;
    this.#clock = options.clock ?? pageClock;
    this.#wanted = options.events && new Set(options.events);
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
    // Not a failure of the connection's, so what the session would do about it is of no interest.
    if (this.#state === "connected") session.lost(false, this.#clock.now(), this.#clock.random());
    this.#perform(session.start());
    this.#emit(...this.#changes());
  }

  /** Ends the connection and every attempt. `statechange` and `close` are dispatched before it returns; nothing follows. */
  close(): void {
    if (this.#ended) return;
    this.#stop();
    if (this.#session) this.#perform(this.#session.close());
    this.#emit(...this.#changes("disconnected"), new Event("close"));
  }

  readonly #onAbort = (): void => this.close();

  #start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) return;
    signal?.addEventListener("abort", this.#onAbort);
    this.#ended = false;
    const run = ++this.#run;
    this.#emit(...this.#changes("connecting"));
    loadClientCore()
      .then((core) => {
        if (run !== this.#run) return;
        this.#receiver ??= this.#createReceiver(core);
        this.#session ??= core.createSession(this.#options.retry);
        this.#perform(this.#session.start());
      })
      .catch((cause: unknown) => {
        if (run !== this.#run) return;
        this.#giveUp(new SSEError("CONNECTION_FAILED", "The client could not start", { cause }));
      });
  }

  /** A receiver that stands at the cursor, as if it had received the event there: a replay of it is a repeat. */
  #createReceiver(core: ClientCore): ReceiverCore {
    const receiver = core.createReceiver(this.#options);
    if (this.#lastEventId) receiver.feed(new TextEncoder().encode(`id: ${this.#lastEventId}\ndata:\n\n`));
    return receiver;
  }

  #perform(action: SessionAction): void {
    if (action.kind === "none") return;
    this.#clock.clearTimer(this.#timer);
    this.#attempt?.abort();
    if (action.kind === "connect") this.#connect();
    if (action.kind === "wait") this.#timer = this.#clock.setTimer(() => this.#tick(), action.delayMs);
  }

  #tick(): void {
    const session = this.#session;
    if (!session || this.#ended) return;
    this.#perform(session.tick(this.#clock.now()));
    this.#emit(...this.#changes());
  }

  #connect(): void {
    this.#attempt = new AbortController();
    this.#receiver?.reset();
    void openStream(
      {
        url: this.url,
        options: this.#options,
        lastEventId: () => this.#lastEventId,
        signal: this.#attempt.signal,
      },
      {
        opened: (origin) => this.#opened(origin),
        bytes: (chunk) => this.#receive(chunk),
        failed: (error, final) => this.#lost(error, final),
      },
    );
  }

  #opened(origin: string): void {
    if (!this.#session) return;
    this.#origin = origin;
    this.#resume = null;
    this.#perform(this.#session.connected());
    this.#emit(...this.#changes(), new Event("open"));
  }

  #receive(chunk: Uint8Array): void {
    const run = this.#run;
    const receiver = this.#receiver;
    if (!receiver) return;
    for (const item of receiver.feed(chunk)) {
      if (run !== this.#run) {
        // A listener has closed the client. What it did not see must not count as received if it starts again.
        this.#receiver = undefined;
        return;
      }
      if (item.kind === "event") this.#deliver(item);
      else if (item.kind === "retry") this.#session?.retry(item.ms);
      else this.#emit(new SSEErrorEvent(toSSEError(item)));
    }
    this.#lastEventId = receiver.lastEventId;
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
    const action = this.#session.lost(final, this.#clock.now(), this.#clock.random());
    this.#perform(action);
    if (action.kind !== "giveUp") this.#emit(...this.#changes(), new SSEErrorEvent(error));
    else if (final) this.#giveUp(error);
    else this.#giveUp(new SSEError("GAVE_UP", `Gave up after ${this.attempts} failed attempts`, { cause: error }));
  }

  #giveUp(error: SSEError): void {
    this.#stop();
    this.#emit(...this.#changes("error"), new SSEErrorEvent(error), new Event("close"));
  }

  #stop(): void {
    this.#ended = true;
    this.#run++;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Takes on a state; the event that says so, where it is another. */
  #changes(state: SessionState = this.#session?.state ?? this.#state): Event[] {
    if (state === this.#state) return [];
    this.#state = state;
    return [new Event("statechange")];
  }

  /** Dispatches one after another, until a listener closes or restarts the client. */
  #emit(...events: Event[]): void {
    const run = this.#run;
    for (const event of events) if (run === this.#run) this.dispatchEvent(event);
  }
}
