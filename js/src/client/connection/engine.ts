import type { ClientCore, SessionAction, SessionCore, SessionState } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { endsWithItsAnswer, isSafe, type SSEClientOptions, sessionOptionsOf } from "../options.js";
import { TabLink } from "../tabs/tab-link.js";
import type { TabEnd } from "../tabs/tab-message.js";
import type { TabHost } from "../tabs/tab-sharing.js";
import { SSECloseEvent, SSEErrorEvent, SSEMessageEvent } from "../target/events.js";
import { readAnswer } from "../transport/answer.js";
import type { StreamHandler } from "../transport/fetch-transport.js";
import { pollOnce } from "../transport/polling.js";
import type { Requests } from "../transport/requests.js";
import { Alarm } from "./alarm.js";
import { type Clock, pageClock } from "./clock.js";
import { readData, readJson } from "./data.js";
import { type Arrived, Inbox, type InboxListener } from "./inbox.js";
import type { ResumeVerdict, StreamEnd } from "./notices.js";
import { followPage, type PageInput } from "./page.js";
import { Recorder } from "./recorder.js";
import { type EarlyStanding, Standing } from "./standing.js";

/** Whose engine it is. */
export interface EngineHost {
  dispatch(event: Event): void;
  /** It has stopped: by the user, by the server, or for lack of attempts. */
  ended(): void;
}

export { loadClientCore } from "../../core/load-client.js";
export { readAnswer };

const LOADED = Promise.resolve(readAnswer);

/** Does what the session says, with the real network, clock and page, and turns what comes of it into events. */
export class Engine {
  readonly #options: SSEClientOptions;
  readonly #host: EngineHost;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #tabs: TabLink;
  readonly #requests: Requests;
  readonly #inbox: Inbox;
  readonly #session: SessionCore;
  readonly recorder: Recorder;
  readonly standing: Standing;
  readonly implementation: ClientCore["implementation"];

  /** Counts starts and closes: what began under another number is stale. */
  #run = 0;
  resume: ResumeVerdict | null = null;
  #leavePage = () => {};
  /** A request was sent whose answer is no refusal: what it asks for may have been done. */
  #wasSent = false;
  /** What has come and the other tabs have not been told. */
  #unshared: Arrived | undefined;

  /** @param beganMs - when the client was made. */
  constructor(
    core: ClientCore,
    url: string,
    options: SSEClientOptions,
    requests: Requests,
    beganMs: number,
    early: EarlyStanding,
    host: EngineHost,
  ) {
    this.#options = options;
    this.#host = host;
    this.#clock = options.clock ?? pageClock;
    this.#alarm = new Alarm(this.#clock, () => this.#tick());
    this.recorder = new Recorder(options, () => this.#clock.now(), beganMs);
    this.#requests = requests;
    this.#tabs = new TabLink(url, options);
    this.#inbox = new Inbox(core, options, options.lastEventId ?? "");
    this.#session = core.createSession(sessionOptionsOf(options));
    this.standing = new Standing(this.#tabs, this.#session, early);
    this.implementation = core.implementation;
  }

  get lastEventId(): string {
    return this.#inbox.lastEventId;
  }

  /** Goes on with what was begun before it was there. */
  takeOver(): void {
    if (!this.#requests.isUnderWay) {
      this.#connectOrJoin();
      return;
    }
    const { madeMs } = this.#requests;
    this.#wasSent = true;
    this.#note("connect", madeMs);
    this.recorder.record("connect", undefined, madeMs);
    this.#session.start(this.#clock.now()); // what it wants first is under way already
    this.#perform({ kind: "none" });
    this.#listenToPage();
  }

  start(): void {
    if (this.standing.completed) {
      this.#inbox.forget(); // an end that comes again is no repeat
      this.#requests.renew();
    }
    this.standing.hasEnded = this.standing.completed = this.#wasSent = false;
    this.#run++;
    this.#emit(...this.#changes("connecting"));
    if (!this.standing.hasEnded) this.#connectOrJoin();
  }

  reconnect(): void {
    if (this.#tabs.mirror !== undefined) {
      this.#tabs.reconnect();
      return;
    }
    this.#wasSent = false; // who asks for it wants it
    const nowMs = this.#clock.now();
    const isOpen = this.standing.state === "connected";
    this.#perform(isOpen ? this.#session.restored(nowMs) : this.#session.start(nowMs));
  }

  close(): void {
    this.#close("client");
  }

  #close(reason: string, end?: TabEnd): void {
    this.#stop(end);
    const changes = this.#changes("disconnected");
    this.#note("close");
    this.#emit(...changes, new SSECloseEvent(reason, this.standing.completed));
  }

  #connectOrJoin(): void {
    if (this.#tabs.isWanted) void this.#joinTabs(this.#run);
    else this.#begin();
  }

  #begin(): void {
    this.#perform(this.#session.start(this.#clock.now()));
    this.#listenToPage();
  }

  #joinTabs(run: number): Promise<void> {
    const host: TabHost = {
      begin: (wasAsked) => {
        if (!wasAsked || this.mayAskAgain) this.#begin();
        else
          this.#giveUp(
            new SSEError(
              "CONNECTION_FAILED",
              "The answer was cut with the tab that had it, and is not asked for again",
            ),
          );
      },
      mayAskAgain: () => this.mayAskAgain,
      end: () => this.#perform(this.#session.close()),
      status: () => this.standing.shared,
      mirrored: ({ origin }, hasOpened) => {
        this.standing.origin = origin;
        this.#emit(...this.#changes(), ...(hasOpened ? [new Event("open")] : []));
      },
      receive: (bytes, isNew) => {
        if (isNew) this.#inbox.reset(true);
        this.#receive(bytes);
      },
      reconnect: () => this.reconnect(),
      ended: (end) => (end instanceof SSEError ? this.#giveUp(end) : this.#ended(end)),
      cursor: () => this.lastEventId,
    };
    return this.#tabs.join(host, () => run === this.#run);
  }

  // --- the session's actions

  #perform(action: SessionAction): void {
    if ((action.kind === "connect" || action.kind === "poll") && !this.#mayConnect) {
      this.#giveUp(new SSEError("CONNECTION_FAILED", "The answer was cut, and is not asked for again by itself"));
      return;
    }
    if (action.kind !== "none") {
      this.#requests.abort();
      this.#note(action.kind === "wait" ? `wait ${action.delayMs} ms` : action.kind);
      if (action.kind === "connect") this.#connect();
      if (action.kind === "poll") void this.#poll();
    }
    this.#schedule();
    this.#emit(...this.#changes());
  }

  #schedule(): void {
    this.#alarm.set(this.standing.hasEnded ? Infinity : this.#session.deadlineMs(this.#clock.now()));
  }

  #tick(): void {
    const session = this.#session;
    if (this.standing.hasEnded) return;
    const { isPolling } = session;
    const wasTrying = isPolling || session.state !== "reconnecting";
    const action = session.tick(this.#clock.now(), this.#clock.random());
    // A poll is due every now and then, or follows the last attempt to stream.
    const isFailure = action.kind === "wait" || action.kind === "giveUp" || (action.kind === "poll" && !isPolling);
    if (!wasTrying || !isFailure) this.#perform(action);
    else this.#fail(action, new SSEError("TIMED_OUT", "Nothing came from the server for too long"), false);
  }

  #connect(): void {
    this.#wasSent = true;
    this.#inbox.reset(true);
    this.recorder.record("connect");
    this.#requests.stream(() => this.lastEventId, LOADED, this.handler);
  }

  /** What becomes of a request for the stream. */
  readonly handler: StreamHandler = {
    opened: (origin, facts, beginning) => {
      const run = this.#run;
      this.recorder.record("open");
      this.standing.origin = origin;
      this.resume = null;
      if (beginning && this.lastEventId === "") this.#beginAt(beginning);
      const action = this.#session.connected(this.#clock.now(), facts);
      this.#note("open");
      this.#perform(action);
      if (run === this.#run && this.standing.state === "connected") this.#emit(new Event("open"));
    },
    bytes: (chunk) => {
      this.recorder.record("bytes", chunk);
      this.#receive(chunk);
    },
    ended: (status) => {
      this.recorder.record("end");
      const isWhole = status === 204 || (this.#inbox.resumes === undefined && endsWithItsAnswer(this.#options));
      if (isWhole) this.#ended({ reason: status === 204 ? "completed" : "closed", reconnect: false });
      else {
        if (this.#options.onEnd === "reconnect") this.#wasSent = false;
        this.#lost(new SSEError("CONNECTION_FAILED", "The stream ended"));
      }
    },
    failed: (error, final) => {
      this.recorder.record("end");
      if (error.status !== undefined) this.#wasSent = false;
      this.#lost(error, final);
    },
  };

  get #mayConnect(): boolean {
    return !this.#wasSent || this.mayAskAgain;
  }

  /** A request that may have done something is not made again unless the server, or the user, says that it can be. */
  get mayAskAgain(): boolean {
    return isSafe(this.#options) || this.#options.resumeBy !== undefined || this.#inbox.resumes === true;
  }

  #lost(error: SSEError, final = false): void {
    const isFinal = final || !this.#mayConnect;
    const action = this.#session.lost(
      isFinal ? "final" : "transient",
      this.#clock.now(),
      this.#clock.random(),
      error.retryAfterMs,
    );
    this.#fail(action, error, isFinal);
  }

  /** The stream ended, and not by accident. */
  #ended({ reason, reconnect }: StreamEnd): void {
    const session = this.#session;
    if (this.standing.hasEnded) return;
    this.#requests.release();
    this.#note(`end ${reason}`);
    if (reconnect && this.#mayConnect) {
      this.#perform(session.lost("planned", this.#clock.now(), this.#clock.random()));
      return;
    }
    // What was cut off by the server is not complete.
    this.standing.completed = !reconnect && reason !== "duration_cap" && reason !== "draining";
    this.#close(reason, { reason, reconnect: false });
  }

  async #poll(): Promise<void> {
    this.#wasSent = true;
    this.#inbox.reset(false);
    const outcome = await pollOnce(
      this.#requests.make(() => this.lastEventId, LOADED),
      this.recorder,
    );
    if (outcome === undefined) return;
    const session = this.#session;
    const [nowMs, random, run] = [this.#clock.now(), this.#clock.random(), this.#run];
    if (!("error" in outcome)) {
      this.standing.origin = outcome.origin;
      this.#perform(session.polled(outcome.result, nowMs, random));
      if (run === this.#run) this.#receive(outcome.bytes);
    } else if (outcome.isOver) {
      this.#ended({ reason: "completed", reconnect: false });
    } else if (outcome.isFinal) {
      this.#giveUp(outcome.error);
    } else {
      if (outcome.error.status !== undefined) this.#wasSent = false;
      this.#fail(session.polled("failed", nowMs, random, outcome.error.retryAfterMs), outcome.error, false);
    }
  }

  // --- what comes

  #receive(chunk: Uint8Array): void {
    const inbox = this.#inbox;
    const session = this.#session;
    const nowMs = this.#clock.now();
    const arrival = inbox.parse(chunk, session, nowMs);
    const { items, action } = arrival;
    const run = this.#run;
    this.#unshared = arrival;
    inbox.deliver(items, this.#listener, () => run === this.#run);
    if (run === this.#run) {
      this.#share();
      this.#perform(action);
    } else this.#unshared = undefined;
  }

  /** Tells the other tabs what has come, once: what is before the end they have to have before the end. */
  #share(): void {
    const arrival = this.#unshared;
    this.#unshared = undefined;
    if (arrival) this.#tabs.share(() => this.#inbox.toShared(arrival), this.lastEventId);
  }

  #beginAt(cursor: string): void {
    this.#inbox.begin(cursor, this.#listener);
    this.#tabs.share(() => [], this.lastEventId);
  }

  readonly #listener: InboxListener = {
    message: ({ type, data, lastEventId, isRaw = false }) => {
      const init = { data, lastEventId, origin: this.standing.origin };
      const isOurs = this.#inbox.resumes !== undefined;
      this.#host.dispatch(new SSEMessageEvent(type, init, { isRaw, isOurs }, this.#read));
    },
    ended: (end) => {
      this.#share();
      this.#ended(end);
    },
    resumed: (verdict) => {
      this.resume = verdict;
      this.#host.dispatch(new Event("resume"));
    },
    retry: (ms) => this.#session.retry(ms),
    error: (error) => this.#host.dispatch(new SSEErrorEvent(error)),
  };

  readonly #read = (event: SSEMessageEvent, as: "json" | "data" | "mixed"): unknown => {
    if (as !== "json") return readData(event, this.#options, as === "mixed");
    return event.isRaw ? event.data : readJson(event, this.#options);
  };

  #fail(action: SessionAction, error: SSEError, final: boolean): void {
    this.#note(`lost ${error.code}`);
    const mayConnect = this.#mayConnect;
    if (action.kind !== "giveUp" && mayConnect) {
      const run = this.#run;
      this.#perform(action);
      if (run === this.#run) this.#emit(new SSEErrorEvent(error));
    } else if (final || !mayConnect) this.#giveUp(error);
    else
      this.#giveUp(
        new SSEError("GAVE_UP", `Gave up after ${this.standing.attempts} failed attempts`, { cause: error }),
      );
  }

  #giveUp(error: SSEError): void {
    const { code, message, status } = error;
    this.#stop({ code, message, status });
    const changes = this.#changes("error");
    this.#note("giveUp");
    this.#emit(...changes, new SSEErrorEvent(error), new SSECloseEvent("error", false));
  }

  #stop(end?: TabEnd): void {
    this.standing.hasEnded = true;
    this.#run++;
    this.#leavePage();
    this.#tabs.leave(end);
    this.#host.ended();
    this.#requests.abort();
    this.#session.close();
    this.#schedule();
  }

  // --- how it is

  #listenToPage(): void {
    const put = (input: PageInput) => {
      if (this.#tabs.mirror) return;
      this.#perform(input(this.#session, this.#clock.now(), this.#clock.random()));
    };
    if (this.standing.hasEnded) return;
    this.#leavePage();
    this.#leavePage = followPage(put, () => this.#mayConnect);
  }

  #changes(wanted?: SessionState): Event[] {
    return this.standing.change(this.#clock.now(), wanted);
  }

  #note(what: string, atMs?: number): void {
    const { hasEnded, state, health, attempts } = this.standing;
    const session = hasEnded || this.#session.state === "disconnected" ? undefined : this.#session;
    const now = { state: session?.state ?? state, health: session?.health(this.#clock.now()) ?? health, attempts };
    this.recorder.note(what, now, atMs);
  }

  /** Dispatches one after another, until a listener closes or restarts the client. */
  #emit(...events: Event[]): void {
    const run = this.#run;
    for (const event of events) if (run === this.#run) this.#host.dispatch(event);
  }
}
