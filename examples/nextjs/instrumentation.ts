import { register as registerMillrace } from "millrace/next";

export async function register() {
  await registerMillrace();
  if (process.env.NEXT_RUNTIME === "nodejs") await import("./lib/server/revalidation");
}
