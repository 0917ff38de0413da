import { clearTimeout, setTimeout } from "node:timers";
import { SSEError } from "../../shared/errors.js";
import { environment } from "../lifecycle/environment.js";

export const DEFAULT_AUTHORIZE_MS = 10_000;

/** By the hub's name. */
function limits(): Map<string, number> {
  return environment().state("authorize timeouts", () => new Map());
}

/** From now on those who are asked who may read this hub have so long, in this thread. */
export function setAuthorizeTimeout(hubName: string, ms: number): void {
  limits().set(hubName, ms);
}

/**
 * What code of the application's answers that decides who may read.
 *
 * @throws what it throws; SSEError `TIMED_OUT` where it takes longer than the hub's `authorizeTimeoutMs`: what it answers then is not looked at.
 */
export async function answerInTime(hubName: string, what: string, run: () => unknown): Promise<unknown> {
  const answer = run();
  if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") return answer;
  const ms = limits().get(hubName) ?? DEFAULT_AUTHORIZE_MS;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SSEError("TIMED_OUT", `${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
