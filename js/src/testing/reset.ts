import { reset } from "../shared/reset.js";

/**
 * Forgets what is left over from a test: connections that no component uses any more, which are otherwise kept for a moment,
 * so that the next test with the same URL does not show the last one's data. Called after each test by itself, where the test
 * runner has a global `afterEach`; and without it, too, where components are unmounted in React's test environment
 * (`IS_REACT_ACT_ENVIRONMENT`), as by Testing Library's `cleanup()`.
 *
 * @example
 * import { resetMillrace } from "millrace/testing";
 * afterEach(resetMillrace); // for a runner without globals
 */
export function resetMillrace(): void {
  reset();
}

const { afterEach } = globalThis as { readonly afterEach?: (run: () => void) => void };
if (typeof afterEach === "function") afterEach(resetMillrace);
