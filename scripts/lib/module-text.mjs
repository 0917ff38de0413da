// The bytes of a WebAssembly module as characters of a JavaScript string; js/src/core/wasm/module-text.ts makes them bytes again.

/** Of the 71 values, from "#" on; "<" could end a script that stands in a page, and a backslash would have to be doubled. */
const character = (value) => {
  const code = 35 + value;
  const withoutLess = code >= 60 ? code + 1 : code;
  return String.fromCharCode(withoutLess >= 92 ? withoutLess + 1 : withoutLess);
};

/** So many bytes take one character: of the numbers that were tried, the one with which brotli makes least of the text. */
const SINGLES = 68;

/**
 * One character for a byte below {@link SINGLES}, as most of a module's are; otherwise two: how many times that number it
 * holds, as a value behind those of the bytes, and the rest. Bytes stay whole, so brotli finds in it almost what it finds in the
 * module.
 */
export const toModuleText = (bytes) =>
  Array.from(bytes, (byte) => {
    const times = Math.floor(byte / SINGLES);
    return (times > 0 ? character(SINGLES - 1 + times) : "") + character(byte % SINGLES);
  }).join("");
