/** On the console, whatever it makes of the error. Never throws: the way to print one may, and so may what has taken the console's place. */
export function print(what: string, error: unknown): void {
  try {
    console.error(what, error);
  } catch {
    try {
      console.error(what, "an error that cannot be printed");
    } catch {
      // there is nobody to tell
    }
  }
}
