import { BEGIN_TYPE, DONE } from "../../shared/notices.js";
import type { ParsedItem, ReceiverCore } from "../../shared/receiver.js";
import { receiverOptions, requireBytes } from "../client-options.js";
import type { ClientReceiverOptions } from "../contract.js";
import { DedupWindow } from "./dedup.js";
import { Parser } from "./parser.js";

/** The {@link ReceiverCore} in JavaScript. */
export class JavaScriptReceiver implements ReceiverCore {
  readonly heartbeatEvent: string;
  readonly #parser: Parser;
  readonly #window: DedupWindow;
  /** This connection's stream has said that it is Millrace's. */
  #isOurs = false;

  constructor(options?: ClientReceiverOptions) {
    const { dedup, maxLineBytes, maxEventBytes, events, heartbeatEvent } = receiverOptions(options);
    this.heartbeatEvent = heartbeatEvent;
    this.#window = new DedupWindow(dedup);
    const wanted = events && new Set<string | undefined>(events);
    this.#parser = new Parser({
      maxLineBytes,
      maxEventBytes,
      // In this order: an event that the filter leaves out is in the window.
      isWanted: (type, identity, data) => {
        if (type === BEGIN_TYPE) this.#isOurs = true;
        if (identity && this.#isRepeat(type, identity, data)) return false;
        return wanted?.has(type) !== false || isDone(data);
      },
    });
  }

  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  get heartbeats(): number {
    return this.#parser.heartbeats;
  }

  get heartbeatEveryMs(): number {
    return this.#parser.heartbeatEveryMs;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    requireBytes(chunk);
    return this.#parser.feed(chunk);
  }

  reset(): void {
    this.#parser.reset();
    this.#window.reset();
    this.#isOurs = false;
  }

  #isRepeat(type: string | undefined, identity: string, data: Uint8Array): boolean {
    const fingerprint = this.#isOurs ? identity : `${identity}\n${type}\n${data.length} ${hash(data)}`;
    return this.#window.meet(fingerprint) === "repeat";
  }
}

/** The end of a stream of another server's is wanted, whatever its type. */
function isDone(data: Uint8Array): boolean {
  return data.length === DONE.length && String.fromCharCode(...data) === DONE;
}

/**
 * Only events of one id and one type are told apart by it, and who chooses a text does not choose the id: it need not be safe.
 * Two sums of the FNV kind, of 32 bits each.
 */
function hash(bytes: Uint8Array): string {
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    other = Math.imul(other ^ byte, 0x5bd1e995) ^ (other >>> 15);
  }
  return `${one} ${other}`;
}
