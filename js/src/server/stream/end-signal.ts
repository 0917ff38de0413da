import type { CloseReason } from "../observe/close-reason.js";

/** What tells the application of a stream's end; made when the application asks for it. */
export class EndSignal {
  readonly closed: Promise<CloseReason>;
  #resolve: (reason: CloseReason) => void = () => {};
  #abort: AbortController | undefined;
  #reason: CloseReason | undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  tell(reason: CloseReason): void {
    this.#reason = reason;
    this.#resolve(reason);
    this.#abort?.abort(reason);
  }
}
