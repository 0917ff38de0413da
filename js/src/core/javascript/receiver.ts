import type { ParsedItem, ReceiverCore, ReceiverOptions } from "../contract.js";
import { DedupWindow } from "./dedup.js";
import { requireOptions, requireWhole } from "./options.js";
import { Parser } from "./parser.js";

const MAX_DEDUP = 1048576;
const DEFAULT_LIMIT_BYTES = 16 * 1024 * 1024;
// Every event that is let through must fit in a string: the smallest of the engines' limits is above this.
const MAX_LIMIT_BYTES = 256 * 1024 * 1024;

/** The {@link ReceiverCore} in JavaScript. */
export class JavaScriptReceiver implements ReceiverCore {
  readonly #parser: Parser;

  constructor(options: ReceiverOptions = {}) {
    requireOptions(options);
    const { dedup = 1000, maxLineBytes = DEFAULT_LIMIT_BYTES, maxEventBytes = DEFAULT_LIMIT_BYTES } = options;
    const window = new DedupWindow(requireWhole("dedup", dedup, 0, MAX_DEDUP));
    this.#parser = new Parser({
      maxLineBytes: requireWhole("maxLineBytes", maxLineBytes, 1, MAX_LIMIT_BYTES),
      maxEventBytes: requireWhole("maxEventBytes", maxEventBytes, 1, MAX_LIMIT_BYTES),
      meet: (identity) => window.meet(identity),
    });
  }

  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    // Not instanceof: the bytes may come from another realm, a frame or a test environment.
    if (Object.prototype.toString.call(chunk) !== "[object Uint8Array]") {
      throw new TypeError("chunk must be a Uint8Array");
    }
    return this.#parser.feed(chunk);
  }

  reset(): void {
    this.#parser.reset();
  }
}
