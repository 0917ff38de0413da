import { setPolicyAccess } from "../access/policy-access.js";
import { environment } from "../lifecycle/environment.js";
import { toNativePolicies, withPresets } from "./check-policies.js";
import type { Hub } from "./hub.js";
import type { EventMap } from "./hub-types.js";
import type { ChannelPolicy } from "./policy.js";

/**
 * Adds rules behind those of `createHub`: for a module that brings channels of its own, which the application's policies still may rule. One that
 * was added before under its name (default: `match`) is replaced. Heartbeats are the streams' own: such a policy has none.
 *
 * @throws TypeError that names the option which is wrong.
 * @example
 * addPolicies(hub, [{ match: "job:*", preset: "progress" }]);
 */
export function addPolicies<Events extends EventMap>(hub: Hub<Events>, policies: readonly ChannelPolicy[]): void {
  if (typeof (hub as Partial<typeof hub> | null)?.name !== "string") throw new TypeError("hub must be a hub");
  const rules = withPresets(policies);
  const at = rules.findIndex(({ heartbeat, oversize }) => heartbeat !== undefined || oversize === "reference");
  if (at >= 0) throw new TypeError(`policies[${at}] must have no heartbeat, and nothing kept by reference`);
  setPolicyAccess(hub.name, rules, true);
  environment()
    .hub(hub.name)
    .configure({ addedPolicies: toNativePolicies(rules) });
  environment().schedule();
}
