/** What the addon is told of policies. */

/** What a policy, or the hub for channels without one, says; what is left out stays as it is, or is the hub's. */
export interface NativePolicySettings {
  readonly historyEvents?: number | undefined;
  readonly historyBytes?: number | undefined;
  readonly historyTtlMs?: number | undefined;
  readonly durability?: "memory" | "batch" | "always" | undefined;
  /** What the store keeps. */
  readonly storedEvents?: number | undefined;
  readonly storedBytes?: number | undefined;
  readonly storedTtlMs?: number | undefined;
  readonly perChannel?: number | undefined;
  readonly total?: number | undefined;
  /** Channels of the policy. */
  readonly policyChannels?: number | undefined;
  readonly publishesPerUser?: number | undefined;
  /** Infinity: no rate. */
  readonly ratePerSecond?: number | undefined;
  readonly rateBurst?: number | undefined;
  readonly rateBufferEvents?: number | undefined;
  readonly rateBufferBytes?: number | undefined;
  readonly rateRefuses?: boolean | undefined;
  /** 0: none, as below. */
  readonly mergeWindowMs?: number | undefined;
  readonly throttleEveryMs?: number | undefined;
  readonly batchEveryMs?: number | undefined;
  readonly mergeFields?: readonly string[] | undefined;
  /** Empty: none. */
  readonly stamp?: string | undefined;
  /** Who has to be asked before anybody reads the channels: an authorizer, or the policy's own function. */
  readonly guard?: "authorizer" | "policy" | undefined;
}

/** What a member of a record may be. */
export interface NativeMember {
  readonly name: string;
  readonly isRequired: boolean;
  readonly type?: "string" | "number" | "integer" | "boolean" | "object" | "array" | undefined;
  readonly allowed?: readonly string[] | undefined;
  readonly minimum?: number | undefined;
  readonly minLength?: number | undefined;
}

/** What the data of events of one type must be. */
export interface NativeRecord {
  readonly event: string;
  readonly members: readonly NativeMember[];
}

/** A literal prefix, and so many characters of a set behind it. */
export interface NativeSecretPattern {
  readonly prefix: string;
  readonly characters: string;
  readonly least: number;
  readonly most: number;
}

/** What is said of the data of events. */
export interface NativeContentSettings {
  readonly maxBytes?: number | undefined;
  /** Or what is too large is refused. */
  readonly oversize?: "refuse" | "truncate" | "reference" | undefined;
  readonly keep?: readonly string[] | undefined;
  readonly redact?:
    | false
    | {
        readonly keys: readonly string[];
        readonly paths: readonly string[];
        readonly patterns: readonly NativeSecretPattern[];
        readonly emails: boolean;
      }
    | undefined;
  /** See `merge.fields`. */
  readonly mergeFields?: readonly string[] | undefined;
  /** Empty: every event is taken. */
  readonly records?: readonly NativeRecord[] | undefined;
}

export interface NativePolicy extends NativePolicySettings, NativeContentSettings {
  readonly name: string;
  readonly match: string;
  /** After which one of its channels is forgotten. */
  readonly policyChannelTtlMs?: number | undefined;
}
