import type { LogRecord } from "../../shared/logs/record.js";
import type { Reduction } from "../reduced/reduction.js";

/** A record, and what React may tell it from others by. */
export interface ShownLog extends LogRecord {
  /** No other record on this page has it, and later ones have larger ones. */
  readonly key: number;
}

/** A room's log, as its events have left it. */
export interface LogView {
  /** Oldest first. */
  readonly logs: readonly ShownLog[];
  /** Records with a smaller key were another connection's. */
  readonly firstKey: number;
}

/** On this page. */
let lastKey = 0;

/** Follows a room's log, and keeps the newest records. */
export class LogReduction implements Reduction<LogView> {
  readonly #most: number;
  readonly #firstKey = lastKey + 1;
  #logs: ShownLog[] = [];
  #isStale = false;
  #view: LogView = { logs: [], firstKey: this.#firstKey };

  constructor(most: number) {
    this.#most = most;
  }

  take(type: string, data: unknown): void {
    if (type !== "log" || typeof data !== "object" || data === null) return;
    this.#logs.push({ ...(data as LogRecord), key: ++lastKey });
    // Now and then, so that a record costs the same however many are kept.
    if (this.#logs.length > 2 * this.#most + 100) this.#logs = this.#newest();
    this.#isStale = true;
  }

  view(): LogView {
    if (!this.#isStale) return this.#view;
    this.#isStale = false;
    this.#view = { logs: this.#newest(), firstKey: this.#firstKey };
    return this.#view;
  }

  #newest(): ShownLog[] {
    return this.#most === 0 ? [] : this.#logs.slice(-this.#most);
  }
}
