import type { AnswerEnd } from "./answer-format.js";

/** An answer of whichever thread. */
export interface FoundAnswer {
  readonly channel: string;
  readonly userId: string | undefined;
  readonly traceId: string;
  readonly end: AnswerEnd | undefined;
  /** Of the clock. */
  readonly endedAt?: number | undefined;
  /** Its channel has all of it, as far as this thread knows. */
  readonly isIntact: boolean;
  /** Of another thread's, perhaps of an earlier process: whether that still reads the source. */
  readonly isAlive?: () => Promise<boolean>;
  /** Of such a one: the hub's file has its events. */
  readonly isStored?: boolean;
  /** Its thread has died before its end, which is yet to be told: see {@link AnswerLog.watch}. */
  readonly isUnfinished?: boolean;
}
