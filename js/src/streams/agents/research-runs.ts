import type { StartFrom } from "../../server/hub-api.js";

/** How many sessions are remembered: of others the readers begin with the oldest event there is. */
const MOST_SESSIONS = 10_000;

/** Where the newest research of each session begins: a session may have one after the other. */
export class ResearchRuns {
  /** Its events so far, `research_started` included, by the session; who was told of something last is last. */
  readonly #events = new Map<string, number>();

  /** Counts an event that was published. */
  count(sessionId: string, isFirst: boolean): void {
    const before = isFirst ? 0 : this.#events.get(sessionId);
    if (before === undefined) return;
    this.#events.delete(sessionId);
    this.#events.set(sessionId, before + 1);
    if (this.#events.size <= MOST_SESSIONS) return;
    for (const oldest of this.#events.keys()) {
      this.#events.delete(oldest);
      return;
    }
  }

  /** Where a reader begins that has nothing yet. */
  beginningOf(sessionId: string): StartFrom {
    const last = this.#events.get(sessionId);
    return last === undefined ? "earliest" : { last };
  }
}
