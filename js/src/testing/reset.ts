import { reset } from "../shared/reset.js";

/**
 * Forgets what is left over from a test: connections that no component uses any more, which are otherwise kept for a moment,
 * so that the next test with the same URL does not show the last one's data. Where the test runner has a global `afterEach`,
 * importing `millrace/testing` at the top of a test file has it called after each test; and without it, too, where components are unmounted in React's test environment
 * (`IS_REACT_ACT_ENVIRONMENT`), as by Testing Library's `cleanup()`.
 * A component that is mounted meanwhile shows the state `"disconnected"`, until its `start()`.
 *
 * @example
 * import { resetMillrace } from "millrace/testing";
 * afterEach(resetMillrace); // for a runner without globals
 */
export function resetMillrace(): void {
  reset();
}

const { afterEach } = globalThis as { readonly afterEach?: (run: () => void) => void };
try {
  if (typeof afterEach === "function") afterEach(resetMillrace);
} catch {
  // It is imported inside of a test, where none can be registered.
}
