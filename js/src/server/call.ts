import { reportError, type UserCode } from "./report.js";

/**
 * Calls a user's function. What it throws, or what the promise rejects with that it returns, is reported, and nobody else's
 * events are lost by it.
 */
export function callUser<Value>(
  hubName: string,
  code: UserCode,
  user: ((value: Value) => unknown) | undefined,
  value: Value,
): void {
  try {
    const returned = user?.(value);
    if (isThenable(returned)) returned.then(undefined, (error: unknown) => reportError(hubName, code, error));
  } catch (error) {
    reportError(hubName, code, error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
