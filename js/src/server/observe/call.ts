import { runGuarded } from "./guarded.js";
import { reportError } from "./report.js";
import type { UserCode } from "./user-code.js";

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
  runGuarded(
    () => user?.(value),
    (error) => reportError(hubName, code, error),
  );
}
