/** Checks that an options argument is an object, or left out. */
export function requireOptions(options: unknown): void {
  if (options === null || typeof options !== "object") throw new TypeError("options must be an object");
}

/**
 * Checks an option that is a whole number.
 *
 * @throws TypeError naming the option where it is no number; RangeError where it is no whole number in the range.
 */
export function requireWhole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}
