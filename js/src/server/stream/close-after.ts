import { describeList, requireName, requireNames } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { requireEventType } from "./check-comment.js";

/** The events that end a stream. They are sent to it whatever `events` and `labels` say. */
export interface CloseAfterOptions {
  /** Their types, at least one. */
  events: string | readonly string[];
  /** The channels, at least one. What has such a type in another channel is an event as others. Default: all. */
  channels?: readonly string[];
}

/** Event types; of any channel, or of those that are named. */
export type CloseAfter = string | readonly string[] | CloseAfterOptions;

/** A stream's {@link CloseAfter}, whichever way it was given, and a copy: what becomes of that counts no more. */
export interface EndingEvents extends CloseAfterOptions {
  readonly events: readonly string[];
}

const CLOSE_AFTER_OPTIONS: Names<CloseAfterOptions> = { events: true, channels: true };

/** One for all streams: thousands may idle. */
const NONE: EndingEvents = { events: [] };

const isNamed = (closeAfter: CloseAfter): closeAfter is CloseAfterOptions =>
  typeof closeAfter === "object" && closeAfter !== null && !Array.isArray(closeAfter);

/** @throws TypeError that names the option; SSEError `INVALID_FIELD` where no event can have such a type. */
export function checkCloseAfter(closeAfter: CloseAfter): void {
  if (!isNamed(closeAfter)) {
    checkTypes("closeAfter", closeAfter);
    return;
  }
  requireKnown("closeAfter", closeAfter, CLOSE_AFTER_OPTIONS);
  checkTypes("closeAfter.events", closeAfter.events);
  if (closeAfter.events.length === 0) throw new TypeError("closeAfter.events must not be empty");
  if (closeAfter.channels !== undefined) requireNames("closeAfter.channels", closeAfter.channels);
}

function checkTypes(name: string, given: string | readonly string[]): void {
  const types: unknown = typeof given === "string" ? [given] : given;
  if (!Array.isArray(types) || types.some((type) => typeof type !== "string"))
    throw new TypeError(`${name} must be an event type, or an array of them, not ${describeList(given)}`);
  for (const type of types) {
    requireName(name, type);
    requireEventType(name, type);
  }
}

/** A stream whose end lies in a channel that it does not read would never end. */
export function requireEndRead(closeAfter: CloseAfter | undefined, channels: readonly string[]): void {
  const unread = endingEventsOf(closeAfter).channels?.find((key) => !channels.includes(key));
  if (unread === undefined) return;
  throw new TypeError(`closeAfter.channels: the stream does not read ${JSON.stringify(unread)}`);
}

/** @param closeAfter - which was checked. */
export function endingEventsOf(closeAfter: CloseAfter | undefined): EndingEvents {
  if (closeAfter === undefined) return NONE;
  if (!isNamed(closeAfter)) return { events: typeof closeAfter === "string" ? [closeAfter] : [...closeAfter] };
  const { events, channels } = closeAfter;
  return { ...endingEventsOf(events), ...(channels && { channels: [...channels] }) };
}
