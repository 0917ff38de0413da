import type { SSEError } from "../../shared/errors.js";
import type { EventSourceSnapshot } from "../types.js";

/** What to tell the user where events do not come as they should; null where they do. */
export function noticeOf({
  state,
  transport,
  error,
  completed,
  attempts,
  isConnected,
}: EventSourceSnapshot): string | null {
  if (completed) return null;
  if (state === "error") {
    if (error === null) return "The connection has ended";
    return `The connection has ended: ${wordsOf(error)}`;
  }
  if (transport === "polling" && isConnected)
    return "Live updates do not come through: the page asks for news every few seconds";
  const isAgain = state === "reconnecting" || (state === "connecting" && attempts > 0);
  return isAgain ? "The connection is lost: trying to connect again" : null;
}

/** In words for the user, where the server has some. */
export function wordsOf({ problem, message }: SSEError): string {
  const { detail } = Object(problem);
  return typeof detail === "string" ? detail : message;
}
