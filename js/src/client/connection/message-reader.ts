import type { Arrival, ClientCore, SessionCore } from "../../core/contract.js";
import { SSEError } from "../../shared/errors.js";
import { BEGIN_TYPE, DONE, END_TYPE, RESUME_TYPE } from "../../shared/notices.js";
import type { ParsedItem, ReceiverCore } from "../../shared/receiver.js";
import type { SSEClientOptions } from "../options/options.js";
import { canBeSent } from "../stream/cursor.js";
import { toEventText } from "../stream/event-text.js";
import { parseBegin, parseEnd, parseResume, type ResumeVerdict, type StreamEnd } from "../stream/notices.js";
import { toSSEError } from "../stream/parse-error.js";
import type { SharedEvent } from "../tabs/tab-message.js";

export type Message = Extract<ParsedItem, { kind: "event" }>;

/** Hears what a chunk held. */
export interface MessageListener {
  message(message: Message): void;
  resumed(verdict: ResumeVerdict): void;
  /** The stream is at its end: nothing that follows in it counts. */
  finished(end: StreamEnd): void;
  /** The server's `retry`. */
  retry(ms: number): void;
  error(error: SSEError): void;
}

export interface Arrived extends Arrival {
  /** The last id before the items. */
  readonly idBefore: string;
}

const DEFAULT_HEARTBEAT = "heartbeat";

/** Bytes in, messages out: the receiver, with the cursor, the client's own event types and the wanted ones. */
export class MessageReader {
  /** The cursor: the id of the event being delivered, or of the last one received, that can be sent back. */
  lastEventId: string;
  /** What this connection's stream said of itself at its beginning; undefined where it is none of Millrace's. */
  resumes: boolean | undefined;
  /** The last stream that said so can be resumed. It holds over connections that break off before they say anything. */
  isResumable = false;
  /** The last id that came, whether it can be sent back or not. */
  #id: string;
  /** Of this connection. */
  #isFaultTold = false;
  readonly #core: ClientCore;
  readonly #options: SSEClientOptions;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #heartbeat: string;
  #receiver: ReceiverCore;

  constructor(core: ClientCore, options: SSEClientOptions) {
    this.#core = core;
    this.#options = options;
    this.#wanted = options.events && new Set(options.events);
    this.#heartbeat = options.heartbeatEvent ?? DEFAULT_HEARTBEAT;
    this.lastEventId = this.#id = options.lastEventId ?? "";
    this.#receiver = this.#createReceiver();
  }

  /** A new connection begins. A poll continues the connection before it: an id that is no use is not reported again. */
  reset(isStream: boolean): void {
    this.#receiver.reset();
    this.resumes = undefined;
    if (isStream) this.#isFaultTold = false;
  }

  /** At this cursor, for a client that has none. */
  begin(cursor: string, listener: MessageListener): void {
    const fault = this.#moveTo(cursor);
    this.#receiver = this.#createReceiver();
    if (fault) listener.error(fault);
  }

  /** Forgets the ids that came: a new stream may send the same ids. */
  forget(): void {
    this.isResumable = false;
    this.#receiver = this.#createReceiver();
  }

  parse(chunk: Uint8Array, session: SessionCore, nowMs: number): Arrived {
    const idBefore = this.#id;
    return { ...this.#core.receive(this.#receiver, session, chunk, nowMs), idBefore };
  }

  /** Tells of one item after the other, as long as they are wanted: a listener may close the client. */
  deliver(items: readonly ParsedItem[], listener: MessageListener, isWanted: () => boolean): void {
    let fault: SSEError | undefined;
    for (const item of items) {
      if (!isWanted()) {
        // What nobody saw must not count as received if the client starts again.
        this.#receiver = this.#createReceiver();
        return;
      }
      if (item.kind === "event") {
        fault = this.#moveTo(item.lastEventId) ?? fault;
        this.#deliverEvent(item, listener);
      } else if (item.kind === "retry") listener.retry(item.ms);
      else listener.error(toSSEError(item));
    }
    fault = this.#moveTo(this.#receiver.lastEventId) ?? fault;
    if (fault && isWanted()) listener.error(fault);
  }

  /** The events among the items, for other tabs. */
  toShared({ items, idBefore }: Arrived): SharedEvent[] {
    const events: SharedEvent[] = [];
    let id = idBefore;
    for (const item of items) {
      if (item.kind !== "event" || item.type === END_TYPE) continue;
      const { type, data, lastEventId, isRaw } = item;
      events.push({ type, data, lastEventId, hasOwnId: lastEventId !== id, ...(isRaw && { isRaw }) });
      id = lastEventId;
    }
    return events;
  }

  #deliverEvent(message: Message, listener: MessageListener): void {
    const { type, data } = message;
    if (type === RESUME_TYPE) {
      const verdict = parseResume(data);
      if (verdict) listener.resumed(verdict);
    } else if (type === BEGIN_TYPE) this.resumes = this.isResumable = parseBegin(data);
    else if (type === END_TYPE) listener.finished(parseEnd(data));
    else {
      if (!this.#wanted || this.#wanted.has(type)) listener.message(message);
      if (data === DONE && this.resumes === undefined) listener.finished({ reason: "completed", reconnect: false });
    }
  }

  /** An id is in force. One that cannot be sent back leaves the cursor where it is, and is spoken of once a connection. */
  #moveTo(id: string): SSEError | undefined {
    if (id === this.#id) return undefined;
    this.#id = id;
    if (canBeSent(id)) this.lastEventId = id;
    else if (!this.#isFaultTold) {
      this.#isFaultTold = true;
      return new SSEError("INVALID_FIELD", "An event id that cannot be sent back was passed over");
    }
    return undefined;
  }

  /**
   * A receiver that stands at the cursor, as if an earlier connection had brought the event there: where the ids are
   * Millrace's, a replay of it is a repeat.
   */
  #createReceiver(): ReceiverCore {
    this.#id = this.lastEventId;
    const { events, ...options } = this.#options;
    const types = events && [...events, RESUME_TYPE, BEGIN_TYPE, END_TYPE, this.#heartbeat];
    const receiver = this.#core.createReceiver({ ...options, ...(types && { events: types }) });
    if (this.lastEventId) {
      receiver.feed(new TextEncoder().encode(toEventText(BEGIN_TYPE, "", this.lastEventId)));
      receiver.reset();
    }
    return receiver;
  }
}
