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
  /** It was let in until now. */
  expired: { isIntended: true, isFinal: false },
  /** It was let in, and is not any more: the client is not to come back. */
  revoked: { isIntended: true, isFinal: true },
  /** The application ends it, and the client is to come back. */
  moved: { isIntended: true, isFinal: false },
} as const;

/** The intended ends after which a client has not the whole, for pages, which need not load the rest. */
export const UNFINISHED: readonly string[] = [
  "duration_cap",
  "draining",
  "expired",
  "revoked",
  "moved",
] satisfies NativeCloseReason[];

export type NativeCloseReason = keyof typeof CLOSE_REASONS;
