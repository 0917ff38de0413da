import { SSEError } from "../../shared/errors.js";
import { reportOnce } from "../observe/report.js";
import { answerInTime } from "./answer-in-time.js";
import { accessOver, type Facts, type Permission, readPermission } from "./permission.js";
import type { RequestLike } from "./request-like.js";

/** A request to read channels, as an authorizer sees it. */
export interface AuthorizeContext {
  readonly request: RequestLike;
  readonly channels: readonly string[];
  readonly userId: string | undefined;
  /** The hub's name. */
  readonly hub?: string;
  /** The client has named channels of these itself (`client.subscribe`), and not the route. */
  readonly isChosenByClient?: boolean;
}

/** What {@link Authorize} answers: see there. */
export type AuthorizeAnswer =
  | boolean
  | {
      readonly userId?: string | null | undefined;
      /** The stream ends then, and its client comes back to be asked for anew: a Date, or milliseconds since 1970. Default: never. */
      readonly expiresAt?: number | Date | null | undefined;
      /** At most 16 texts by names, by which `hub.disconnect({ where })` finds the stream: `{ tenant: "a", session: "x1" }`. */
      readonly facts?: Facts | null | undefined;
    };

/**
 * Says whether the client may read the channels: `true`, or an object with the `userId` that counts towards `limits.perUser`,
 * lets it in. `false`, and an object without a `userId` (that is what `{ userId: session?.user?.id }` gives without a session),
 * refuse with 403. So does any other answer, a forgotten `return` for one, and it is reported as the hub's `error`. It may throw
 * an SSEError `BAD_REQUEST`, `UNAUTHENTICATED`, `FORBIDDEN` or `NO_SUCH_CHANNEL`, which is answered with its status; whatever
 * else it throws is answered with 500. It is asked once a connection; one that has not answered within `authorizeTimeoutMs` (10 s) refuses
 * with 503.
 */
export type Authorize = (context: AuthorizeContext) => AuthorizeAnswer | Promise<AuthorizeAnswer>;

/** Asks the authorizer. Gives what the client is let in for; throws the refusal. */
export async function ask(hubName: string, authorize: Authorize, context: AuthorizeContext): Promise<Permission> {
  // A copy: changing it must not change which channels are joined.
  const asked = { ...context, hub: hubName, channels: [...context.channels] };
  const answer: unknown = await answerInTime(hubName, "authorize", () => authorize(asked));
  const permission = readPermission(answer, context.userId);
  if (permission === "refused") throw forbidden();
  if ("wrong" in permission) {
    reportOnce(hubName, "authorize", `authorize ${permission.wrong}; the client was refused`, context.channels);
    throw forbidden();
  }
  if (permission.expiresAt !== undefined && permission.expiresAt <= Date.now()) throw accessOver();
  return permission;
}

export function forbidden(): SSEError {
  return new SSEError("FORBIDDEN", "The client may not read these channels");
}
