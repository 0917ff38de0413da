import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";
import { runUserCode } from "../observe/user-code-error.js";
import { answerInTime } from "./answer-in-time.js";
import { forbidden } from "./authorize.js";
import type { RequestLike } from "./request-like.js";
import { isNo } from "./yes-or-no.js";

/** Says whether a client is banned: `true`, or `false`. */
export type IsBanned = (client: {
  readonly request: RequestLike;
  readonly userId: string | undefined;
}) => boolean | Promise<boolean>;

/** By the hub's name: functions belong to one thread. */
function lists(): Map<string, IsBanned> {
  return environment().state("ban lists", () => new Map());
}

export function setBanList(hubName: string, isBanned: IsBanned): void {
  lists().set(hubName, isBanned);
}

/** @throws SSEError `FORBIDDEN`; `NO_AUTHORIZER` where the hub has a list, and this thread does not. */
export async function requireNotBanned(
  hubName: string,
  request: RequestLike,
  userId: string | undefined,
): Promise<void> {
  if (!environment().hub(hubName).hasBanList()) return;
  const isBanned = lists().get(hubName);
  if (isBanned === undefined) {
    const what = `The hub "${hubName}" has isBanned, but not in this thread: import the module here that gives it to createHub`;
    throw new SSEError("NO_AUTHORIZER", what);
  }
  const answer = await runUserCode("authorize", () =>
    answerInTime(hubName, "isBanned", () => isBanned({ request, userId })),
  );
  if (!isNo(hubName, "isBanned", answer)) throw forbidden();
}
