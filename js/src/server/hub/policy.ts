import type { HeartbeatOptions } from "../stream/options.js";

/** How far back a channel can be replayed; whichever limit comes first. */
export interface HistoryOptions {
  /** Events of each channel. Default 500. */
  events?: number;
  /** Bytes of each channel; also the largest event. Default 8 MiB. */
  bytes?: number;
  /** Milliseconds. Default 300000 (5 minutes). */
  ttlMs?: number;
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
}

/** Of events with one `throttleKey`, the first leaves at once, and then the newest in each such time. */
export interface ThrottleOptions {
  /** Milliseconds. Default 1000. */
  everyMs?: number;
}

/** What holds for events before they are in a channel's log. `false`: not, where a preset or the hub says so. */
export interface FlowOptions {
  rate?: RateOptions | false;
  merge?: MergeOptions | false;
  throttle?: ThrottleOptions | false;
}

/** The rules of a class of channels. What it leaves out is as the hub's own options say. */
export interface ChannelPolicy extends FlowOptions {
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
  limits?: PolicyLimits;
  /** Of streams that read one of its channels, unless the stream has its own. Of several channels, the shortest interval counts. */
  heartbeat?: false | HeartbeatOptions;
}
