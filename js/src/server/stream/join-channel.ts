import type { NativeHub } from "../../native/binding.js";
import type { NativeJoin } from "../../native/outcomes.js";
import { SSEError } from "../../shared/errors.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";
import type { EndingEvents } from "./close-after.js";
import type { StreamOfSend } from "./send-functions.js";
import { lastOf, type StartFrom } from "./start-from.js";

/** How a connection reads a channel. */
export interface JoinOptions {
  readonly userId?: string;
  readonly events?: readonly string[];
  readonly from?: StartFrom;
  readonly labels?: readonly string[];
  /** Whether its events may end the stream, see `closeAfter`. Default true. */
  readonly ends?: boolean;
  /** The client has chosen it, and may leave it. Default false. */
  readonly isChosen?: boolean;
}

/** How a stream reads a channel: the events that end it are read, whatever other types are wanted. */
export function withEndingEvents(ending: EndingEvents, key: string, options: JoinOptions): JoinOptions {
  if (ending.channels?.includes(key) === false) return { ...options, ends: false };
  const { events } = options;
  return events === undefined ? options : { ...options, events: [...new Set([...events, ...ending.events])] };
}

/**
 * Has a connection read a channel.
 *
 * @param stream - of which nothing is registered, and nobody told, where its client has gone.
 * @throws SSEError `STREAM_CLOSED`, `TOO_MANY_CONNECTIONS`, `TOO_MANY_CHANNELS`, `SERVER_FULL`, `STORE_FAILED`.
 */
export function joinChannel(
  hub: NativeHub,
  connection: number,
  key: string,
  { userId, events, from, labels, ends, isChosen }: JoinOptions,
  stream?: StreamOfSend,
): void {
  const joined = hub.join(connection, key, userId, events, lastOf(from), labels, ends, isChosen);
  const outcome = unlessStoreFailed(hub, joined);
  if (outcome === "tooFast" && userId !== undefined) {
    const details = { retryAfterMs: hub.opensAgainIn(userId) };
    throw new SSEError(
      "RATE_LIMITED",
      "The user has opened as many connections lately as limits.opensPerUser allows",
      details,
    );
  }
  if (outcome !== "closed") refuseJoin(outcome);
  else if (stream?.isClosed !== false) {
    throw new SSEError("STREAM_CLOSED", "The stream has ended before it was registered");
  }
}

/** @throws SSEError where a channel was not joined, and the connection is open. */
export function refuseJoin(outcome: NativeJoin): void {
  switch (outcome) {
    case "channelFull":
      throw new SSEError(
        "TOO_MANY_CONNECTIONS",
        "The channel has as many connections as limits.perChannel, or limits.connections of its policy, allows",
      );
    case "policyFull":
      throw new SSEError(
        "TOO_MANY_CONNECTIONS",
        "The policy's channels have as many connections as its limits.total allows",
      );
    case "userFull":
      throw new SSEError("TOO_MANY_CONNECTIONS", `The user has as many connections as limits.perUser allows`);
    case "tooManyChannels":
      throw new SSEError(
        "TOO_MANY_CHANNELS",
        "A connection may read as many channels as limits.channelsPerConnection allows (default 100)",
      );
    case "hubFull":
      throw new SSEError("SERVER_FULL", "The hub has as many channels as limits.channels allows (default 100000)");
    case "denied":
      throw new SSEError("FORBIDDEN", "The client may not read these channels");
    case "policyChannels":
      throw new SSEError("SERVER_FULL", "There are as many channels of this policy as its limits.channels allows");
  }
}
