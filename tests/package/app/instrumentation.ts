import { register as registerMillrace } from "millrace/next";

/** Without it the app is as one that has no instrumentation. */
export async function register(): Promise<void> {
  if (process.env.WITHOUT_REGISTER === undefined) await registerMillrace();
}
