import { requireFunction, requireObject, requireStringArray, requireUser } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import type { Authorize } from "./authorize.js";
import type { Permission } from "./permission.js";
import { permit } from "./permit.js";
import type { RequestLike } from "./request-like.js";

/** Options of {@link authorizeRequest}. */
export interface AuthorizeRequestOptions {
  channels: readonly string[];
  /** Who it is, where that is known already. */
  userId?: string;
  /** Asked in place of the hub's. */
  authorize?: Authorize;
}

const OPTIONS: Names<AuthorizeRequestOptions> = { channels: true, userId: true, authorize: true };

/**
 * Asks whether a request may do something with channels, as `hub.response` asks whether it may read them: for what belongs to a stream and is
 * none, such as a command. Gives the user's id, if there is one. Where nobody is to be asked, everybody may.
 *
 * @throws SSEError `FORBIDDEN`, `NO_AUTHORIZER` or what the authorizer throws: {@link refusalResponse} answers it.
 */
export async function authorizeRequest(
  hub: { readonly name: string },
  request: RequestLike,
  options: AuthorizeRequestOptions,
): Promise<string | undefined> {
  return (await permitRequest(hub, request, options)).userId;
}

/** The same, and gives all that the client was let in for: for what lasts. */
export async function permitRequest(
  hub: { readonly name: string },
  request: RequestLike,
  options: AuthorizeRequestOptions,
): Promise<Permission> {
  requireObject("request", request);
  requireObject("options", options);
  requireKnown("authorizeRequest", options, OPTIONS);
  const { channels, userId, authorize } = options;
  requireStringArray("channels", channels);
  if (userId !== undefined) requireUser(userId);
  if (authorize !== undefined) requireFunction("authorize", authorize);
  const permission = await permit(hub.name, { request, channels, userId }, authorize);
  return permission ?? { userId, expiresAt: undefined, facts: undefined };
}
