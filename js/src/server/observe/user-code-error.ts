import { isRefusal } from "../../shared/refusals.js";
import { readable } from "./readable-error.js";
import { reportError } from "./report.js";
import type { UserCode } from "./user-code.js";

/** Refusals, which the application's code may throw, are thrown as they are; other errors of it as a {@link UserCodeError}. */
export async function runUserCode<Answer>(code: UserCode, run: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (thrown) {
    const error = readable(thrown);
    throw isRefusal(error) ? error : new UserCodeError(code, error);
  }
}

/** Code of the application's has thrown. */
class UserCodeError extends Error {
  readonly code: UserCode;

  constructor(code: UserCode, cause: unknown) {
    super(`${code} has thrown`, { cause });
    this.code = code;
  }
}

/** Reports the error that a request could not be answered with. */
export function reportFailure(
  hubName: string,
  error: unknown,
  channels: readonly string[],
  traceId: string | undefined,
): void {
  const isUsers = error instanceof UserCodeError;
  reportError(hubName, isUsers ? error.code : "request", isUsers ? error.cause : error, channels, traceId);
}
