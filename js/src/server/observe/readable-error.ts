import { isObjectLike } from "../../shared/arguments.js";

/** What is looked at of an error, here and by loggers. */
const MEMBERS = ["name", "message", "stack", "code", "cause", "category", "retryAfterMs"];

/**
 * What was thrown or, in place of an object that throws when it is looked at, an error that says so: a revoked proxy for one. What user code
 * throws goes through here before anything is asked of it.
 */
export function readable(thrown: unknown): unknown {
  if (!isObjectLike(thrown)) return thrown;
  try {
    for (const name of MEMBERS) Reflect.get(thrown, name);
    void (thrown instanceof Error);
    return thrown;
  } catch {
    return new Error("What was thrown throws when it is looked at");
  }
}
