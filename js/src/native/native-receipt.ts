import type { RATE_REFUSALS, WAITING_STATES } from "./outcomes.js";

/** An event that was accepted and sent. */
export interface NativeReceipt {
  readonly id: string;
  readonly recipients: number;
  /** Of an event of a durable channel: its number, for {@link NativeStore.storedState}. */
  readonly sequence?: number;
  /** It was published before, under its idempotency key. */
  readonly isRepeat?: true;
}

/** An event that is not sent yet, as its channel's policy has it. */
export type NativeWaiting = (typeof WAITING_STATES)[number];

/** An event that is no record of its channel's policy. */
export interface NativeFault {
  readonly member: string;
  /** A sentence that says what is allowed. */
  readonly fault: string;
}

/** An event that came too fast. */
export interface NativeLimited {
  readonly refusal: (typeof RATE_REFUSALS)[number];
  readonly retryAfterMs: number;
}
