import { addPolicies, type Hub, reportHubError } from "../../../server/hub-api.js";
import type { AnswerEnd } from "./answer-format.js";

/** What every thread of the process may know of an answer, whichever reads its source. */
export interface AnswerRecord {
  readonly channel: string;
  readonly userId?: string;
  readonly traceId: string;
  /** When the thread that reads its source has last said so, of the clock. */
  readonly aliveAt: number;
  /** Of the hub, when it was written: see {@link lifeOf}. */
  readonly life: number;
  /** Left out while it goes on. */
  readonly end?: AnswerEnd;
}

/** The records of a kind of answers: a document each, of a channel that nobody reads. */
export class AnswerRecords {
  readonly #hub: Hub;
  readonly #prefix: string;

  /** @param ttlMs - how long a record stays that nothing is written to. */
  constructor(hub: Hub, prefix: string, ttlMs: number) {
    this.#hub = hub;
    this.#prefix = `${prefix}-record`;
    addPolicies(hub, [{ match: `${this.#prefix}:**`, channelTtlMs: ttlMs, history: { events: 1, ttlMs } }]);
  }

  /** What could not be written is reported: the answer goes on. */
  write(id: string, record: AnswerRecord): void {
    const document = this.#hub.document<AnswerRecord>(`${this.#prefix}:${id}`);
    try {
      document.set(record);
    } catch (error) {
      reportHubError(this.#hub, error, [document.channel]);
    }
  }

  async read(id: string): Promise<AnswerRecord | undefined> {
    return this.#hub.document<AnswerRecord>(`${this.#prefix}:${id}`).get();
  }
}
