import { receiverOptions, requireBytes } from "../client-options.js";
import type { ParsedItem, ReceiverCore, ReceiverOptions } from "../contract.js";
import { DedupWindow } from "./dedup.js";
import { Parser } from "./parser.js";

/** The {@link ReceiverCore} in JavaScript. */
export class JavaScriptReceiver implements ReceiverCore {
  readonly #parser: Parser;

  constructor(options?: ReceiverOptions) {
    const { dedup, maxLineBytes, maxEventBytes, events } = receiverOptions(options);
    const window = new DedupWindow(dedup);
    const wanted = events && new Set<string | undefined>(events);
    this.#parser = new Parser({
      maxLineBytes,
      maxEventBytes,
      // In this order: an event that the filter leaves out is in the window.
      isWanted: (type, identity) => !(identity && window.meet(identity) === "repeat") && wanted?.has(type) !== false,
    });
  }

  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  get heartbeats(): number {
    return this.#parser.heartbeats;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    requireBytes(chunk);
    return this.#parser.feed(chunk);
  }

  reset(): void {
    this.#parser.reset();
  }
}
