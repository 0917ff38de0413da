import { reportOnce } from "../observe/report.js";
import type { AuthorizeContext } from "./authorize.js";
import { bearerRefusal } from "./challenge.js";
import { isYes } from "./yes-or-no.js";

/** Whether who is known by this may read a channel. */
export type CanAccessBy<Known> = (
  known: Known,
  channel: string,
  context: AuthorizeContext,
) => boolean | Promise<boolean>;

/**
 * Asks for each channel whether who is known by this may read it. Without a function who is known may read what the route names, and nothing that the
 * client chooses.
 *
 * @param of - whose option it is.
 * @throws SSEError `FORBIDDEN`
 */
export async function requireAccess<Known>(
  of: string,
  known: Known,
  context: AuthorizeContext,
  canAccess: CanAccessBy<Known> | undefined,
): Promise<void> {
  if (canAccess === undefined && context.isChosenByClient) {
    reportTo(of, context, "a client that chooses channels needs canAccess, which says which it may read");
    throw insufficient();
  }
  for (const channel of canAccess === undefined ? [] : context.channels) {
    const answer: unknown = await canAccess?.(known, channel, context);
    if (!isYes(context.hub ?? "default", `${of}: canAccess`, answer, context.channels)) throw insufficient();
  }
}

function insufficient() {
  return bearerRefusal("FORBIDDEN", "The client may not read these channels", "insufficient_scope");
}

/** Tells the hub what only the application can mend, once. */
export function reportTo(of: string, { hub = "default", channels }: AuthorizeContext, what: string): void {
  reportOnce(hub, "authorize", `${of}: ${what}; the client was refused`, channels);
}
