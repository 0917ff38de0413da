import { type ChannelPolicy, policies, type RecordSchema } from "../../server/hub-api.js";
import { requireNumber, requireObject, requireStringArray } from "../../shared/arguments.js";
import { LOG_LEVELS, type LogConnected } from "../../shared/logs/record.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";
import type { RoomPolicy } from "./options.js";
import { roomChannel } from "./room-channel.js";

const POLICY_OPTIONS: Names<RoomPolicy> = {
  history: true,
  durable: true,
  limits: true,
  rate: true,
  merge: true,
  batch: true,
  channelTtlMs: true,
  maxBytes: true,
  oversize: true,
  keep: true,
  redact: true,
  canAccess: true,
  requireAuthorizer: true,
};

/** What a record cannot do without has room in them. */
const LEAST_BYTES = 1024;
const LIMITS = { connections: 10, total: 100 };

/** What a record must be. */
function recordSchema(agentTypes: readonly string[]): RecordSchema {
  return {
    required: ["agentType", "level", "message"],
    properties: {
      agentType: { enum: agentTypes },
      level: { enum: LOG_LEVELS },
      message: { type: "string", minLength: 1 },
      metadata: { type: "object" },
      userId: { type: "string", minLength: 1 },
      roomId: { type: "string", minLength: 1 },
      duration: { type: "number", minimum: 0 },
      error: { type: "string", minLength: 1 },
    },
  };
}

/**
 * The rules of the rooms' channels.
 *
 * @throws TypeError for a misspelt option.
 */
export function roomPolicy(own: RoomPolicy, agentTypes: readonly string[]): ChannelPolicy {
  requireKnown("policy", own, POLICY_OPTIONS);
  const { limits = {}, keep = [], ...others } = withoutUndefined(own);
  requireObject("policy.limits", limits);
  requireStringArray("policy.keep", keep);
  if (others.maxBytes !== undefined) requireNumber("policy.maxBytes", others.maxBytes, { least: LEAST_BYTES });
  return {
    match: roomChannel("**"),
    ...policies.logs,
    ...others,
    limits: { ...LIMITS, ...withoutUndefined(limits) },
    keep: ["agentType", ...keep],
    records: { log: recordSchema(agentTypes) },
    stamp: "timestamp",
  };
}

/** What clients are told of them; null: there is none. */
export function limitsOf({ limits, rate, maxBytes }: ChannelPolicy): LogConnected["limits"] {
  const orNull = (limit: number | undefined) => (limit === undefined || limit === Infinity ? null : limit);
  return {
    connectionsPerRoom: orNull(limits?.connections),
    connections: orNull(limits?.total),
    recordsPerSecond: rate ? orNull(rate.perSecond) : null,
    recordBytes: orNull(maxBytes),
  };
}
