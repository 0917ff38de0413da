import type { ClientCore, SessionAction, SessionCore, StreamFacts } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { endsWithItsAnswer, isSafe, type TapeEntry } from "../options/options.js";
import { SSEErrorEvent, SSEMessageEvent } from "../stream/events.js";
import type { ResumeVerdict, StreamEnd } from "../stream/notices.js";
import { readData, readJson } from "../stream/read-data.js";
import type { TabLink } from "../tabs/tab-link.js";
import { readAnswer } from "../transport/answer.js";
import type { StreamHandler, StreamRequest } from "../transport/fetch-transport.js";
import { type Arrived, type Message, type MessageListener, MessageReader } from "./message-reader.js";
import { pollOnce } from "./poll-once.js";
import type { Recorder } from "./recorder.js";
import type { Standing } from "./standing.js";
import type { DriverContext } from "./stream-driver.js";

/** What becomes of the requests. */
export interface RequesterListener {
  /** What the session wants done now. */
  perform(action: SessionAction): void;
  /** The stream is open. */
  opened(facts: StreamFacts): void;
  /** The stream has broken off, or there was none. */
  lost(error: SSEError, final?: boolean): void;
  /** The stream is at its end. */
  ended(end: StreamEnd): void;
  /** A poll has failed, for which the session wants this. */
  fail(action: SessionAction, error: SSEError): void;
  /** Every other request would be refused, too. */
  giveUp(error: SSEError): void;
}

/** The requests of a client, and what their answers bring: events for the client, and for the other tabs. */
export class Requester implements StreamHandler, MessageListener {
  readonly reader: MessageReader;
  /** What the server said of this connection. */
  resume: ResumeVerdict | null = null;
  readonly #context: DriverContext;
  readonly #session: SessionCore;
  readonly #tabs: TabLink;
  readonly #standing: Standing;
  readonly #recorder: Recorder;
  readonly #listener: RequesterListener;
  /** A listener has replaced the connection whose chunk is being delivered. */
  #isReplaced = false;
  /** What the other tabs have not been told. */
  #unshared: Arrived | undefined;

  constructor(
    core: ClientCore,
    context: DriverContext,
    session: SessionCore,
    tabs: TabLink,
    standing: Standing,
    recorder: Recorder,
    listener: RequesterListener,
  ) {
    this.reader = new MessageReader(core, context.options);
    this.#context = context;
    this.#session = session;
    this.#tabs = tabs;
    this.#standing = standing;
    this.#recorder = recorder;
    this.#listener = listener;
  }

  /** Whether a request that may have done something may be sent again: as its method, an option or the server says. */
  get mayAskAgain(): boolean {
    const { options } = this.#context;
    return isSafe(options) || options.resumeBy !== undefined || this.reader.isResumable;
  }

  get maySend(): boolean {
    return !this.#context.requests.wasSent || this.mayAskAgain;
  }

  /** Asks for the stream. */
  connect(): void {
    this.#isReplaced = true;
    if (this.#record("connect")) this.#context.requests.stream(this.#cursor, Promise.resolve(this));
  }

  /** Asks for the events after the cursor. */
  async poll(): Promise<void> {
    this.#isReplaced = true;
    const { clock, dispatcher, requests } = this.#context;
    const outcome = await pollOnce(requests.make(this.#cursor), this.#recorder);
    if (outcome === undefined) return;
    const listener = this.#listener;
    const isCurrent = dispatcher.watchRun();
    const polled = (result: Parameters<SessionCore["polled"]>[0], retryAfterMs?: number) =>
      this.#session.polled(result, clock.now(), clock.random(), retryAfterMs);
    if (!("error" in outcome)) {
      this.reader.reset(false);
      this.#standing.origin = outcome.origin;
      const action = polled(outcome.result);
      const isMore = action.kind === "poll";
      listener.perform(isMore ? { kind: "none" } : action);
      if (isCurrent()) this.receive(outcome.bytes);
      if (isMore && isCurrent() && !this.#isReplaced) listener.perform(action);
    } else if (outcome.isOver) listener.ended({ reason: "completed", reconnect: false });
    else if (outcome.isFinal) listener.giveUp(outcome.error);
    else {
      this.#noteRefusal(outcome.error);
      listener.fail(polled("failed", outcome.error.retryAfterMs), outcome.error);
    }
  }

  read(response: Response, request: StreamRequest): Promise<void> {
    return readAnswer(response, request, this);
  }

  opened(origin: string, facts: StreamFacts, beginning?: string | null): void {
    const isCurrent = this.#context.dispatcher.watchRun();
    if (!this.#record("open")) return;
    this.reader.reset(true);
    this.#standing.origin = origin;
    this.resume = null;
    if (beginning && this.#cursor() === "") {
      this.reader.begin(beginning, this);
      this.#tabs.share(() => [], this.#cursor());
    }
    if (isCurrent()) this.#listener.opened(facts);
  }

  bytes(chunk: Uint8Array): void {
    if (this.#record("bytes", chunk)) this.receive(chunk);
  }

  ended(status: number): void {
    if (!this.#record("end")) return;
    const { options } = this.#context;
    const { resumes, isResumable } = this.reader;
    const isWhole = status === 204 || (resumes === undefined && !isResumable && endsWithItsAnswer(options));
    if (isWhole) this.#listener.ended({ reason: status === 204 ? "completed" : "closed", reconnect: false });
    else {
      if (options.onEnd === "reconnect") this.#context.requests.wasSent = false;
      this.#listener.lost(new SSEError("CONNECTION_FAILED", "The stream ended"));
    }
  }

  failed(error: SSEError, final: boolean): void {
    if (!this.#record("end")) return;
    this.#noteRefusal(error);
    this.#listener.lost(error, final);
  }

  /** Delivers what a chunk holds. */
  receive(chunk: Uint8Array): void {
    const { reader } = this;
    const { clock, dispatcher } = this.#context;
    const arrived = reader.parse(chunk, this.#session, clock.now());
    const isCurrent = dispatcher.watchRun();
    this.#isReplaced = false;
    this.#unshared = arrived;
    reader.deliver(arrived.items, this, isCurrent);
    if (isCurrent()) {
      this.#share();
      if (!this.#isReplaced) this.#listener.perform(arrived.action);
    } else this.#unshared = undefined;
  }

  /** Whether the client goes on: the tape is code of the user's, which may close it. */
  #record(...entry: [kind: TapeEntry["kind"], bytes?: Uint8Array]): boolean {
    const isCurrent = this.#context.dispatcher.watchRun();
    this.#recorder.record(...entry);
    return isCurrent();
  }

  /** An error status means that the request was not carried out: it may be sent again. */
  #noteRefusal({ status }: SSEError): void {
    if (status !== undefined) this.#context.requests.wasSent = false;
  }

  /** Gives the events to the other tabs, once. Those before the end must reach them before the end does. */
  #share(): void {
    const arrived = this.#unshared;
    this.#unshared = undefined;
    if (arrived) this.#tabs.share(() => this.reader.toShared(arrived), this.#cursor());
  }

  // --- what the reader finds in a chunk

  message({ type, data, lastEventId, isRaw = false }: Message): void {
    const init = { data, lastEventId, origin: this.#standing.origin };
    const isOurs = this.reader.resumes !== undefined;
    this.#context.dispatcher.dispatch(new SSEMessageEvent(type, init, { isRaw, isOurs }, this.#read));
  }

  finished(end: StreamEnd): void {
    this.#share();
    if (!this.#isReplaced) this.#listener.ended(end);
  }

  resumed(verdict: ResumeVerdict): void {
    this.resume = verdict;
    this.#context.dispatcher.dispatch(new Event("resume"));
  }

  retry(ms: number): void {
    this.#session.retry(ms);
  }

  error(error: SSEError): void {
    this.#context.dispatcher.dispatch(new SSEErrorEvent(error));
  }

  readonly #cursor = (): string => this.reader.lastEventId;

  readonly #read = (event: SSEMessageEvent, as: "json" | "data" | "mixed"): unknown => {
    const { options } = this.#context;
    if (as !== "json") return readData(event, options, as === "mixed");
    return event.isRaw ? event.data : readJson(event, options);
  };
}
