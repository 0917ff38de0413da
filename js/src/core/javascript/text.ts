/** A value of the stream, decoded. */
export interface Text {
  readonly text: string;
  /** Its length in the stream, in bytes. */
  readonly size: number;
  /** False where the bytes were not UTF-8, and the text holds U+FFFD in their place. */
  readonly wellFormed: boolean;
}

// A U+FEFF inside the stream is content: the parser takes off the one at the start.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const byteDecoder = new TextDecoder("windows-1252");

/** Up to here, in bytes, a text of ASCII is made from its codes: a TextDecoder costs some 200 ns a call. */
const SHORT_BYTES = 96;

function shortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > SHORT_BYTES) return undefined;
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] as number) >= 0x80) return undefined;
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** Decodes UTF-8 as WHATWG Encoding has it: U+FFFD for each maximal subpart of what is none. */
export function decodeText(bytes: Uint8Array): Text {
  const ascii = shortAscii(bytes);
  if (ascii !== undefined) return { text: ascii, size: bytes.length, wellFormed: true };
  const text = decoder.decode(bytes);
  return { text, size: bytes.length, wellFormed: !text.includes("\uFFFD") || isWellFormed(bytes) };
}

// The stream may well hold a U+FFFD of its own.
function isWellFormed(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * A string that is equal for equal bytes only, unlike the text where it holds U+FFFD for different bytes. No id's text
 * begins with NUL.
 */
export function identityOf(id: Text, bytes: Uint8Array): string {
  return id.wellFormed ? id.text : `\0${byteDecoder.decode(bytes)}`;
}
