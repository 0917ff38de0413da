import { isSafe, type SSEClientOptions } from "../options/options.js";
import type { Inbox } from "./inbox.js";

/**
 * Whether the client's request may be sent. One that may have done something is not sent again by itself, unless its method, an
 * option or the server says that it can be.
 */
export class ResendGuard {
  readonly #options: SSEClientOptions;
  readonly #inbox: Inbox;
  /** It was sent, and its answer was no refusal: what it asks for may have been done. */
  wasSent = false;

  constructor(options: SSEClientOptions, inbox: Inbox) {
    this.#options = options;
    this.#inbox = inbox;
  }

  /** Whether it may be sent, by itself, after it was sent. */
  get maySendAgain(): boolean {
    return isSafe(this.#options) || this.#options.resumeBy !== undefined || this.#inbox.resumes === true;
  }

  get maySend(): boolean {
    return !this.wasSent || this.maySendAgain;
  }
}
