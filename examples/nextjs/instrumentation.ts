/** Next.js compiles this for the edge runtime, too, which has no native addons. */
export async function register(): Promise<void> {
  // Only this form, with the import inside, tells webpack to leave it out there.
  if (process.env.NEXT_RUNTIME === "nodejs") (await import("millrace/next")).register();
}
