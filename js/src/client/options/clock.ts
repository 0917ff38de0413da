/** @internal Where a client has its time from. Default: the page's. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimer(run: () => void, delayMs: number): unknown;
  clearTimer(timer: unknown): void;
}

/** The time, the chance and the timers of the page. */
export const pageClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  setTimer: (run, delayMs) => setTimeout(run, delayMs),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
