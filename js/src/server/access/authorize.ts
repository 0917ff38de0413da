import { describe, isPlainObject, isWellFormed } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { reportOnce } from "../observe/report.js";
import type { RequestLike } from "./request-like.js";

/** A request to read channels, as an authorizer sees it. */
export interface AuthorizeContext {
  readonly request: RequestLike;
  readonly channels: readonly string[];
  readonly userId: string | undefined;
}

/** What {@link Authorize} answers: see there. */
export type AuthorizeAnswer = boolean | { readonly userId?: string | null | undefined };

/**
 * Says whether the client may read the channels: `true`, or an object with the `userId` that counts towards `limits.perUser`,
 * lets it in. `false`, and an object without a `userId` (that is what `{ userId: session?.user?.id }` gives without a session),
 * refuse with 403. So does any other answer, a forgotten `return` for one, and it is reported as the hub's `error`. It may throw
 * an SSEError `BAD_REQUEST`, `UNAUTHENTICATED`, `FORBIDDEN` or `NO_SUCH_CHANNEL`, which is answered with its status; whatever
 * else it throws is answered with 500.
 */
export type Authorize = (context: AuthorizeContext) => AuthorizeAnswer | Promise<AuthorizeAnswer>;

/** Asks the authorizer. Gives the user that the connection counts for; throws the refusal. */
export async function ask(
  hubName: string,
  authorize: Authorize,
  context: AuthorizeContext,
): Promise<string | undefined> {
  // A copy: changing it must not change which channels are joined.
  const answer: unknown = await authorize({ ...context, channels: [...context.channels] });
  if (answer === true) return context.userId;
  if (isPlainObject(answer) && Object.keys(answer).every((name) => name === "userId")) {
    const userId = Object.hasOwn(answer, "userId") ? answer.userId : undefined;
    if (typeof userId === "string" && userId !== "" && isWellFormed(userId)) return userId;
    if (userId === undefined || userId === null) throw forbidden();
  } else if (answer === false) throw forbidden();
  const what = `authorize must answer true, false or { userId: "…" }, not ${described(answer)}; the client was refused`;
  reportOnce(hubName, "authorize", what, context.channels);
  throw forbidden();
}

function forbidden(): SSEError {
  return new SSEError("FORBIDDEN", "The client may not read these channels");
}

function describedUser(userId: unknown): string {
  if (userId === "") return "empty";
  return typeof userId === "string" ? "a text with half of a surrogate pair" : describe(userId);
}

/** Never a text itself, which may be a token. */
function described(answer: unknown): string {
  if (typeof answer === "string") return "a text";
  if (isPlainObject(answer)) {
    const names = Object.keys(answer).slice(0, 5);
    return names.includes("userId") && names.length === 1
      ? `an object whose userId is ${describedUser(answer.userId)}`
      : `an object with ${names.join(", ")}`;
  }
  return typeof answer === "object" && answer !== null ? `an object of ${answer.constructor?.name}` : describe(answer);
}
