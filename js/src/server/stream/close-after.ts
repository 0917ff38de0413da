import { requireName, requireNames, requireObject, requireStringArray } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { JoinOptions } from "./join-channel.js";

/** The events that end a stream, where only those of some of its channels do. */
export interface CloseAfterOptions {
  /** Their types, at least one. */
  events: string | readonly string[];
  /** The channels, at least one. What has such a type in another channel is an event as others. */
  channels: readonly string[];
}

/** Event types; of any channel, or of those that are named. */
export type CloseAfter = string | readonly string[] | CloseAfterOptions;

/** A stream's {@link CloseAfter}, whichever way it was given. */
export interface EndingEvents {
  readonly types: readonly string[];
  /** Undefined: all. */
  readonly channels?: readonly string[];
}

const CLOSE_AFTER_OPTIONS: Names<CloseAfterOptions> = { events: true, channels: true };

/** One for all streams: thousands may idle. */
const NONE: EndingEvents = { types: [] };

const isNamed = (closeAfter: CloseAfter): closeAfter is CloseAfterOptions =>
  typeof closeAfter === "object" && closeAfter !== null && !Array.isArray(closeAfter);

/** @throws TypeError that names the option; SSEError `INVALID_FIELD` where no event can have such a type. */
export function checkCloseAfter(closeAfter: CloseAfter): void {
  if (!isNamed(closeAfter)) {
    checkTypes("closeAfter", closeAfter);
    return;
  }
  requireObject("closeAfter", closeAfter);
  requireKnown("closeAfter", closeAfter, CLOSE_AFTER_OPTIONS);
  checkTypes("closeAfter.events", closeAfter.events);
  if (closeAfter.events.length === 0) throw new TypeError("closeAfter.events must not be empty");
  requireNames("closeAfter.channels", closeAfter.channels);
}

function checkTypes(name: string, given: string | readonly string[]): void {
  const types: unknown = typeof given === "string" ? [given] : given;
  requireStringArray(name, types);
  for (const type of types) requireName(name, type);
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
  if (!isNamed(closeAfter)) return { types: typeof closeAfter === "string" ? [closeAfter] : closeAfter };
  const { types } = endingEventsOf(closeAfter.events);
  return { types, channels: [...closeAfter.channels] };
}

/** How a stream reads a channel: the events that end it are read, whatever other types are wanted. */
export function withEndingEvents({ types, channels }: EndingEvents, key: string, options: JoinOptions): JoinOptions {
  if (channels?.includes(key) === false) return { ...options, ends: false };
  const { events } = options;
  return events === undefined ? options : { ...options, events: [...new Set([...events, ...types])] };
}
