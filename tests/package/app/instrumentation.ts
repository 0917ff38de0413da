import { register as registerMillrace } from "millrace/next";

/** Without it the app is as one that has no instrumentation. */
export async function register(): Promise<void> {
  if (process.env.WITHOUT_REGISTER !== undefined) return;
  await registerMillrace({ drain: { withinMs: 3000, retryFromMs: 1000, retrySpreadMs: 5000 } });
}
