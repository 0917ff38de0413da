/** The same number as in scripts/lib/module-text.mjs. */
const SINGLES = 68;

/** The bytes of a WebAssembly module that stands in a JavaScript string, as scripts/lib/module-text.mjs wrote it. */
export function fromModuleText(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let high = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const value = code - 35 - Number(code > 60) - Number(code > 92);
    if (value < SINGLES) {
      bytes.push(high + value);
      high = 0;
    } else {
      high = (value - SINGLES + 1) * SINGLES;
    }
  }
  return Uint8Array.from(bytes);
}
