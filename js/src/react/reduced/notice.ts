import type { EventSourceSnapshot } from "../types.js";

/** What to tell the user where events do not come as they should; null where they do. */
export function noticeOf({ state, transport, error, completed, attempts }: EventSourceSnapshot): string | null {
  if (completed) return null;
  if (state === "error")
    return error === null ? "The connection has ended" : `The connection has ended: ${error.message}`;
  if (transport === "polling") return "Live updates do not come through: the page asks for news every few seconds";
  const isAgain = state === "reconnecting" || (state === "connecting" && attempts > 0);
  return isAgain ? "The connection is lost: trying to connect again" : null;
}
