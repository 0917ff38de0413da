import type { BrokeredEvent } from "../../cluster/broker.js";
import { type SSEMessage, toNativeEvent } from "../content/message.js";
import { checkPublishOptions } from "./check-publish-options.js";
import type { PublishOptions } from "./hub-types.js";

/** A message to be published, checked, as brokers carry it. What most messages do not have is looked at once. */
export function toBrokeredEvent(message: SSEMessage & PublishOptions): BrokeredEvent {
  const event = toNativeEvent(message, true);
  const { ttlMs, conflateKey, mergeKey, throttleKey, userId, label, idempotencyKey } = message;
  const isPlain = ttlMs === undefined && conflateKey === undefined && userId === undefined;
  const isOnceOnly = idempotencyKey !== undefined;
  if (isPlain && !isOnceOnly && mergeKey === undefined && throttleKey === undefined && label === undefined)
    return event;
  checkPublishOptions(message);
  return { ...event, ttlMs, conflateKey, mergeKey, throttleKey, userId, label, idempotencyKey };
}
