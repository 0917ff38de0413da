import { describe, isPlainObject, requireFunction, requireObject } from "../../shared/arguments.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { type AuthMode, letsAnonymousIn, warnOfAnonymous } from "./anonymous.js";
import type { Authorize, AuthorizeContext } from "./authorize.js";
import { bearerRefusal } from "./challenge.js";
import { checkOrigins, type OriginOptions, requireOwnPage } from "./own-pages.js";
import type { Facts } from "./permission.js";
import { requestHeaders } from "./request-headers.js";
import type { RequestLike } from "./request-like.js";
import { reportTo, requireAccess } from "./require-access.js";

/** Options of {@link sessionAuthorizer}. */
export interface SessionAuthorizerOptions<Session extends object> extends OriginOptions {
  /**
   * Gives the session of a request; null or undefined: there is none. `auth()` of Auth.js and Clerk, `auth.api.getSession({ headers })` of Better Auth,
   * `validateSessionToken` of Lucia's kind.
   */
  getSession: (context: {
    readonly request: RequestLike;
    readonly headers: Headers;
  }) => Session | null | undefined | Promise<Session | null | undefined>;
  /** Whose it is. Default: the session's `userId`, or that of its `session`, or the `id` of its `user`. */
  userId?: (session: Session) => string | null | undefined;
  /** When it ends. Default: the session's `expiresAt` or `expires`, or those of its `session`; else the stream does not end by it. */
  expiresAt?: (session: Session) => Date | string | number | null | undefined;
  /** See {@link AuthorizeAnswer}. Default: none. */
  facts?: (session: Session) => Facts | null | undefined;
  /**
   * Whether the session's user may read a channel, asked for each: `true`, or else it is refused. Who has no session (`mode`) has null here. Default: every channel that
   * the route names, and none that a client chooses (`hub.control`).
   */
  canAccess?: (session: Session | null, channel: string, context: AuthorizeContext) => boolean | Promise<boolean>;
  /** `"demo"`: who has no session is let in, as nobody. `REQUIRE_SSE_AUTH` in the environment says it, too. Default `"required"`. */
  mode?: AuthMode;
}

const OPTIONS: Names<SessionAuthorizerOptions<object>> = {
  getSession: true,
  userId: true,
  expiresAt: true,
  facts: true,
  canAccess: true,
  mode: true,
  origins: true,
  trustProxy: true,
};

/**
 * An authorizer that lets in who has a session, by the function of whatever library keeps them. A request with a cookie is taken from pages of the server's own
 * origin only. Without a session it is answered 401, and 403 where the user may not read a channel.
 *
 * @throws TypeError that names the option which is wrong; for `REQUIRE_SSE_AUTH` in the environment that is neither true nor false.
 * @example
 * export const hub = createHub({ authorize: sessionAuthorizer({ getSession: () => auth() }) });
 */
export function sessionAuthorizer<Session extends object>(options: SessionAuthorizerOptions<Session>): Authorize {
  requireObject("options", options);
  requireKnown("sessionAuthorizer", options, OPTIONS);
  const { getSession, userId = userOf, expiresAt = endOf, facts, canAccess, mode } = options;
  requireFunction("getSession", getSession);
  for (const [name, code] of Object.entries({ userId, expiresAt, facts, canAccess })) {
    if (code !== undefined) requireFunction(name, code);
  }
  const mayBeAnonymous = letsAnonymousIn(mode);
  const origins = checkOrigins(options);
  return async (context) => {
    const { request } = context;
    const isByCookie =
      request.headers.get("cookie") !== null && !/^bearer +\S/i.test(request.headers.get("authorization") ?? "");
    if (isByCookie) requireOwnPage(request, origins);
    const given: unknown = await getSession({ request, headers: requestHeaders(request) });
    const isSession = typeof given === "object" && given !== null;
    if (!isSession && given)
      reportTo("sessionAuthorizer", context, `getSession must give an object or null, not ${describe(given)}`);
    const session = isSession ? (given as Session) : null;
    const user = session === null ? undefined : userId(session);
    if (session === null || user === null || user === undefined) {
      if (session !== null && userId === userOf && !isSignedOut(session)) {
        reportTo(
          "sessionAuthorizer",
          context,
          "userId must say whose the session is, as a text: userId, session.userId and user.id do not",
        );
      }
      if (!mayBeAnonymous) throw bearerRefusal("UNAUTHENTICATED", "A session is needed");
      warnOfAnonymous();
      await requireAccess("sessionAuthorizer", null, context, canAccess);
      return true;
    }
    await requireAccess("sessionAuthorizer", session, context, canAccess);
    const until = expiresAt(session);
    return {
      userId: user,
      expiresAt: typeof until === "string" ? new Date(until) : until,
      facts: facts?.(session),
    };
  };
}

function memberOf(value: unknown, name: string): unknown {
  return isPlainObject(value) ? value[name] : undefined;
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function userOf(session: object): string | undefined {
  const { session: inner, user } = session as { session?: unknown; user?: unknown };
  return firstText(memberOf(session, "userId"), memberOf(inner, "userId"), memberOf(user, "id"));
}

/** What libraries give of who is nobody: `{ userId: null }`, `{ session: null, user: null }`. */
function isSignedOut(session: object): boolean {
  return ["userId", "user", "session"].some((name) => name in session && memberOf(session, name) == null);
}

function endOf(session: object): Date | string | number | null | undefined {
  const { session: inner } = session as { session?: unknown };
  const found = [session, inner].flatMap((one) => [memberOf(one, "expiresAt"), memberOf(one, "expires")]);
  const end = found.find((one) => one instanceof Date || typeof one === "string" || typeof one === "number");
  return end as Date | string | number | undefined;
}
