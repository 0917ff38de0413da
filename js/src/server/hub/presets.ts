import type { ChannelPolicy } from "./policy.js";

/** What a preset may say. */
export type PolicyPreset = Omit<ChannelPolicy, "name" | "match" | "preset">;

/**
 * Options for the usual kinds of channels, to be spread into a policy, or named as its `preset`.
 *
 * @example
 * createHub({ policies: [{ match: "room:*", ...policies.logs, limits: { connections: 10 } }] });
 */
export const policies = {
  /** Log records of at most 10 KiB without secrets: 10 a second leave a channel, similar ones become one. */
  logs: {
    rate: { perSecond: 10 },
    merge: { windowMs: 1000, fields: ["level?", "agentType?", "message"] },
    maxBytes: 10 * 1024,
    oversize: "truncate",
    redact: true,
  },
  /** Messages of people: 10 a second of each user, kept for an hour. */
  chat: { history: { events: 1000, ttlMs: 3_600_000 }, limits: { publishesPerUser: 10 } },
  /** Progress of which the newest counts: one event a second of each `throttleKey`. */
  progress: { history: { events: 100 }, throttle: { everyMs: 1000 } },
} as const satisfies Readonly<Record<NonNullable<ChannelPolicy["preset"]>, PolicyPreset>>;
