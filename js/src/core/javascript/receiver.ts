import { receiverOptions, requireBytes } from "../client-options.js";
import type { ParsedItem, ReceiverCore, ReceiverOptions } from "../contract.js";
import { DedupWindow } from "./dedup.js";
import { Parser } from "./parser.js";

/** The {@link ReceiverCore} in JavaScript. */
export class JavaScriptReceiver implements ReceiverCore {
  readonly #parser: Parser;

  constructor(options?: ReceiverOptions) {
    const { dedup, maxLineBytes, maxEventBytes } = receiverOptions(options);
    const window = new DedupWindow(dedup);
    this.#parser = new Parser({ maxLineBytes, maxEventBytes, meet: (identity) => window.meet(identity) });
  }

  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    requireBytes(chunk);
    return this.#parser.feed(chunk);
  }

  reset(): void {
    this.#parser.reset();
  }
}
