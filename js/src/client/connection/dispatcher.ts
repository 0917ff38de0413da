/** Dispatches a client's events. A listener may close or restart the client, and what was to follow is stale then. */
export class Dispatcher {
  readonly #dispatch: (event: Event) => void;
  /** Counts starts and ends. */
  #run = 0;

  constructor(dispatch: (event: Event) => void) {
    this.#dispatch = dispatch;
  }

  /** The client starts or ends: what was begun before is stale. */
  beginRun(): void {
    this.#run++;
  }

  /** Returns a function that says whether the client has neither started nor ended since. */
  watchRun(): () => boolean {
    const run = this.#run;
    return () => run === this.#run;
  }

  /** One after another, as long as no listener closes or restarts the client. */
  dispatch(...events: readonly Event[]): void {
    const isCurrent = this.watchRun();
    for (const event of events) if (isCurrent()) this.#dispatch(event);
  }
}
