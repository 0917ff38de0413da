import { requireOneOf } from "../../shared/misspelt.js";
import { environment } from "../lifecycle/environment.js";

/** Whether clients who are nobody are let in: `"demo"`. Default `"required"`: they are not. */
export type AuthMode = "required" | "demo";

const MODES: readonly AuthMode[] = ["required", "demo"];
const VARIABLE = "REQUIRE_SSE_AUTH";

/**
 * Whether who has no token, or no session, is let in: by the option, or by the environment's `REQUIRE_SSE_AUTH`, which is true where it is not set. `true`
 * there is stronger than the option.
 *
 * @throws TypeError for what is neither true nor false, nor a mode.
 */
export function letsAnonymousIn(mode: AuthMode | undefined): boolean {
  if (mode !== undefined) requireOneOf("mode", mode, MODES);
  const said = process.env[VARIABLE]?.trim().toLowerCase();
  if (said !== undefined && said !== "true" && said !== "false") {
    throw new TypeError(`${VARIABLE} must be true or false, not ${JSON.stringify(process.env[VARIABLE])}`);
  }
  return said === undefined ? mode === "demo" : said === "false";
}

/** Says once in this thread that nobody has to be anybody. */
export function warnOfAnonymous(): void {
  const told = environment().state("anonymous clients", () => ({ isTold: false }));
  if (told.isTold) return;
  told.isTold = true;
  console.warn(`Millrace: clients without a token or a session are let in (mode "demo", or ${VARIABLE}=false)`);
}
