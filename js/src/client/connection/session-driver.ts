import type { ClientCore, SessionAction, SessionCore, SessionState, StreamFacts } from "../../core/contract.js";
import { loadClientCore } from "../../core/load-client.js";
import { UNFINISHED } from "../../shared/close-reasons.js";
import { SSEError } from "../../shared/errors.js";
import { sessionOptionsOf } from "../options/options.js";
import { SSECloseEvent, SSEErrorEvent } from "../stream/events.js";
import type { ResumeVerdict, StreamEnd } from "../stream/notices.js";
import type { TabHost } from "../tabs/tab-host.js";
import { TabLink } from "../tabs/tab-link.js";
import type { TabEnd, TabState } from "../tabs/tab-message.js";
import type { Requests } from "../transport/requests.js";
import { Alarm } from "./alarm.js";
import { Choosing } from "./choosing.js";
import type { Dispatcher } from "./dispatcher.js";
import { followPage, type PageInput } from "./page.js";
import { Recorder, type Transition } from "./recorder.js";
import { Requester, type RequesterListener } from "./requester.js";
import { Standing } from "./standing.js";
import type { ClientStanding, DriverContext, StreamDriver } from "./stream-driver.js";

/** Loads the core, and makes a driver with it. */
export async function createSessionDriver(context: DriverContext): Promise<SessionDriver> {
  return new SessionDriver(await loadClientCore(), context);
}

/** Drives a connection as its session says, with the real network, clock and page. */
class SessionDriver implements StreamDriver, RequesterListener, TabHost {
  readonly standing: Standing;
  readonly implementation: ClientCore["implementation"];
  /** Of the answer to the request that is under way. */
  readonly handler: Requester;
  readonly #context: DriverContext;
  readonly #dispatcher: Dispatcher;
  readonly #requests: Requests;
  readonly #session: SessionCore;
  readonly #alarm: Alarm;
  readonly #tabs: TabLink;
  readonly #recorder: Recorder;
  readonly #choosing: Choosing;
  #leavePage = () => {};

  constructor(core: ClientCore, context: DriverContext) {
    const { options, clock, beganMs, dispatcher, requests } = context;
    this.implementation = core.implementation;
    this.#context = context;
    this.#dispatcher = dispatcher;
    this.#requests = requests;
    this.#session = core.createSession(sessionOptionsOf(options));
    this.#alarm = new Alarm(clock, () => this.#tick());
    this.#recorder = new Recorder(options, () => clock.now(), beganMs);
    this.#tabs = new TabLink(context);
    this.standing = new Standing(this.#tabs, this.#session);
    this.#choosing = new Choosing(context, this);
    this.handler = new Requester(core, context, this.#session, this.#tabs, this.standing, this.#recorder, this);
  }

  get lastEventId(): string {
    return this.handler.reader.lastEventId;
  }

  get resume(): ResumeVerdict | null {
    return this.handler.resume;
  }

  get transitions(): readonly Transition[] {
    return this.#recorder.transitions;
  }

  get mayAskAgain(): boolean {
    return this.handler.mayAskAgain;
  }

  /** Goes on from where the client is, with the request that is under way, if there is one. */
  takeOver({ state, health, hasEnded }: ClientStanding): void {
    const requests = this.#requests;
    Object.assign(this.standing, { state, health, hasEnded });
    if (hasEnded) return;
    if (!requests.isUnderWay) {
      this.#connectOrJoin();
      return;
    }
    const { madeMs } = requests;
    this.#note("connect", madeMs);
    this.#recorder.record("connect", undefined, madeMs);
    if (!requests.isUnderWay) return; // the tape has closed the client
    this.#session.start(this.#nowMs); // what it wants first is under way already
    this.perform({ kind: "none" });
    this.#listenToPage();
  }

  start(): void {
    const { standing } = this;
    if (standing.completed) {
      this.handler.reader.forget(); // an end that comes again is no repeat
      this.#requests.renew();
    }
    standing.hasEnded = standing.completed = this.#requests.wasSent = false;
    this.#dispatcher.beginRun();
    const isCurrent = this.#dispatcher.watchRun();
    this.#dispatch(...this.#changes("connecting"));
    if (isCurrent()) this.#connectOrJoin();
  }

  reconnect(): void {
    if (this.#tabs.reconnect()) return;
    const isStreaming = this.standing.state === "connected" && !this.#session.isPolling;
    const input = isStreaming ? "restored" : "start";
    const action = this.#session[input](this.#nowMs);
    if (action.kind !== "none") this.#requests.wasSent = false; // an explicit call may repeat the request
    this.perform(action);
  }

  choose(channel: string, isWanted: boolean): Promise<void> {
    return this.#choosing.choose(channel, isWanted);
  }

  close(): void {
    this.#close("client");
  }

  #close(reason: string, end?: TabEnd, detail?: string): void {
    this.#stop(end);
    const changes = this.#changes("disconnected");
    this.#note("close");
    this.#dispatch(...changes, new SSECloseEvent(reason, this.standing.completed, detail));
  }

  #connectOrJoin(): void {
    if (this.#tabs.isWanted) void this.#tabs.join(this, this.#dispatcher.watchRun());
    else this.begin();
  }

  // --- what the other tabs want of it, see TabHost

  begin(): void {
    this.perform(this.#session.start(this.#nowMs));
    this.#listenToPage();
  }

  drop(): void {
    this.perform(this.#session.close());
  }

  mirrored({ origin }: TabState, hasOpened: boolean): void {
    this.standing.origin = origin;
    this.#dispatch(...this.#changes(), ...(hasOpened ? [new Event("open")] : []));
  }

  receive(bytes: Uint8Array, isNew: boolean): void {
    if (isNew) this.handler.reader.reset(true);
    this.handler.receive(bytes);
  }

  // --- the session's actions

  perform(action: SessionAction): void {
    if ((action.kind === "connect" || action.kind === "poll") && !this.handler.maySend) {
      this.giveUp(new SSEError("CONNECTION_FAILED", "The answer was cut, and is not asked for again by itself"));
      return;
    }
    if (action.kind !== "none") {
      this.#requests.abort();
      this.#note(action.kind === "wait" ? `wait ${action.delayMs} ms` : action.kind);
      if (action.kind === "connect") this.handler.connect();
      if (action.kind === "poll") void this.handler.poll();
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
    // A poll while polling is no failure; one after an attempt to stream is.
    const isFailure = action.kind === "wait" || action.kind === "giveUp" || (action.kind === "poll" && !isPolling);
    if (!wasTrying || !isFailure) this.perform(action);
    else this.fail(action, new SSEError("TIMED_OUT", "Nothing came from the server for too long"));
  }

  opened(facts: StreamFacts): void {
    const isCurrent = this.#dispatcher.watchRun();
    const action = this.#session.connected(this.#nowMs, facts);
    this.#note("open");
    this.perform(action);
    if (isCurrent() && this.standing.state === "connected") this.#dispatch(new Event("open"));
  }

  lost(error: SSEError, final = false): void {
    const isFinal = final || !this.handler.maySend;
    const action = this.#session.lost(
      isFinal ? "final" : "transient",
      this.#nowMs,
      this.#context.clock.random(),
      error.retryAfterMs,
    );
    this.fail(action, error, isFinal);
  }

  /** The stream ended, and not by accident. */
  ended({ reason, reconnect, detail }: StreamEnd): void {
    if (this.standing.hasEnded) return;
    this.#requests.release();
    this.#note(`end ${reason}`);
    if (reconnect && this.handler.maySend) {
      this.perform(this.#session.lost("planned", this.#nowMs, this.#context.clock.random()));
      return;
    }
    // What was cut off by the server is not complete.
    this.standing.completed = !reconnect && !UNFINISHED.includes(reason);
    this.#close(reason, { reason, reconnect: false }, detail);
  }

  fail(action: SessionAction, error: SSEError, final = false): void {
    this.#note(`lost ${error.code}`);
    const mayConnect = this.handler.maySend;
    if (action.kind !== "giveUp" && mayConnect) {
      const isCurrent = this.#dispatcher.watchRun();
      this.perform(action);
      if (isCurrent()) this.#dispatch(new SSEErrorEvent(error));
    } else if (final || !mayConnect) this.giveUp(error);
    else
      this.giveUp(new SSEError("GAVE_UP", `Gave up after ${this.standing.attempts} failed attempts`, { cause: error }));
  }

  giveUp(error: SSEError): void {
    const { code, message, status } = error;
    this.#stop({ code, message, status });
    const changes = this.#changes("error");
    this.#note("giveUp");
    this.#dispatch(...changes, new SSEErrorEvent(error), new SSECloseEvent("error", false));
  }

  #stop(end?: TabEnd): void {
    this.standing.hasEnded = true;
    this.#dispatcher.beginRun();
    this.#leavePage();
    this.#tabs.leave(end);
    this.#context.ended();
    this.#requests.abort();
    this.#requests.chosen.closed?.();
    this.#session.close();
    this.#schedule();
  }

  // --- how it is

  #listenToPage(): void {
    const put = (input: PageInput) => {
      if (this.#tabs.mirror) return;
      this.perform(this.#session[input](this.#nowMs, this.#context.clock.random()));
    };
    if (this.standing.hasEnded) return;
    this.#leavePage();
    const begun = (leave: () => void) => {
      this.#leavePage = leave;
    };
    followPage(put, () => this.handler.maySend, begun);
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
    this.#dispatcher.dispatch(...events);
  }

  get #nowMs(): number {
    return this.#context.clock.now();
  }
}
