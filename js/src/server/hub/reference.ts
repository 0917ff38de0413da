import type { BrokeredEvent } from "../../cluster/broker.js";
import { SSEError } from "../../shared/errors.js";
import { contentStoreOf, contentsOf } from "../content/contents.js";
import { environment } from "../lifecycle/environment.js";

/** What an event carries instead of data that is in the content store. */
export interface ContentReference {
  /** The content identifier: CIDv1, raw, SHA2-256, in base32. */
  readonly $ref: string;
  /** Of the data, as UTF-8. */
  readonly bytes: number;
  /** The data is a text, and no JSON. */
  readonly raw?: true;
}

/**
 * An event that is too large for its channel, with its data in the hub's content store and a reference in its place; undefined where the
 * channel's policy wants none.
 *
 * @throws SSEError `OVERLOADED`; `EVENT_TOO_LARGE` where this thread has no content store for the hub.
 */
export function asReference(hubName: string, channel: string, event: BrokeredEvent): BrokeredEvent | undefined {
  const { data, isRaw } = event;
  if (data === undefined) return undefined;
  const whole = environment().hub(hubName).whole(channel, data, isRaw);
  if (whole === null) return undefined;
  const store = contentStoreOf(hubName);
  if (store === undefined) {
    throw new SSEError(
      "EVENT_TOO_LARGE",
      `The data goes to a content store by its policy, and this thread has none: give contentStore to createHub here, too`,
    );
  }
  const bytes = new TextEncoder().encode(whole);
  const reference: ContentReference = {
    $ref: contentsOf(store).put(hubName, bytes),
    bytes: bytes.length,
    ...(isRaw && { raw: true }),
  };
  return { ...event, data: JSON.stringify(reference), isRaw: false };
}
