import type { BrokeredEvent } from "../../cluster/broker.js";
import { SSEError } from "../../shared/errors.js";
import { cidOf } from "../content/cid.js";
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

/** An event with a reference in place of its data. */
interface Referring {
  readonly event: BrokeredEvent;
  /** The event was accepted: keeps the data. */
  accepted(): void;
}

/**
 * An event that is too large for its channel, for the hub's content store; undefined where the channel's policy wants none.
 *
 * @throws SSEError `OVERLOADED`; `EVENT_TOO_LARGE` where this thread has no content store for the hub.
 */
export function asReference(hubName: string, channel: string, event: BrokeredEvent): Referring | undefined {
  const { data, isRaw, mergeKey, throttleKey } = event;
  if (data === undefined) return undefined;
  const hub = environment().hub(hubName);
  const whole = hub.whole(channel, event.event, data, isRaw);
  if (whole === null) return undefined;
  const store = contentStoreOf(hubName);
  if (store === undefined) {
    throw new SSEError(
      "EVENT_TOO_LARGE",
      "The data goes to a content store by its policy, and this thread has none: give contentStore to createHub here, too",
    );
  }
  const contents = contentsOf(store);
  const bytes = new TextEncoder().encode(whole.data);
  const cid = cidOf(bytes);
  contents.requireRoom(cid, bytes);
  const reference: ContentReference = { $ref: cid, bytes: bytes.length, ...(isRaw && { raw: true }) };
  // The key of merge.fields is that of the data itself.
  const key = throttleKey === undefined && whole.mergeKey !== "" ? whole.mergeKey : undefined;
  return {
    event: { ...event, data: JSON.stringify(reference), isRaw: false, mergeKey: mergeKey ?? key, isReference: true },
    accepted() {
      hub.countReferenced(channel, whole.isRedacted);
      contents.put(hubName, cid, bytes);
    },
  };
}
