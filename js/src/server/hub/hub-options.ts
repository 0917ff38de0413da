import type { NativeHubOptions } from "../../native/binding.js";
import { type NumberBounds, requireNumber, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { Authorize } from "../access/authorize.js";
import type { IsBanned } from "../access/ban-list.js";
import type { ContentStore } from "../content/content-store.js";
import type { AlertOptions } from "../observe/alerts.js";
import type { Logger } from "../observe/logger.js";
import type { StreamOptions } from "../stream/options.js";
import { toNativeContent } from "./check-content.js";
import { toNativeHistory } from "./check-history.js";
import { checkSizes, NO_CONTENT, toNativePolicies, toNativeSettings } from "./check-policies.js";
import type { OpaqueIdOptions } from "./opaque-ids.js";
import type { ChannelPolicy, ContentOptions, FlowOptions, HubHistoryOptions } from "./policy.js";

/** How many connections there may be. */
export interface LimitOptions {
  /** Of the hub in this process. Default 10000. */
  connections?: number;
  /** Of one channel. Default Infinity. */
  perChannel?: number;
  /** Of one `userId`. Default 100. */
  perUser?: number;
  /** Connections that one `userId` opens a minute, polls among them; a minute's worth of them may be opened at once. Default Infinity. */
  opensPerUser?: number;
  /** Channels of the hub: those that hold an event or have a reader. Default 100000. */
  channels?: number;
  /** Channels that one connection reads. Default 100. */
  channelsPerConnection?: number;
  /**
   * Events a second that are published for one `userId` to channels without a policy of their own; a second's worth of them may
   * come at once. Default Infinity.
   */
  publishesPerUser?: number;
}

/** What is remembered of the keys under which events were published. */
export interface IdempotencyOptions {
  /** Default 3600000 (an hour). */
  ttlMs?: number;
  /** Of all channels; the oldest go first. Default 100000. */
  keys?: number;
}

/** Options of {@link createHub}. */
export interface HubOptions extends FlowOptions, ContentOptions {
  /** Hubs of one name are one hub in the whole process. Default `"default"`, which the plain functions use. */
  name?: string;
  limits?: LimitOptions;
  history?: HubHistoryOptions;
  /**
   * Rules for classes of channels: the first that matches a channel counts. The hub's own options are the policy of all other
   * channels, and say what a policy leaves out. Given again, they replace those before, for channels that are there, too.
   */
  policies?: readonly ChannelPolicy[];
  /** A channel that nobody used for so long is forgotten. Default 1800000 (30 minutes). */
  channelTtlMs?: number;
  /**
   * A connection that falls behind, as any does in a burst, has so long to catch up before its lag counts. Until then nothing
   * is evicted that it has not been sent, as long as less than 32 MiB wait. Default 1000.
   */
  lagGraceMs?: number;
  /** Threads that write to sockets, in the whole process, at most 64. Default 1: it serves tens of millions of events a second. */
  reactors?: number;
  /**
   * Asked by `response` and `attach`, unless they have their own; not by `createStream` and `register`, which are for who asks by
   * himself. It is the hub's, that is its name's: hub objects of the name
   * that are made without one ask it, too, and a thread that does not have the function lets nobody in (`NO_AUTHORIZER`). Of
   * several the newest counts: functions are not compared, for bundlers make copies of one.
   * Streams that were opened before are asked for when it comes. Default: everybody may read.
   */
  authorize?: Authorize;
  /** So long `authorize`, and `canAccess` of policies, may take: then the client is refused, with 503. It is this thread's. Default 10000. */
  authorizeTimeoutMs?: number;
  /**
   * Asked, after `authorize`, whether a client is banned, for each connection: by its user, or by an address that the request tells. True, and any answer but false, refuses with 403.
   * It is the hub's, as `authorize` is. Default: nobody is; for a user and a time there is `hub.deny`.
   */
  isBanned?: IsBanned;
  /**
   * Encrypts the ids of events and the cursors, so that nobody reads from them how much is published in channels that are not his: 22 characters in place of
   * `<epoch>.<sequence>`. They cannot be made up either. Clients do everything with them that they do with others. Default false.
   */
  opaqueIds?: false | OpaqueIdOptions;
  /** Where the data goes of events that are too large, where `oversize` is `"reference"`. It is this thread's: functions are not shared. */
  contentStore?: ContentStore;
  /** How long, and how many, keys are remembered under which events were published (`idempotencyKey`). */
  idempotency?: IdempotencyOptions;
  /**
   * In development, clients see what went wrong as it is: the message and the stack of an error that is answered with 500, for one.
   * Otherwise, and in production always, they see the message of a refusal without paths, queries and secrets, and of everything else
   * nothing. Default false.
   */
  exposeErrors?: boolean;
  /**
   * Gets structured entries, in this thread: `debug` for streams that open, refusals, heartbeats and single events; `info` an access record
   * for each stream that ends (user, channels, verdict, reason, duration, events, bytes); `warn` for clients that may not read, and alerts;
   * `error` for code of the application's that fails, which is not written to the console then. None has a token, or data.
   */
  logger?: Logger;
  /** When the hub's `alert` event tells of something, in this thread. `false`: never. Default: as {@link AlertOptions} says. */
  alerts?: false | AlertOptions;
  /** The defaults of the hub's streams. */
  lag?: StreamOptions["lag"];
  heartbeat?: StreamOptions["heartbeat"];
  maxDurationMs?: number;
  retryMs?: number;
  compress?: boolean;
  reauthorizeEveryMs?: number;
}

/** The names that the option objects may have. */
export const HUB_OPTIONS: Names<HubOptions> = {
  name: true,
  limits: true,
  history: true,
  policies: true,
  rate: true,
  merge: true,
  throttle: true,
  batch: true,
  maxBytes: true,
  oversize: true,
  keep: true,
  redact: true,
  channelTtlMs: true,
  lagGraceMs: true,
  reactors: true,
  authorize: true,
  authorizeTimeoutMs: true,
  isBanned: true,
  opaqueIds: true,
  contentStore: true,
  idempotency: true,
  exposeErrors: true,
  logger: true,
  alerts: true,
  lag: true,
  heartbeat: true,
  maxDurationMs: true,
  retryMs: true,
  compress: true,
  reauthorizeEveryMs: true,
};
const LIMIT_OPTIONS: Names<LimitOptions> = {
  connections: true,
  perChannel: true,
  perUser: true,
  opensPerUser: true,
  channels: true,
  channelsPerConnection: true,
  publishesPerUser: true,
};

const MOST_REACTORS = 64;

const IDEMPOTENCY_OPTIONS: Names<IdempotencyOptions> = { ttlMs: true, keys: true };
const MOST_IDEMPOTENCY_KEYS = 10_000_000;

/** What the core is told of. */
export interface CoreOptions extends FlowOptions, ContentOptions {
  history?: HubHistoryOptions;
  idempotency?: IdempotencyOptions;
  limits?: LimitOptions;
  /** With their presets in. */
  policies?: readonly ChannelPolicy[];
  channelTtlMs?: number;
  lagGraceMs?: number;
  reactors?: number;
}

/** Checks a hub's options. What is left out is not in the result. */
export function toNativeHubOptions(options: CoreOptions): NativeHubOptions {
  const { limits = {}, idempotency = {}, policies, channelTtlMs, lagGraceMs, reactors } = options;
  requireObject("idempotency", idempotency);
  requireKnown("idempotency", idempotency, IDEMPOTENCY_OPTIONS);
  requireObject("limits", limits);
  requireKnown("limits", limits, LIMIT_OPTIONS);
  const { connections, perChannel, perUser, channels, channelsPerConnection, publishesPerUser, opensPerUser } = limits;
  const check = (name: string, value: number | undefined, bounds: NumberBounds) => {
    if (value !== undefined) requireNumber(name, value, bounds);
  };
  const infinity = true;
  check("limits.connections", connections, { infinity });
  check("limits.perChannel", perChannel, { infinity });
  check("limits.perUser", perUser, { infinity });
  check("limits.opensPerUser", opensPerUser, { least: 1, infinity });
  check("limits.channels", channels, { infinity });
  check("limits.channelsPerConnection", channelsPerConnection, { infinity });
  check("channelTtlMs", channelTtlMs, { infinity });
  check("lagGraceMs", lagGraceMs, {});
  checkSizes("", options);
  check("idempotency.ttlMs", idempotency.ttlMs, { least: 1 });
  check("idempotency.keys", idempotency.keys, { most: MOST_IDEMPOTENCY_KEYS });
  check("reactors", reactors, { least: 1, most: MOST_REACTORS });
  return {
    ...toNativeSettings("", { ...options, publishesPerUser }),
    ...toNativeHistory(options.history),
    ...toNativeContent("", { ...NO_CONTENT, ...options }),
    connections,
    perChannel,
    perUser,
    opensPerUser: opensPerUser === undefined ? undefined : Math.ceil(opensPerUser),
    channels,
    channelsPerConnection,
    channelTtlMs,
    lagGraceMs,
    idempotencyTtlMs: idempotency.ttlMs,
    idempotencyKeys: idempotency.keys,
    reactors,
    policies: policies && toNativePolicies(policies),
  };
}
