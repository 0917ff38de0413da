/** What the core answers, by its names for it: native/core/hub/outcomes.hpp. */

/** Why a connection was not opened. */
export const OPEN_REFUSALS = ["serverFull", "draining"] as const;
export type OpenRefusal = (typeof OPEN_REFUSALS)[number];

/** What became of joining a channel. */
export const JOIN_OUTCOMES = [
  "joined",
  "alreadyThere",
  "closed",
  "channelFull",
  "policyFull",
  "userFull",
  "tooManyChannels",
  "hubFull",
  "policyChannels",
  "denied",
  "tooFast",
] as const;
export type NativeJoin = (typeof JOIN_OUTCOMES)[number];

/** Why an event was not accepted. */
export const WRITE_REFUSALS = [
  "closed",
  "invalidType",
  "invalidId",
  "empty",
  "tooLarge",
  "dataTooLarge",
  "overloaded",
  "hubFull",
  "policyChannels",
  "channelClosed",
] as const;
/** What came too fast: for its channel's rate, or for its user. */
export const RATE_REFUSALS = ["rateLimited", "userRateLimited"] as const;
/** What becomes of an event that was accepted and not sent. */
export const WAITING_STATES = ["held", "merged"] as const;
/** What is wrong with its id. */
export const ID_REFUSALS = ["idEmpty", "idTooLong", "invalidId", "idOuterSpace", "idReserved"] as const;
export type NativeRefusal = (typeof WRITE_REFUSALS)[number] | (typeof ID_REFUSALS)[number];
