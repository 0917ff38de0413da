import { isSSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { isLogged, log } from "../observe/logger.js";
import { traceIdOf } from "../observe/trace.js";
import { runUserCode } from "../observe/user-code-error.js";
import { type Authorize, type AuthorizeContext, ask, forbidden } from "./authorize.js";
import { authorizerOf } from "./authorizers.js";
import { requireNotBanned } from "./ban-list.js";
import type { Permission } from "./permission.js";
import { askPolicies } from "./policy-access.js";

/**
 * Asks all who are to be asked before a client reads the channels: the route's authorizer or the hub's, and the channels' policies. Undefined where there is no
 * authorizer: then everybody may whom the policies let in.
 *
 * @param own - the route's.
 * @throws SSEError the refusal; whatever else their code throws.
 */
export async function permit(
  hubName: string,
  context: AuthorizeContext,
  own: Authorize | undefined,
): Promise<Permission | undefined> {
  const authorize = authorizerOf(hubName, own);
  const permission =
    authorize === undefined ? undefined : await runUserCode("authorize", () => ask(hubName, authorize, context));
  await askPolicies(hubName, context, permission);
  const userId = permission === undefined ? context.userId : permission.userId;
  if (userId !== undefined && environment().hub(hubName).isDenied(userId)) throw forbidden();
  await requireNotBanned(hubName, context.request, userId);
  if (permission !== undefined && isLogged(hubName, "info")) {
    const about = { userId, channels: context.channels };
    log(hubName, "info", "access granted", { kind: "audit", ...about, traceId: traceIdOf(context.request) });
  }
  return permission;
}

/** Refusals that are about channels, and not about who asks, or when. */
const ABOUT_CHANNELS = ["FORBIDDEN", "NO_SUCH_CHANNEL", "BAD_REQUEST"];

export function isAboutChannels(error: unknown): boolean {
  return isSSEError(error) && ABOUT_CHANNELS.includes(error.code);
}

/**
 * The same for a client that has chosen channels beside the route's: of those it reads what it may. Where nobody is to be asked, it may choose none.
 *
 * @throws what {@link permit} throws for the route's channels.
 */
export async function permitChosen(
  hubName: string,
  context: AuthorizeContext,
  chosen: readonly string[],
  own: Authorize | undefined,
): Promise<{ readonly permission: Permission | undefined; readonly chosen: readonly string[] }> {
  if (chosen.length === 0) return { permission: await permit(hubName, context, own), chosen };
  const may = async (channels: readonly string[]) => {
    try {
      return await permit(hubName, { ...context, channels, isChosenByClient: true }, own);
    } catch (error) {
      if (isAboutChannels(error)) return undefined;
      throw error;
    }
  };
  const all = await may([...context.channels, ...chosen]);
  if (all !== undefined) return { permission: all, chosen };
  let permission = await permit(hubName, context, own);
  const read: string[] = [];
  for (const channel of permission === undefined ? [] : chosen) {
    const one = await may([channel]);
    if (permission === undefined || one === undefined || one.userId !== permission.userId) continue;
    permission = both(permission, one);
    read.push(channel);
  }
  return { permission, chosen: read };
}

/** What holds where both do: until the earlier end, with what is known by either. */
export function both(one: Permission, other: Partial<Permission>): Permission {
  const expiresAt = Math.min(one.expiresAt ?? Infinity, other.expiresAt ?? Infinity);
  const facts = { ...other.facts, ...one.facts };
  return {
    userId: one.userId,
    expiresAt: expiresAt === Infinity ? undefined : expiresAt,
    facts: Object.keys(facts).length === 0 ? undefined : facts,
  };
}
