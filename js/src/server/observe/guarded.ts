/**
 * Runs code of a user's. What it throws, or what the promise rejects with that it returns, goes to `onError`; what that promise
 * resolves to, to `onLater`.
 */
export function runGuarded(
  run: () => unknown,
  onError: (error: unknown) => void,
  onLater?: (value: unknown) => void,
): void {
  try {
    const returned = run() as PromiseLike<unknown> | null | undefined;
    if (typeof returned?.then === "function") returned.then(onLater, onError);
  } catch (error) {
    onError(error);
  }
}
