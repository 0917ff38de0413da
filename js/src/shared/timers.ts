/** The longest delay a timer can have, in milliseconds: beyond it, `setTimeout` fires at once. */
export const LONGEST_TIMER_MS = 2147483647;
