import type { SessionAction, SessionCore } from "../../core/contract.js";
import { SSEErrorEvent, SSEMessageEvent } from "../stream/events.js";
import type { ResumeVerdict, StreamEnd } from "../stream/notices.js";
import { readData, readJson } from "../stream/read-data.js";
import type { TabLink } from "../tabs/tab-link.js";
import type { Arrived, Inbox, InboxListener } from "./inbox.js";
import type { Standing } from "./standing.js";
import type { DriverContext } from "./stream-driver.js";

/** Turns what comes into events, and passes it on to the other tabs. */
export class Delivery {
  /** What the server said of this connection. */
  resume: ResumeVerdict | null = null;
  readonly #context: DriverContext;
  readonly #session: SessionCore;
  readonly #inbox: Inbox;
  readonly #tabs: TabLink;
  readonly #standing: Standing;
  readonly #ended: (end: StreamEnd) => void;
  /** What the other tabs have not been told. */
  #unshared: Arrived | undefined;

  /** @param ended - called when the stream says that it is at its end. */
  constructor(
    context: DriverContext,
    session: SessionCore,
    inbox: Inbox,
    tabs: TabLink,
    standing: Standing,
    ended: (end: StreamEnd) => void,
  ) {
    this.#context = context;
    this.#session = session;
    this.#inbox = inbox;
    this.#tabs = tabs;
    this.#standing = standing;
    this.#ended = ended;
  }

  /** Returns what the session wants done after the chunk; undefined where a listener has closed or restarted the client. */
  receive(chunk: Uint8Array): SessionAction | undefined {
    const inbox = this.#inbox;
    const { clock, dispatcher } = this.#context;
    const arrived = inbox.parse(chunk, this.#session, clock.now());
    const isCurrent = dispatcher.watchRun();
    this.#unshared = arrived;
    inbox.deliver(arrived.items, this.#listener, isCurrent);
    if (isCurrent()) {
      this.#share();
      return arrived.action;
    }
    this.#unshared = undefined;
    return undefined;
  }

  /** The server says where a client begins that has no cursor. */
  beginAt(cursor: string): void {
    this.#inbox.begin(cursor, this.#listener);
    this.#tabs.share(() => [], this.#inbox.lastEventId);
  }

  /** Once, and before the end: what comes before the end, the other tabs have to have before it. */
  #share(): void {
    const arrived = this.#unshared;
    this.#unshared = undefined;
    if (arrived) this.#tabs.share(() => this.#inbox.toShared(arrived), this.#inbox.lastEventId);
  }

  #dispatch(event: Event): void {
    this.#context.dispatcher.dispatch(event);
  }

  readonly #listener: InboxListener = {
    message: ({ type, data, lastEventId, isRaw = false }) => {
      const init = { data, lastEventId, origin: this.#standing.origin };
      const isOurs = this.#inbox.resumes !== undefined;
      this.#dispatch(new SSEMessageEvent(type, init, { isRaw, isOurs }, this.#read));
    },
    ended: (end) => {
      this.#share();
      this.#ended(end);
    },
    resumed: (verdict) => {
      this.resume = verdict;
      this.#dispatch(new Event("resume"));
    },
    retry: (ms) => this.#session.retry(ms),
    error: (error) => this.#dispatch(new SSEErrorEvent(error)),
  };

  readonly #read = (event: SSEMessageEvent, as: "json" | "data" | "mixed"): unknown => {
    const { options } = this.#context;
    if (as !== "json") return readData(event, options, as === "mixed");
    return event.isRaw ? event.data : readJson(event, options);
  };
}
