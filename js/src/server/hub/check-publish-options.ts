import { requireKey, requireName, requireNumber, requireUser } from "../../shared/arguments.js";
import type { PublishOptions } from "./hub-types.js";

const MOST_KEY_BYTES = 1024;

/**
 * Checks what a message says of how it is kept and sent, except its id.
 *
 * @throws TypeError that names the field.
 */
export function checkPublishOptions(options: PublishOptions): void {
  const { ttlMs, conflateKey, mergeKey, throttleKey, userId, label, idempotencyKey } = options;
  if (ttlMs !== undefined) requireNumber("ttlMs", ttlMs, { least: 1 });
  if (conflateKey !== undefined) requireName("conflateKey", conflateKey);
  if (mergeKey !== undefined) requireName("mergeKey", mergeKey);
  if (throttleKey !== undefined) requireName("throttleKey", throttleKey);
  if (mergeKey !== undefined && throttleKey !== undefined) {
    throw new TypeError("a message has a mergeKey or a throttleKey, not both: one of them decides when it leaves");
  }
  if (userId !== undefined) requireUser(userId);
  if (label !== undefined) requireKey("label", label);
  if (idempotencyKey !== undefined) {
    requireKey("idempotencyKey", idempotencyKey);
    if (Buffer.byteLength(idempotencyKey) > MOST_KEY_BYTES)
      throw new TypeError(`idempotencyKey must have at most ${MOST_KEY_BYTES} bytes`);
  }
}
