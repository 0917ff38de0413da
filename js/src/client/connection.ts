import type { ClientCore, SessionAction, SessionCore, SessionState } from "../core/contract.js";
import { loadClientCore } from "../core/load-client.js";
import { SSEError } from "../shared/errors.js";
import { Alarm, pageClock } from "./alarm.js";
import { ownOf, readJson } from "./data.js";
import { SSECloseEvent, SSEErrorEvent, SSEMessageEvent } from "./events.js";
import type { Inbox, InboxListener } from "./inbox.js";
import type { ResumeVerdict, StreamEnd } from "./notices.js";
import { type Clock, endsWithItsAnswer, isSafe, type SSEClientOptions, sessionOptionsOf } from "./options.js";
import { followPage, type PageInput } from "./page.js";
import { Recorder } from "./recorder.js";
import { Requests } from "./requests.js";
import { Standing } from "./standing.js";
import { listenedAs } from "./stream-target.js";
import { type TabHost, TabLink } from "./tab-link.js";

/** Does what the session says, with the real network, clock and page, and turns what comes of it into events. */
export class Connection {
  readonly #options: SSEClientOptions;
  readonly #dispatch: (event: Event) => void;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #tabs: TabLink;
  readonly #requests: Requests;
  readonly recorder: Recorder;
  readonly standing: Standing;
  #loading: Promise<void> | undefined;
  #core: ClientCore | undefined;
  #inbox: Inbox | undefined;

  /** Counts starts and closes: what began under another number is stale. */
  #run = 0;
  resume: ResumeVerdict | null = null;
  #leavePage = () => {};

  constructor(url: string, options: SSEClientOptions, dispatch: (event: Event) => void) {
    this.#options = options;
    this.#dispatch = dispatch;
    this.#clock = options.clock ?? pageClock;
    this.#alarm = new Alarm(this.#clock, () => this.#tick());
    this.recorder = new Recorder(options, () => this.#clock.now());
    this.#requests = new Requests(url, options, this.recorder);
    this.#tabs = new TabLink(url, options);
    this.standing = new Standing(this.#tabs);
  }

  get lastEventId(): string {
    return this.#inbox?.lastEventId ?? this.#options.lastEventId ?? "";
  }

  get implementation(): ClientCore["implementation"] | null {
    return this.#core?.implementation ?? null;
  }

  start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) return;
    signal?.addEventListener("abort", this.#onAbort);
    this.standing.hasEnded = this.standing.completed = false;
    const run = ++this.#run;
    this.#emit(...this.#changes("connecting"));
    if (this.standing.hasEnded) return;
    this.#loading ??= this.#load();
    // The server is asked while the core that reads its answer is still being loaded.
    if (!this.#tabs.isWanted) this.#begin();
    else void this.#loading.then(() => this.#joinTabs(run)).catch(() => {});
    this.#loading.catch((cause: unknown) => {
      this.#loading = undefined; // so that reconnect() tries it again
      if (run !== this.#run) return;
      const error = new SSEError("CONNECTION_FAILED", "The client could not start", { cause });
      this.#fail({ kind: "giveUp" }, error, true);
    });
  }

  reconnect(): void {
    const session = this.#session;
    if (this.standing.hasEnded) this.start();
    else if (this.#tabs.mirror !== undefined) this.#tabs.reconnect();
    else if (session) {
      const nowMs = this.#clock.now();
      this.#perform(this.standing.state === "connected" ? session.restored(nowMs) : session.start(nowMs));
    }
  }

  close(): void {
    if (!this.standing.hasEnded) this.#close("client");
  }

  #close(reason: string): void {
    this.#stop();
    const changes = this.#changes("disconnected");
    this.#note("close");
    this.#emit(...changes, new SSECloseEvent(reason, this.standing.completed));
  }

  readonly #onAbort = (): void => this.close();

  async #load(): Promise<void> {
    const [core, { Inbox }] = await Promise.all([loadClientCore(), import("./inbox.js")]);
    this.#inbox = new Inbox(core, this.#options, this.lastEventId);
    const session = core.createSession(sessionOptionsOf(this.#options));
    // What it wants first is under way already.
    if (this.#requests.isUnderWay) session.start(this.#clock.now());
    this.#core = core;
    this.standing.session = session;
    this.#perform({ kind: "none" });
    if (this.#requests.isUnderWay) this.#listenToPage();
  }

  #begin(): void {
    if (this.#session) {
      this.#perform(this.#session.start(this.#clock.now()));
      this.#listenToPage();
    } else {
      this.#note("connect");
      this.#connect();
    }
  }

  #joinTabs(run: number): Promise<void> {
    const host: TabHost = {
      begin: () => this.#begin(),
      end: () => this.#perform(this.#session?.close() ?? { kind: "none" }),
      status: () => this.standing.shared,
      mirrored: ({ origin }, hasOpened) => {
        this.standing.origin = origin;
        this.#emit(...this.#changes(), ...(hasOpened ? [new Event("open")] : []));
      },
      receive: (bytes) => this.#receive(bytes),
      reconnect: () => this.reconnect(),
      ended: (end) => this.#ended(end),
      cursor: () => this.lastEventId,
    };
    return this.#tabs.join(host, () => run === this.#run);
  }

  // --- the session's actions

  #perform(action: SessionAction): void {
    if (action.kind !== "none") {
      this.#requests.abort();
      this.#note(action.kind === "wait" ? `wait ${action.delayMs} ms` : action.kind);
      if (action.kind === "connect") this.#connect();
      if (action.kind === "poll") this.#poll();
    }
    this.#schedule();
    this.#emit(...this.#changes());
  }

  #schedule(): void {
    this.#alarm.set(this.standing.hasEnded ? Infinity : (this.#session?.deadlineMs(this.#clock.now()) ?? Infinity));
  }

  #tick(): void {
    const session = this.#session;
    if (!session || this.standing.hasEnded) return;
    const { isPolling } = session;
    const wasTrying = isPolling || session.state !== "reconnecting";
    const action = session.tick(this.#clock.now(), this.#clock.random());
    // A poll is due every now and then, or follows the last attempt to stream.
    const isFailure = action.kind === "wait" || action.kind === "giveUp" || (action.kind === "poll" && !isPolling);
    if (!wasTrying || !isFailure) this.#perform(action);
    else this.#fail(action, new SSEError("TIMED_OUT", "Nothing came from the server for too long"), false);
  }

  #connect(): void {
    this.#inbox?.reset(true);
    const run = this.#run;
    this.#requests.stream(() => this.lastEventId, this.#ready, {
      opened: (origin, facts, beginning) => {
        if (!this.#session) return;
        this.standing.origin = origin;
        this.resume = null;
        if (beginning && this.lastEventId === "") this.#beginAt(beginning);
        const action = this.#session.connected(this.#clock.now(), facts);
        this.#note("open");
        this.#perform(action);
        if (run === this.#run && this.standing.state === "connected") this.#emit(new Event("open"));
      },
      bytes: (chunk) => this.#receive(chunk),
      ended: (status) => {
        const isWhole = status === 204 || (this.#inbox?.resumes === undefined && endsWithItsAnswer(this.#options));
        if (isWhole) this.#ended({ reason: status === 204 ? "completed" : "closed", reconnect: false });
        else this.#lost(new SSEError("CONNECTION_FAILED", "The stream ended"));
      },
      failed: (error, final) => this.#lost(error, final),
    });
  }

  /** A request that may have done something is not made again unless the server, or the user, says that it can be. */
  #lost(error: SSEError, final = false): void {
    const isUnsafe = !isSafe(this.#options) && this.#options.resumeBy === undefined && error.status === undefined;
    const isFinal = final || (isUnsafe && this.#inbox?.resumes !== true);
    const action = this.#session?.lost(
      isFinal ? "final" : "transient",
      this.#clock.now(),
      this.#clock.random(),
      error.retryAfterMs,
    );
    if (action) this.#fail(action, error, isFinal);
  }

  /** The stream ended, and not by accident. */
  #ended({ reason, reconnect }: StreamEnd): void {
    const session = this.#session;
    if (this.standing.hasEnded || !session) return;
    this.#requests.release();
    this.#note(`end ${reason}`);
    if (reconnect) {
      this.#perform(session.lost("planned", this.#clock.now(), this.#clock.random()));
      return;
    }
    // What was cut off by the server is not complete.
    this.standing.completed = reason !== "duration_cap" && reason !== "draining";
    this.#tabs.end({ reason, reconnect });
    this.#close(reason);
  }

  #poll(): void {
    this.#inbox?.reset(false);
    void this.#requests.poll(
      () => this.lastEventId,
      this.#ready,
      (outcome) => {
        const session = this.#session;
        if (!session) return;
        const [nowMs, random, run] = [this.#clock.now(), this.#clock.random(), this.#run];
        if (!("error" in outcome)) {
          this.standing.origin = outcome.origin;
          this.#perform(session.polled(outcome.result, nowMs, random));
          if (run === this.#run) this.#receive(outcome.bytes);
        } else if (outcome.isOver) {
          this.#ended({ reason: "completed", reconnect: false });
        } else {
          this.#fail(session.polled("failed", nowMs, random, outcome.error.retryAfterMs), outcome.error, false);
        }
      },
    );
  }

  get #session(): SessionCore | undefined {
    return this.standing.session;
  }

  get #ready(): Promise<void> {
    return this.#loading ?? Promise.resolve();
  }

  // --- what comes

  #receive(chunk: Uint8Array): void {
    const inbox = this.#inbox;
    const session = this.#session;
    if (!inbox || !session) return;
    const nowMs = this.#clock.now();
    const arrival = inbox.parse(chunk);
    const { items, heartbeats, events, sentMs } = arrival;
    if (sentMs !== undefined) session.stamped(nowMs, sentMs);
    const action = session.received(nowMs, heartbeats, events);
    const run = this.#run;
    inbox.deliver(items, this.#listener, () => run === this.#run);
    if (run !== this.#run) return;
    this.#tabs.share(() => inbox.toShared(arrival), inbox.lastEventId);
    this.#perform(action);
  }

  #beginAt(cursor: string): void {
    this.#inbox?.begin(cursor, this.#listener);
    this.#tabs.share(() => [], this.lastEventId);
  }

  readonly #listener: InboxListener = {
    message: ({ type, data, lastEventId, isRaw = false }) => {
      const name = listenedAs(type);
      const init = { data, lastEventId, origin: this.standing.origin };
      const isOurs = this.#inbox?.resumes !== undefined;
      const event = new SSEMessageEvent(name, init, { isRaw, isOurs }, this.#json);
      if (name !== type) Object.defineProperty(event, "type", { value: type });
      this.#dispatch(event);
    },
    ended: (end) => this.#ended(end),
    resumed: (verdict) => {
      this.resume = verdict;
      this.#dispatch(new Event("resume"));
    },
    retry: (ms) => this.#session?.retry(ms),
    error: (error) => this.#dispatch(new SSEErrorEvent(error)),
  };

  readonly #json = ({ type, data }: SSEMessageEvent): unknown =>
    readJson(type, data, ownOf(this.#options.schema, type));

  #fail(action: SessionAction, error: SSEError, final: boolean): void {
    this.#note(`lost ${error.code}`);
    if (action.kind !== "giveUp") {
      const run = this.#run;
      this.#perform(action);
      if (run === this.#run) this.#emit(new SSEErrorEvent(error));
    } else if (final) this.#giveUp(error);
    else
      this.#giveUp(
        new SSEError("GAVE_UP", `Gave up after ${this.standing.attempts} failed attempts`, { cause: error }),
      );
  }

  #giveUp(error: SSEError): void {
    this.#stop();
    const changes = this.#changes("error");
    this.#note("giveUp");
    this.#emit(...changes, new SSEErrorEvent(error), new SSECloseEvent("error", false));
  }

  #stop(): void {
    this.standing.hasEnded = true;
    this.#run++;
    this.#leavePage();
    this.#tabs.leave();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#requests.abort();
    this.#session?.close();
    this.#schedule();
  }

  // --- how it is

  #listenToPage(): void {
    const put = (input: PageInput) => {
      if (!this.#session || this.#tabs.mirror) return;
      this.#perform(input(this.#session, this.#clock.now(), this.#clock.random()));
    };
    if (this.standing.hasEnded) return;
    this.#leavePage();
    this.#leavePage = followPage(put);
  }

  #changes(wanted?: SessionState): Event[] {
    return this.standing.change(this.#clock.now(), wanted);
  }

  #note(what: string): void {
    const session = this.standing.hasEnded ? undefined : this.#session;
    this.recorder.note(what, {
      state: session?.state ?? this.standing.state,
      health: session?.health(this.#clock.now()) ?? this.standing.health,
      attempts: this.standing.attempts,
    });
  }

  /** Dispatches one after another, until a listener closes or restarts the client. */
  #emit(...events: Event[]): void {
    const run = this.#run;
    for (const event of events) if (run === this.#run) this.#dispatch(event);
  }
}
