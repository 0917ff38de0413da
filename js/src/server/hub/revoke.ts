import {
  requireFlag,
  requireKey,
  requireNumber,
  requireObject,
  requireReason,
  requireUser,
} from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type Facts, readFacts } from "../access/permission.js";
import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";
import { log } from "../observe/logger.js";
import { refuseJoin } from "../stream/join-channel.js";

/** Which streams: those for which all that is said holds. At least one thing must be. */
export interface DisconnectMatch {
  userId?: string;
  /** They read it. */
  channel?: string;
  /** A stream's `id`. */
  connection?: string;
  /** Facts of theirs, as `authorize` or the route gave them, which are equal to these. */
  where?: Facts;
}

/** How they end. */
export interface DisconnectOptions {
  /** Said to the clients, beside that they were let in no longer. At most 1,024 characters. Default: nothing. */
  reason?: string;
  /**
   * Whether the clients come back: each at a time of its own, with what they are let in for now. Such a stream gets what was published before; one that
   * does not come back gets nothing more. Default false.
   */
  mayReturn?: boolean;
}

/** What {@link Hub.update} changes. */
export interface ChannelUpdate {
  join?: readonly string[];
  leave?: readonly string[];
}

const MATCH: Names<DisconnectMatch> = { userId: true, channel: true, connection: true, where: true };
const OPTIONS: Names<DisconnectOptions> = { reason: true, mayReturn: true };
const UPDATE: Names<ChannelUpdate> = { join: true, leave: true };

/** See {@link Hub.disconnect}. */
export function disconnect(hubName: string, match: DisconnectMatch, options: DisconnectOptions): number {
  requireObject("match", match);
  requireKnown("disconnect", match, MATCH);
  requireObject("options", options);
  requireKnown("disconnect", options, OPTIONS);
  const { userId, channel, connection, where } = match;
  const { reason, mayReturn = false } = options;
  if (userId !== undefined) requireUser(userId);
  if (channel !== undefined) requireKey("channel", channel);
  const facts = readFacts(where);
  if (typeof facts === "string") throw new TypeError(`where must be ${facts}`);
  if (reason !== undefined) requireReason(reason);
  requireFlag("mayReturn", mayReturn);
  const hasFacts = Object.keys(facts ?? {}).length > 0;
  if (userId === undefined && channel === undefined && connection === undefined && !hasFacts) {
    throw new TypeError("disconnect must be told whom: userId, channel, connection or where; hub.close() ends all");
  }
  const id = connection === undefined ? undefined : connectionNumber(connection);
  const ended = environment()
    .hub(hubName)
    .disconnect({ userId, channel, connection: id, where: facts }, mayReturn, reason);
  environment().schedule();
  log(hubName, "info", "streams disconnected", { kind: "audit", ...match, mayReturn, ended });
  return ended;
}

/** See {@link Hub.deny}. */
export function deny(hubName: string, userId: string, forMs: number): number {
  requireUser(userId);
  requireNumber("forMs", forMs, { infinity: true });
  const hub = environment().hub(hubName);
  if (!hub.deny(userId, forMs)) {
    throw new SSEError("OVERLOADED", "As many users as a hub can remember are kept out already");
  }
  const ended = forMs > 0 ? hub.disconnect({ userId }, false, undefined) : 0;
  environment().schedule();
  log(hubName, "info", "user denied", { kind: "audit", userId, forMs, ended });
  return ended;
}

/** See {@link Hub.update}. */
export function update(hubName: string, connection: string, change: ChannelUpdate): void {
  const id = connectionNumber(connection);
  requireObject("change", change);
  requireKnown("update", change, UPDATE);
  const { join = [], leave = [] } = change;
  for (const [name, list] of Object.entries({ join, leave })) {
    if (!Array.isArray(list)) throw new TypeError(`${name} must be an array of channels`);
    for (const one of list) requireKey(name, one);
  }
  const hub = environment().hub(hubName);
  const outcome = unlessStoreFailed(hub, hub.update(id, join, leave));
  if (outcome === "closed") throw new SSEError("STREAM_CLOSED", "There is no such stream, or it has ended");
  refuseJoin(outcome);
  environment().schedule();
}

function connectionNumber(id: unknown): number {
  const [, digits] = (typeof id === "string" && /^s(\d{1,15})$/.exec(id)) || [];
  if (digits === undefined) throw new TypeError('connection must be the id of a stream, such as "s12"');
  return Number(digits);
}
