/** Longer ids are none to resume from, in bytes of UTF-8: servers limit a request's head, to 8 or 16 KB mostly. */
const MOST_CURSOR_BYTES = 4096;

/**
 * Whether an id can be sent back as `Last-Event-ID`. A header holds no control characters and loses the spaces at its ends:
 * `fetch` refuses the request, or the server gets another id than it gave.
 *
 * @example
 * canBeSent("a\tb"); // false
 */
export function canBeSent(id: string): boolean {
  if (/[^ -~\x80-\uffff]|^ | $/.test(id)) return false;
  // No UTF-16 unit has more than three bytes.
  return id.length * 3 <= MOST_CURSOR_BYTES || new TextEncoder().encode(id).length <= MOST_CURSOR_BYTES;
}
