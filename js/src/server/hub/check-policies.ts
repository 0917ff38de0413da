import type { NativePolicy, NativePolicySettings } from "../../native/native-policy.js";
import {
  type NumberBounds,
  requireFlag,
  requireFunction,
  requireKey,
  requireName,
  requireNumber,
  requireObject,
  requireStringArray,
} from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import { REST } from "../observe/rest.js";
import { checkStreamOptions } from "../stream/options.js";
import { toNativeContent } from "./check-content.js";
import { toNativePolicyHistory } from "./check-history.js";
import { toNativeRecords } from "./check-records.js";
import type {
  BatchOptions,
  ChannelPolicy,
  FlowOptions,
  MergeOptions,
  PolicyLimits,
  RateOptions,
  ThrottleOptions,
} from "./policy.js";
import { policies as presets } from "./presets.js";

const POLICY_OPTIONS: Names<ChannelPolicy> = {
  name: true,
  match: true,
  preset: true,
  history: true,
  limits: true,
  rate: true,
  merge: true,
  throttle: true,
  batch: true,
  channelTtlMs: true,
  durable: true,
  heartbeat: true,
  maxBytes: true,
  oversize: true,
  keep: true,
  redact: true,
  records: true,
  stamp: true,
  canAccess: true,
  requireAuthorizer: true,
};
const LIMIT_OPTIONS: Names<PolicyLimits> = { connections: true, total: true, channels: true, publishesPerUser: true };
const RATE_OPTIONS: Names<RateOptions> = { perSecond: true, burst: true, buffer: true, overflow: true };
const BUFFER_OPTIONS: Names<NonNullable<RateOptions["buffer"]>> = { events: true, bytes: true };
const MERGE_OPTIONS: Names<MergeOptions> = { windowMs: true, fields: true };
const THROTTLE_OPTIONS: Names<ThrottleOptions> = { everyMs: true };
const BATCH_OPTIONS: Names<BatchOptions> = { everyMs: true };
const OVERFLOWS = ["dropOldest", "refuse"] satisfies RateOptions["overflow"][];

/** So that each of them is there, if only as undefined. */
export const NO_CONTENT = { maxBytes: undefined, oversize: undefined, keep: undefined, redact: undefined };

const SLOWEST_PER_SECOND = 0.001;
const LARGEST_BURST = 1_000_000;
const DEFAULT_WINDOW_MS = 1000;

/**
 * The policies with their presets in.
 *
 * @throws TypeError that names the option which is unknown, of a wrong type, or contradicts another.
 */
export function withPresets(policies: readonly ChannelPolicy[]): ChannelPolicy[] {
  if (!Array.isArray(policies as unknown)) throw new TypeError("policies must be an array of policies");
  const names = new Set<string>();
  const matches = new Set<string>();
  return Array.from(policies, (policy: unknown, at) => {
    const where = `policies[${at}]`;
    requireObject(where, policy);
    requireKnown(where, policy as ChannelPolicy, POLICY_OPTIONS);
    const { preset, ...own } = policy as ChannelPolicy;
    const { match, name = match } = own;
    checkMatch(`${where}.match`, match);
    requireName(`${where}.name`, name);
    if (name === "" || name === REST) throw new TypeError(`${where}.name cannot be ${JSON.stringify(name)}`);
    if (matches.has(match)) throw new TypeError(`${where}.match is that of a policy before it, which counts`);
    if (names.has(name)) throw new TypeError(`${where}.name is that of a policy before it`);
    names.add(name);
    matches.add(match);
    if (preset !== undefined) requireOneOf(`${where}.preset`, preset, Object.keys(presets));
    return { ...(preset && presets[preset]), ...withoutUndefined(own), name };
  });
}

function checkMatch(where: string, match: unknown): asserts match is string {
  requireName(where, match);
  if (match === "") throw new TypeError(`${where} must not be empty; "**" matches every channel`);
  for (const part of match.split(":")) {
    if (!part.includes("*") || part === "*" || part === "**") continue;
    throw new TypeError(
      `${where} has the part "${part}", where * stands for whole parts between colons: "room:*", "**:log"`,
    );
  }
}

/** Checks policies that have their presets in. */
export function toNativePolicies(policies: readonly ChannelPolicy[]): NativePolicy[] {
  return policies.map((policy, at) => {
    const { name = "", match, history, limits = {}, heartbeat, rate, merge, throttle, batch, channelTtlMs } = policy;
    const { records, stamp, canAccess, requireAuthorizer, durable } = policy;
    const where = `policies[${at}].`;
    requireObject(`${where}limits`, limits);
    requireKnown(`${where}limits`, limits, LIMIT_OPTIONS);
    const { connections, total, channels, publishesPerUser } = limits;
    const check = (of: string, value: number | undefined) => {
      if (value !== undefined) requireNumber(`${where}limits.${of}`, value, { infinity: true });
    };
    check("connections", connections);
    check("total", total);
    check("channels", channels);
    if (connections !== undefined && total !== undefined && connections !== Infinity && connections > total) {
      throw new TypeError(`${where}limits.connections is above ${where}limits.total: one channel has no more than all`);
    }
    if (channelTtlMs !== undefined) requireNumber(`${where}channelTtlMs`, channelTtlMs, { infinity: true });
    if (heartbeat !== undefined) checkHeartbeat(where, heartbeat);
    checkSizes(where, policy);
    if (stamp !== undefined && stamp !== false) requireKey(`${where}stamp`, stamp);
    if (canAccess !== undefined) requireFunction(`${where}canAccess`, canAccess);
    requireFlag(`${where}requireAuthorizer`, requireAuthorizer);
    requireFlag(`${where}durable`, durable);
    const { history: sizes, sync } = toNativePolicyHistory(`${where}history`, history);
    if (durable === false && sync !== undefined) {
      throw new TypeError(`${where}history.sync is for durable channels, and ${where}durable is false`);
    }
    return {
      name,
      match,
      guard: canAccess !== undefined ? "policy" : requireAuthorizer === true ? "authorizer" : undefined,
      ...sizes,
      durability: durable === false ? "memory" : sync,
      ...toNativeSettings(where, { rate, merge, throttle, batch, publishesPerUser }),
      ...toNativeContent(where, { ...NO_CONTENT, ...policy }),
      perChannel: connections,
      total,
      policyChannels: channels,
      policyChannelTtlMs: channelTtlMs,
      records: records === undefined ? undefined : toNativeRecords(`${where}records`, records),
      stamp: stamp === false ? "" : stamp,
    };
  });
}

/** Data that no history could hold is larger than anything that could be published. */
export function checkSizes(where: string, { maxBytes, history }: Pick<ChannelPolicy, "maxBytes" | "history">): void {
  if (maxBytes === undefined || history?.bytes === undefined || maxBytes <= history.bytes) return;
  throw new TypeError(
    `${where}maxBytes is above ${where}history.bytes: an event has to fit into its channel's history`,
  );
}

function checkHeartbeat(where: string, heartbeat: NonNullable<ChannelPolicy["heartbeat"]>): void {
  try {
    checkStreamOptions({ heartbeat });
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${where}${error.message}`, { cause: error });
    throw error;
  }
}

/** What a policy and the hub's own options may say alike. */
export interface PolicySettings {
  readonly publishesPerUser?: number | undefined;
  readonly rate?: FlowOptions["rate"] | undefined;
  readonly merge?: FlowOptions["merge"] | undefined;
  readonly throttle?: FlowOptions["throttle"] | undefined;
  readonly batch?: FlowOptions["batch"] | undefined;
}

/**
 * Checks them. What is left out is not in the result.
 *
 * @param where - what goes before the names of options in errors: `"policies[0]."`, or nothing.
 */
export function toNativeSettings(where: string, settings: PolicySettings): NativePolicySettings {
  const { publishesPerUser, rate, merge, throttle, batch } = settings;
  const check = (name: string, value: number | undefined, bounds: NumberBounds) => {
    if (value !== undefined) requireNumber(`${where}${name}`, value, bounds);
  };
  check("limits.publishesPerUser", publishesPerUser, { least: SLOWEST_PER_SECOND, infinity: true });
  return {
    publishesPerUser,
    ...(rate !== undefined && toNativeRate(`${where}rate`, rate)),
    mergeWindowMs: windowOf(`${where}merge`, merge, "windowMs", MERGE_OPTIONS),
    mergeFields: fieldsOf(`${where}merge.fields`, merge),
    throttleEveryMs: windowOf(`${where}throttle`, throttle, "everyMs", THROTTLE_OPTIONS),
    batchEveryMs: windowOf(`${where}batch`, batch, "everyMs", BATCH_OPTIONS),
  };
}

function toNativeRate(where: string, rate: RateOptions | false): Partial<NativePolicySettings> {
  if (rate === false) return { ratePerSecond: Infinity };
  requireObject(where, rate);
  requireKnown(where, rate, RATE_OPTIONS);
  const { perSecond, burst, buffer = {}, overflow = "dropOldest" } = rate;
  requireObject(`${where}.buffer`, buffer);
  requireKnown(`${where}.buffer`, buffer, BUFFER_OPTIONS);
  const { events, bytes } = buffer;
  requireNumber(`${where}.perSecond`, perSecond, { least: SLOWEST_PER_SECOND });
  if (burst !== undefined) requireNumber(`${where}.burst`, burst, { least: 1, most: LARGEST_BURST });
  if (events !== undefined) requireNumber(`${where}.buffer.events`, events);
  if (bytes !== undefined) requireNumber(`${where}.buffer.bytes`, bytes, { least: 1024 });
  requireOneOf(`${where}.overflow`, overflow, OVERFLOWS);
  if (events === 0 && overflow === "dropOldest") {
    throw new TypeError(
      `${where}.buffer.events is 0, where nothing waits that could be dropped: ${where}.overflow must be "refuse"`,
    );
  }
  return {
    ratePerSecond: perSecond,
    rateBurst: burst,
    rateBufferEvents: events,
    rateBufferBytes: bytes,
    rateRefuses: overflow === "refuse",
  };
}

function fieldsOf(where: string, merge: MergeOptions | false | undefined): readonly string[] | undefined {
  if (merge === undefined || merge === false) return merge === false ? [] : undefined;
  const { fields = [] } = merge;
  requireStringArray(where, fields);
  return fields;
}

/** The milliseconds of an object's option; 0 for none. */
function windowOf<Name extends string>(
  where: string,
  options: ({ readonly [Of in Name]?: number } & object) | false | undefined,
  name: Name,
  names: Readonly<Record<string, true>>,
): number | undefined {
  if (options === undefined || options === false) return options === false ? 0 : undefined;
  requireObject(where, options);
  requireKnown(where, options, names);
  const ms = options[name] ?? DEFAULT_WINDOW_MS;
  requireNumber(`${where}.${name}`, ms, { least: 1 });
  return ms;
}
