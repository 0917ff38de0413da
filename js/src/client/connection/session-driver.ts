import type { ClientCore, SessionAction, SessionCore, SessionState } from "../../core/contract.js";
import { loadClientCore } from "../../core/load-client.js";
import { SSEError } from "../../shared/errors.js";
import { endsWithItsAnswer, sessionOptionsOf } from "../options/options.js";
import { SSECloseEvent, SSEErrorEvent } from "../stream/events.js";
import type { ResumeVerdict, StreamEnd } from "../stream/notices.js";
import { TabLink } from "../tabs/tab-link.js";
import type { TabEnd } from "../tabs/tab-message.js";
import type { TabHost } from "../tabs/tab-sharing.js";
import { readAnswer } from "../transport/answer.js";
import type { StreamHandler } from "../transport/fetch-transport.js";
import { Alarm } from "./alarm.js";
import { Delivery } from "./delivery.js";
import { Inbox } from "./inbox.js";
import { followPage, type PageInput } from "./page.js";
import { pollOnce } from "./poll-once.js";
import { Recorder, type Transition } from "./recorder.js";
import { ResendGuard } from "./resend-guard.js";
import { Standing } from "./standing.js";
import type { ClientStanding, DriverContext, StreamDriver } from "./stream-driver.js";

/** Loads the core, and makes a driver with it. */
export async function createSessionDriver(context: DriverContext): Promise<SessionDriver> {
  return new SessionDriver(await loadClientCore(), context);
}

/** Drives a connection as its session says, with the real network, clock and page. */
class SessionDriver implements StreamDriver {
  readonly standing: Standing;
  readonly implementation: ClientCore["implementation"];
  readonly #context: DriverContext;
  readonly #session: SessionCore;
  readonly #alarm: Alarm;
  readonly #tabs: TabLink;
  readonly #inbox: Inbox;
  readonly #delivery: Delivery;
  readonly #guard: ResendGuard;
  readonly #recorder: Recorder;
  #leavePage = () => {};

  constructor(core: ClientCore, context: DriverContext) {
    const { url, options, clock, beganMs } = context;
    this.implementation = core.implementation;
    this.#context = context;
    this.#session = core.createSession(sessionOptionsOf(options));
    this.#alarm = new Alarm(clock, () => this.#tick());
    this.#recorder = new Recorder(options, () => clock.now(), beganMs);
    this.#tabs = new TabLink(url, options, clock);
    this.#inbox = new Inbox(core, options);
    this.#guard = new ResendGuard(options, this.#inbox);
    this.standing = new Standing(this.#tabs, this.#session);
    this.#delivery = new Delivery(context, this.#session, this.#inbox, this.#tabs, this.standing, (end) =>
      this.#ended(end),
    );
  }

  get lastEventId(): string {
    return this.#inbox.lastEventId;
  }

  get resume(): ResumeVerdict | null {
    return this.#delivery.resume;
  }

  get transitions(): readonly Transition[] {
    return this.#recorder.transitions;
  }

  get mayAskAgain(): boolean {
    return this.#guard.maySendAgain;
  }

  /** Goes on from where the client is, with the request that is under way, if there is one. */
  takeOver({ state, health, hasEnded }: ClientStanding): void {
    const { requests, clock } = this.#context;
    Object.assign(this.standing, { state, health, hasEnded });
    if (hasEnded) return;
    if (!requests.isUnderWay) {
      this.#connectOrJoin();
      return;
    }
    const { madeMs } = requests;
    this.#guard.wasSent = true;
    this.#note("connect", madeMs);
    this.#recorder.record("connect", undefined, madeMs);
    this.#session.start(clock.now()); // what it wants first is under way already
    this.#perform({ kind: "none" });
    this.#listenToPage();
  }

  start(): void {
    const { standing } = this;
    if (standing.completed) {
      this.#inbox.forget(); // an end that comes again is no repeat
      this.#context.requests.renew();
    }
    standing.hasEnded = standing.completed = this.#guard.wasSent = false;
    this.#context.dispatcher.beginRun();
    this.#dispatch(...this.#changes("connecting"));
    if (!standing.hasEnded) this.#connectOrJoin();
  }

  reconnect(): void {
    if (this.#tabs.mirror !== undefined) {
      this.#tabs.reconnect();
      return;
    }
    this.#guard.wasSent = false; // who asks for it wants it
    const nowMs = this.#nowMs;
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
    this.#dispatch(...changes, new SSECloseEvent(reason, this.standing.completed));
  }

  #connectOrJoin(): void {
    if (this.#tabs.isWanted) void this.#tabs.join(this.#tabHost, this.#context.dispatcher.watchRun());
    else this.#begin();
  }

  #begin(): void {
    this.#perform(this.#session.start(this.#nowMs));
    this.#listenToPage();
  }

  readonly #tabHost: TabHost = {
    begin: (wasAsked) => {
      if (!wasAsked || this.mayAskAgain) this.#begin();
      else this.#giveUp(failed("The answer was cut with the tab that had it, and is not asked for again"));
    },
    mayAskAgain: () => this.mayAskAgain,
    end: () => this.#perform(this.#session.close()),
    status: () => this.standing.shared,
    mirrored: ({ origin }, hasOpened) => {
      this.standing.origin = origin;
      this.#dispatch(...this.#changes(), ...(hasOpened ? [new Event("open")] : []));
    },
    receive: (bytes, isNew) => {
      if (isNew) this.#inbox.reset(true);
      this.#receive(bytes);
    },
    reconnect: () => this.reconnect(),
    ended: (end) => (end instanceof SSEError ? this.#giveUp(end) : this.#ended(end)),
    cursor: () => this.lastEventId,
  };

  // --- the session's actions

  #perform(action: SessionAction): void {
    if ((action.kind === "connect" || action.kind === "poll") && !this.#guard.maySend) {
      this.#giveUp(failed("The answer was cut, and is not asked for again by itself"));
      return;
    }
    if (action.kind !== "none") {
      this.#context.requests.abort();
      this.#note(action.kind === "wait" ? `wait ${action.delayMs} ms` : action.kind);
      if (action.kind === "connect") this.#connect();
      if (action.kind === "poll") void this.#poll();
    }
    this.#schedule();
    this.#dispatch(...this.#changes());
  }

  #schedule(): void {
    this.#alarm.set(this.standing.hasEnded ? Infinity : this.#session.deadlineMs(this.#nowMs));
  }

  #tick(): void {
    const session = this.#session;
    if (this.standing.hasEnded) return;
    const { isPolling } = session;
    const wasTrying = isPolling || session.state !== "reconnecting";
    const action = session.tick(this.#nowMs, this.#context.clock.random());
    // A poll is due every now and then, or follows the last attempt to stream.
    const isFailure = action.kind === "wait" || action.kind === "giveUp" || (action.kind === "poll" && !isPolling);
    if (!wasTrying || !isFailure) this.#perform(action);
    else this.#fail(action, new SSEError("TIMED_OUT", "Nothing came from the server for too long"), false);
  }

  #connect(): void {
    this.#guard.wasSent = true;
    this.#inbox.reset(true);
    this.#recorder.record("connect");
    this.#context.requests.stream(() => this.lastEventId, Promise.resolve(this.handler));
  }

  /** What becomes of a request for the stream. */
  readonly handler: StreamHandler = {
    read: (response, request) => readAnswer(response, request, this.handler),
    opened: (origin, facts, beginning) => {
      const isCurrent = this.#context.dispatcher.watchRun();
      this.#recorder.record("open");
      this.standing.origin = origin;
      this.#delivery.resume = null;
      if (beginning && this.lastEventId === "") this.#delivery.beginAt(beginning);
      const action = this.#session.connected(this.#nowMs, facts);
      this.#note("open");
      this.#perform(action);
      if (isCurrent() && this.standing.state === "connected") this.#dispatch(new Event("open"));
    },
    bytes: (chunk) => {
      this.#recorder.record("bytes", chunk);
      this.#receive(chunk);
    },
    ended: (status) => {
      this.#recorder.record("end");
      const isWhole = status === 204 || (this.#inbox.resumes === undefined && endsWithItsAnswer(this.#context.options));
      if (isWhole) this.#ended({ reason: status === 204 ? "completed" : "closed", reconnect: false });
      else {
        if (this.#context.options.onEnd === "reconnect") this.#guard.wasSent = false;
        this.#lost(failed("The stream ended"));
      }
    },
    failed: (error, final) => {
      this.#recorder.record("end");
      if (error.status !== undefined) this.#guard.wasSent = false;
      this.#lost(error, final);
    },
  };

  #lost(error: SSEError, final = false): void {
    const isFinal = final || !this.#guard.maySend;
    const action = this.#session.lost(
      isFinal ? "final" : "transient",
      this.#nowMs,
      this.#context.clock.random(),
      error.retryAfterMs,
    );
    this.#fail(action, error, isFinal);
  }

  /** The stream ended, and not by accident. */
  #ended({ reason, reconnect }: StreamEnd): void {
    const session = this.#session;
    if (this.standing.hasEnded) return;
    this.#context.requests.release();
    this.#note(`end ${reason}`);
    if (reconnect && this.#guard.maySend) {
      this.#perform(session.lost("planned", this.#nowMs, this.#context.clock.random()));
      return;
    }
    // What was cut off by the server is not complete.
    this.standing.completed = !reconnect && reason !== "duration_cap" && reason !== "draining";
    this.#close(reason, { reason, reconnect: false });
  }

  async #poll(): Promise<void> {
    this.#guard.wasSent = true;
    this.#inbox.reset(false);
    const request = this.#context.requests.make(() => this.lastEventId);
    const outcome = await pollOnce(request, this.#recorder);
    if (outcome === undefined) return;
    const session = this.#session;
    const [nowMs, random] = [this.#nowMs, this.#context.clock.random()];
    const isCurrent = this.#context.dispatcher.watchRun();
    if (!("error" in outcome)) {
      this.standing.origin = outcome.origin;
      this.#perform(session.polled(outcome.result, nowMs, random));
      if (isCurrent()) this.#receive(outcome.bytes);
    } else if (outcome.isOver) {
      this.#ended({ reason: "completed", reconnect: false });
    } else if (outcome.isFinal) {
      this.#giveUp(outcome.error);
    } else {
      if (outcome.error.status !== undefined) this.#guard.wasSent = false;
      this.#fail(session.polled("failed", nowMs, random, outcome.error.retryAfterMs), outcome.error, false);
    }
  }

  #receive(chunk: Uint8Array): void {
    const action = this.#delivery.receive(chunk);
    if (action) this.#perform(action);
  }

  #fail(action: SessionAction, error: SSEError, final: boolean): void {
    this.#note(`lost ${error.code}`);
    const mayConnect = this.#guard.maySend;
    if (action.kind !== "giveUp" && mayConnect) {
      const isCurrent = this.#context.dispatcher.watchRun();
      this.#perform(action);
      if (isCurrent()) this.#dispatch(new SSEErrorEvent(error));
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
    this.#dispatch(...changes, new SSEErrorEvent(error), new SSECloseEvent("error", false));
  }

  #stop(end?: TabEnd): void {
    this.standing.hasEnded = true;
    this.#context.dispatcher.beginRun();
    this.#leavePage();
    this.#tabs.leave(end);
    this.#context.ended();
    this.#context.requests.abort();
    this.#session.close();
    this.#schedule();
  }

  // --- how it is

  #listenToPage(): void {
    const put = (input: PageInput) => {
      if (this.#tabs.mirror) return;
      this.#perform(input(this.#session, this.#nowMs, this.#context.clock.random()));
    };
    if (this.standing.hasEnded) return;
    this.#leavePage();
    this.#leavePage = followPage(put, () => this.#guard.maySend);
  }

  #changes(wanted?: SessionState): Event[] {
    return this.standing.change(this.#nowMs, wanted);
  }

  #note(what: string, atMs?: number): void {
    const { hasEnded, state, health, attempts } = this.standing;
    const session = hasEnded || this.#session.state === "disconnected" ? undefined : this.#session;
    const now = { state: session?.state ?? state, health: session?.health(this.#nowMs) ?? health, attempts };
    this.#recorder.note(what, now, atMs);
  }

  #dispatch(...events: readonly Event[]): void {
    this.#context.dispatcher.dispatch(...events);
  }

  get #nowMs(): number {
    return this.#context.clock.now();
  }
}

function failed(message: string): SSEError {
  return new SSEError("CONNECTION_FAILED", message);
}
