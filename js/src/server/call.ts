/**
 * Calls a user's function. What it throws becomes an uncaught exception of its own, as with an EventTarget's listeners, so
 * that nobody else's events are lost by it.
 */
export function callUser<Value>(user: ((value: Value) => unknown) | undefined, value: Value): void {
  try {
    user?.(value);
  } catch (error) {
    throwLater(error);
  }
}

/** Makes it an uncaught exception of its own. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
