import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { runUserCode } from "../observe/user-code-error.js";
import { answerInTime } from "./answer-in-time.js";
import { type AuthorizeContext, forbidden } from "./authorize.js";
import type { Facts, Permission } from "./permission.js";
import { isYes } from "./yes-or-no.js";

/** Whether a client may read a channel, as a policy sees it. */
export interface ChannelAccess {
  readonly channel: string;
  readonly request: AuthorizeContext["request"];
  /** As the authorizer has said it, or the route. */
  readonly userId: string | undefined;
  /** As the authorizer has said them. */
  readonly facts: Facts;
  /** See {@link AuthorizeContext}. */
  readonly isChosenByClient: boolean;
}

/** Says whether a client may read a channel of its policy: `true` or `false`; see {@link Authorize} for all else. */
export type CanAccess = (access: ChannelAccess) => boolean | Promise<boolean>;

type Named = { readonly name?: string; readonly canAccess?: CanAccess | undefined };

/** By the hub's name, then the policy's: functions belong to one thread. */
function accesses(): Map<string, Map<string, CanAccess>> {
  return environment().state("access of policies", () => new Map());
}

/** What the hub's policies ask, in place of what they did before, or, of policies that are added, beside it. */
export function setPolicyAccess(hubName: string, policies: readonly Named[], areAdded = false): void {
  const before = areAdded ? accesses().get(hubName) : undefined;
  const now = policies.flatMap(({ name, canAccess }) => (name && canAccess ? [[name, canAccess] as const] : []));
  if (now.length > 0 || !areAdded) accesses().set(hubName, new Map([...(before ?? []), ...now]));
}

/**
 * Asks those of the channels' policies that want to be asked.
 *
 * @param permission - what the authorizer has given; undefined where there is none.
 * @throws SSEError `NO_AUTHORIZER` where a channel's policy demands an authorizer, or has a function that this thread has not; `FORBIDDEN`,
 *   `TIMED_OUT`, or what the function throws.
 */
export async function askPolicies(
  hubName: string,
  context: AuthorizeContext,
  permission: Permission | undefined,
): Promise<void> {
  const hub = environment().hub(hubName);
  for (const channel of context.channels) {
    const guard = hub.guardOf(channel);
    if (guard === "") continue;
    const policy = hub.policyName(channel);
    const canAccess = guard === "policy" ? accesses().get(hubName)?.get(policy) : undefined;
    if (canAccess === undefined && (guard === "policy" || permission === undefined)) {
      const what =
        guard === "policy"
          ? "has canAccess, but not in this thread: import the module here that gives it to createHub"
          : "demands an authorizer (requireAuthorizer), and there is none: give authorize to createHub, or to the route";
      throw new SSEError("NO_AUTHORIZER", `The policy "${policy}" of the hub "${hubName}" ${what}`);
    }
    if (canAccess === undefined) continue;
    const { request, isChosenByClient = false } = context;
    const access = {
      ...{ channel, request, isChosenByClient },
      userId: permission?.userId ?? context.userId,
      facts: { ...permission?.facts },
    };
    const answer = await runUserCode("authorize", () => answerInTime(hubName, "canAccess", () => canAccess(access)));
    if (!isYes(hubName, `canAccess of the policy "${policy}"`, answer, [channel])) throw forbidden();
  }
}
