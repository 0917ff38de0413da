/** A part of a URL. Half of a surrogate pair, which none can have, is U+FFFD in it, as it is in UTF-8. */
export function encodePart(text: string): string {
  // Browsers have it; TypeScript's es2023 does not.
  return encodeURIComponent((text as { toWellFormed?(): string }).toWellFormed?.() ?? text);
}
