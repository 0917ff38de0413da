/** On the console, whatever it makes of the error: the way to print one may throw itself. */
export function print(what: string, error: unknown): void {
  try {
    console.error(what, error);
  } catch {
    console.error(what, "an error that cannot be printed");
  }
}
