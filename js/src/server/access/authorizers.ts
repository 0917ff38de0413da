import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import type { Authorize } from "./authorize.js";

/** The authorizers that this thread has, by the hub's name: a function belongs to one thread. */
export function authorizers(): Map<string, Authorize> {
  return environment().state("authorizers", () => new Map());
}

/**
 * The route's own authorizer, or the hub's; undefined where there is none.
 *
 * @throws SSEError `NO_AUTHORIZER` where another thread has the hub's authorizer, and this one does not.
 */
export function authorizerOf(hubName: string, own: Authorize | undefined): Authorize | undefined {
  const authorize = own ?? authorizers().get(hubName);
  if (authorize !== undefined || !environment().hub(hubName).hasAuthorizer()) return authorize;
  throw new SSEError(
    "NO_AUTHORIZER",
    `The hub "${hubName}" has an authorizer, but not in this thread: import the module here that gives it to createHub`,
  );
}
