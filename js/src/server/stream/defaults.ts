import { environment } from "../lifecycle/environment.js";
import { type HeartbeatOptions, heartbeatEveryMs, type StreamDefaults } from "./options.js";

type Heartbeat = false | HeartbeatOptions | undefined;

/** By the hub's name. */
function defaults(): Map<string, StreamDefaults> {
  return environment().state("stream defaults", () => new Map());
}

/** By the hub's name, then the policy's. */
function policyHeartbeats(): Map<string, ReadonlyMap<string, Heartbeat>> {
  return environment().state("heartbeats of policies", () => new Map());
}

/**
 * What this thread's `createHub` calls have said of the hub's streams.
 *
 * @param channels - that the stream is to read: their policies say how its heartbeats are.
 */
export function streamDefaults(hubName: string, channels: readonly string[] = []): StreamDefaults {
  const own = defaults().get(hubName) ?? {};
  const ofPolicies = policyHeartbeats().get(hubName);
  if (ofPolicies === undefined || ofPolicies.size === 0 || channels.length === 0) return own;
  const hub = environment().hub(hubName);
  const all = channels.map((key) => withDefaults(ofPolicies.get(hub.policyName(key)), own.heartbeat));
  const heartbeat = shortest(all);
  return heartbeat === undefined ? own : { ...own, heartbeat };
}

/** What a policy leaves out is as the hub has it. */
function withDefaults(heartbeat: Heartbeat, ofHub: Heartbeat): Heartbeat {
  return heartbeat === undefined || heartbeat === false ? (heartbeat ?? ofHub) : { ...(ofHub || {}), ...heartbeat };
}

function shortest(all: readonly Heartbeat[]): Heartbeat {
  const everyMs = (heartbeat: Heartbeat) => heartbeatEveryMs(heartbeat) ?? Infinity;
  return all.reduce((best, one) => (everyMs(one) < everyMs(best) ? one : best));
}

/**
 * What the heartbeats of a hub's policies become with what is said of the hub's own now.
 *
 * @param policies - undefined: they stay as they are.
 */
export function policyHeartbeatsWith(
  hubName: string,
  given: Heartbeat,
  policies: readonly { readonly name?: string; readonly heartbeat?: Heartbeat }[] | undefined,
): { readonly name: string; readonly heartbeat: Heartbeat }[] {
  const own = heartbeatOver(defaults().get(hubName)?.heartbeat, given);
  const said = policies?.map(({ name = "", heartbeat }) => [name, heartbeat] as const);
  const all = said ?? [...(policyHeartbeats().get(hubName) ?? [])];
  return all.map(([name, heartbeat]) => ({ name, heartbeat: withDefaults(heartbeat, own) }));
}

/** What was said before holds where nothing is said now. */
function heartbeatOver(before: Heartbeat, given: Heartbeat): Heartbeat {
  return before && given ? { ...before, ...given } : (given ?? before);
}

/** Adds defaults. Those that were given before and are not given now stay; so do the single values of `lag` and `heartbeat`. */
export function addStreamDefaults(hubName: string, given: StreamDefaults): void {
  const before = defaults().get(hubName) ?? {};
  const { lag } = before;
  const heartbeat = heartbeatOver(before.heartbeat, given.heartbeat);
  defaults().set(hubName, {
    ...before,
    ...given,
    ...(lag && given.lag && { lag: { ...lag, ...given.lag } }),
    ...(heartbeat !== undefined && { heartbeat }),
  });
}

/** The heartbeats of a hub's policies, in place of those before. */
export function setPolicyHeartbeats(
  hubName: string,
  policies: readonly { readonly name?: string; readonly heartbeat?: false | HeartbeatOptions }[],
): void {
  const said = policies.filter(({ heartbeat }) => heartbeat !== undefined);
  policyHeartbeats().set(hubName, new Map(said.map(({ name = "", heartbeat }) => [name, heartbeat])));
}
