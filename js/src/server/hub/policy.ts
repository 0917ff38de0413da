import type { CanAccess } from "../access/policy-access.js";
import type { HeartbeatOptions } from "../stream/options.js";

/** How far back a channel can be replayed; whichever limit comes first. */
export interface HistoryOptions {
  /** Events of each channel. Default 500; of a durable channel 100000. */
  events?: number;
  /** Bytes of each channel. Default 8 MiB; of a durable channel 64 MiB. */
  bytes?: number;
  /** Milliseconds. Default 300000 (5 minutes); of a durable channel 86400000 (a day). */
  ttlMs?: number;
  /**
   * Of durable channels (`file`). `"batch"` (default): events are delivered at once and are on disk within `batchMs`; a crash may lose the last of
   * them, and clients are told. `"always"`: nobody is given an event before it is on disk.
   */
  sync?: "batch" | "always";
}

/** The history of a hub, in memory and in a file. */
export interface HubHistoryOptions extends HistoryOptions {
  /**
   * The channels are durable: their events are kept in this file (SQLite), too, and a restart goes on with it; a relative path is seen from the working
   * directory. It is opened when the hub is used first. One process at a time has it. Its folder must be there. Default: none.
   */
  file?: string;
  /** Within so many milliseconds `sync: "batch"` has events on disk. Default 10. */
  batchMs?: number;
  /** What a durable channel keeps in memory, for readers that are not far behind. Default `{ events: 500, bytes: 8 MiB, ttlMs: 300000 }`. */
  memory?: Omit<HistoryOptions, "sync">;
  /** Memory for what connections are reading from the file, all together, in bytes. Default 16 MiB. */
  replayBytes?: number;
}

/** How many there may be of what a policy is for. */
export interface PolicyLimits {
  /** Connections of one channel. Default: the hub's `limits.perChannel`. */
  connections?: number;
  /** Connections that read any of its channels; one that reads several counts once. Default Infinity. */
  total?: number;
  /** Its channels that hold an event or have a reader. Default Infinity. */
  channels?: number;
  /**
   * Events a second that are published for one `userId`, over all its channels; a second's worth of them may come at once. What is
   * beyond is refused with `RATE_LIMITED`. Default: the hub's `limits.publishesPerUser`.
   */
  publishesPerUser?: number;
}

/**
 * How many events leave a channel. What comes faster waits in a buffer, and leaves in its order, at the rate.
 */
export interface RateOptions {
  /** Events a second, from 0.001. */
  perSecond: number;
  /** How many may leave at once after a pause. Default: a second's worth, at least 1. */
  burst?: number;
  /** What may wait in each channel. */
  buffer?: {
    /** Default 1000. 0: nothing waits. */
    events?: number;
    /** What the waiting events take in memory. Default 1 MiB. */
    bytes?: number;
  };
  /**
   * What happens when the buffer is full. `"dropOldest"` (default): the event that has waited longest is lost, and counted in
   * `hub.stats()`. `"refuse"`: `publish` throws `RATE_LIMITED`.
   */
  overflow?: "dropOldest" | "refuse";
}

/**
 * Of events with one `mergeKey`, the first leaves at once. Those that follow within the window become one, which leaves at its
 * end: the last of them, with `count` (how many events came in the window), `firstAt` and `lastAt` (ISO 8601) in its data, where
 * that is a JSON object.
 */
export interface MergeOptions {
  /** Milliseconds. Default 1000. */
  windowMs?: number;
  /**
   * Makes a key for events that have none: of their type and these members of their data (`"level"`, `"error.code"`), in whose texts
   * numbers, UUIDs and hashes are masked, so that "took 12 ms" and "took 15 ms" are similar. An event that lacks one of them has no key,
   * unless its name ends with `?`. Default: none.
   */
  fields?: readonly string[];
}

/** Of events with one `throttleKey`, the first leaves at once, and then the newest in each such time. */
export interface ThrottleOptions {
  /** Milliseconds. Default 1000. */
  everyMs?: number;
}

/**
 * Events leave together: the first at once, and what follows within such a time at its end, each as it is and in its order. Nothing is lost
 * or merged: what `rate.buffer` has no room for makes all leave at once.
 */
export interface BatchOptions {
  /** Milliseconds. Default 1000. */
  everyMs?: number;
}

/** What holds for events before they are in a channel's log. `false`: not, where a preset or the hub says so. */
export interface FlowOptions {
  rate?: RateOptions | false;
  merge?: MergeOptions | false;
  throttle?: ThrottleOptions | false;
  batch?: BatchOptions | false;
}

/** A secret of your own: a literal prefix, and characters behind it. */
export interface SecretPattern {
  prefix: string;
  /** Characters and ranges of them. Default `"A-Za-z0-9_-"`. */
  characters?: string;
  /** How many follow the prefix: a number, or the least and the most. Default `[16, 512]`. */
  length?: number | readonly [least: number, most: number];
}

/** What is replaced by `[REDACTED]`, beside what always is: keys of common services, tokens, private keys, card numbers, … */
export interface RedactOptions {
  /** Names of members whose values are secret; case and separators are ignored, and longer names may end with them. */
  keys?: readonly string[];
  /** Values by their place: names from the top, `*` for any member or element: `"user.*.token"`. At most 64. */
  paths?: readonly string[];
  patterns?: readonly SecretPattern[];
  /** E-mail addresses, too. Default false. */
  emails?: boolean;
}

/** What the data of events may be. */
export interface ContentOptions {
  /** The largest data of an event, in bytes of UTF-8, from 256. Default 1048576 (1 MiB). */
  maxBytes?: number;
  /**
   * What happens to larger data. `"refuse"` (default): `publish` throws `EVENT_TOO_LARGE`. `"truncate"`: the longest strings and arrays
   * are cut, and say by how much; JSON stays JSON. `message`, `level`, `timestamp` and ids stay whole, if that is possible.
   * `"reference"`: the data goes into the hub's `contentStore`, and the event carries `{ $ref, bytes }`, the content identifier by which
   * {@link contentHandler} serves it.
   */
  oversize?: "refuse" | "truncate" | "reference";
  /** Members that stay whole, too, when data is truncated. */
  keep?: readonly string[];
  /** Replaces secrets by `[REDACTED]`, before the event is kept or sent. Default false. */
  redact?: boolean | RedactOptions;
}

/** What a member of a record may be: of JSON Schema (2020-12) what is needed for flat records. */
export interface MemberSchema {
  /** Default: any, or a text where `enum` names some. */
  type?: "string" | "number" | "integer" | "boolean" | "object" | "array";
  /** The texts that it may be. */
  enum?: readonly string[];
  /** Of a number. */
  minimum?: number;
  /** Of a text, in characters (Unicode code points; JSON Schema Validation 2020-12, 6.3.2). */
  minLength?: number;
}

/** What the data of an event must be: an object with these members. Others may be there, too. */
export interface RecordSchema {
  properties: Readonly<Record<string, MemberSchema>>;
  /** Members that must be there. Default: none. */
  required?: readonly string[];
}

/** The rules of a class of channels. What it leaves out is as the hub's own options say. */
export interface ChannelPolicy extends FlowOptions, ContentOptions {
  /** The label of the policy in statistics. Default: `match`. */
  name?: string;
  /**
   * The channels that it is for: parts between colons, where `*` stands for one part and `**` for any number of them, none included.
   * `"room:*"` matches `"room:1"` and neither `"room"` nor `"room:1:log"`. Of several policies, the first that matches counts.
   */
  match: string;
  /** Options of {@link policies}, as if they were spread before the policy's own. */
  preset?: "logs" | "chat" | "progress";
  history?: HistoryOptions;
  /** `false`: the channels' events are not kept in the hub's `history.file`. Default true, where it has one. */
  durable?: boolean;
  limits?: PolicyLimits;
  /**
   * The events that the channels take, by their types, and what their data must be; `publish` refuses what is something else with `INVALID_DATA`,
   * which names the member. Documents are not looked at. Default, and `false`: all.
   */
  records?: Readonly<Record<string, RecordSchema>> | false;
  /**
   * The member that says when an event left for its channel's log (ISO 8601), where the data is a JSON object. It is put in at that moment, behind
   * all others, and never goes back within a hub. Documents' events have none. Default, and `false`: none.
   */
  stamp?: string | false;
  /** A channel that nobody used for so long is forgotten. Default: the hub's. */
  channelTtlMs?: number;
  /**
   * Asked, after `authorize`, whether a client may read the channel: each channel of the policy, once a connection. It is the hub's, as `authorize` is: a
   * thread that does not have the function lets nobody read these channels (`NO_AUTHORIZER`). Default: all whom `authorize` lets in.
   */
  canAccess?: CanAccess;
  /** Nobody reads the channels unless the route or the hub has an `authorize`: whoever forgets it is told (`NO_AUTHORIZER`, 503). Default false. */
  requireAuthorizer?: boolean;
  /** Of streams that read one of its channels, unless the stream has its own. Of several channels, the shortest interval counts. */
  heartbeat?: false | HeartbeatOptions;
}
