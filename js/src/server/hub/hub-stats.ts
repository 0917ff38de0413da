import type { NativeStats } from "../../native/binding.js";
import { REST } from "./check-policies.js";

/** What there is of the channels of one policy. */
export interface PolicyStats {
  readonly channels: number;
  /** Connections that read at least one of them. */
  readonly connections: number;
  /** Events that were lost because the buffer of a `rate` was full. */
  readonly dropped: number;
  /** Events in which something was redacted. */
  readonly redacted: number;
  /** Events that were truncated. */
  readonly truncated: number;
}

/** What there is in a hub, in this process. */
export interface HubStats extends Omit<NativeStats, "policies"> {
  /** By the policies' names; `"default"` are the channels that no policy is for. */
  readonly policies: Readonly<Record<string, PolicyStats>>;
}

export function toHubStats({ policies, ...stats }: NativeStats): HubStats {
  const named = policies.map(({ name, ...policy }) => [name === "" ? REST : name, policy] as const);
  return { ...stats, policies: Object.fromEntries(named) };
}
