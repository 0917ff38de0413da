/** Longer ids are none to resume from, in bytes of UTF-8: servers limit a request's head, to 8 or 16 KB mostly. */
const MOST_CURSOR_BYTES = 4096;

/**
 * Why an id cannot be sent back as `Last-Event-ID`; undefined for one that can. A header holds no control characters and
 * loses the spaces at its ends: `fetch` refuses the request, or the server gets another id than it gave.
 *
 * @example
 * cursorFault("a\tb"); // "has a control character"
 */
export function cursorFault(id: string): string | undefined {
  if (/[^ -~\x80-\uffff]/.test(id)) return "has a control character";
  if (/^ | $/.test(id)) return "has a space at an end";
  // No UTF-16 unit has more than three bytes.
  const isLong = id.length * 3 > MOST_CURSOR_BYTES && new TextEncoder().encode(id).length > MOST_CURSOR_BYTES;
  return isLong ? `is longer than ${MOST_CURSOR_BYTES} bytes` : undefined;
}
