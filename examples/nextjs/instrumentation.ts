/** Next.js compiles this for the edge runtime, too, which has no native addons. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const millrace = await import("millrace/next");
  millrace.register();
}
