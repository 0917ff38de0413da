/**
 * Why the hub ends a stream, as native/core/hub/close_reason.hpp has it. `isIntended`: the client still gets what is left, and is
 * told. `isFinal`: the application has ended the stream, and the client is not to come back.
 */
export const CLOSE_REASONS = {
  closed: { isIntended: true, isFinal: true },
  disconnected: { isIntended: false, isFinal: false },
  lagging: { isIntended: false, isFinal: false },
  duration_cap: { isIntended: true, isFinal: false },
  /** Nobody has begun to read it. */
  unread: { isIntended: false, isFinal: false },
  completed: { isIntended: true, isFinal: true },
  draining: { isIntended: true, isFinal: false },
  /** Its response was an error after all. */
  refused: { isIntended: false, isFinal: false },
} as const;

/** The intended ends that are not final, for pages, which need not load the rest: the stream goes on elsewhere. */
export const UNFINISHED: readonly string[] = ["duration_cap", "draining"] satisfies NativeCloseReason[];

export type NativeCloseReason = keyof typeof CLOSE_REASONS;
