// The bytes of a WebAssembly module as characters of a JavaScript string; js/src/core/wasm/module-text.ts makes them bytes again.

/** Of the 67 values, from "#" on; "<" could end a script that stands in a page, and a backslash would have to be doubled. */
const character = (value) => {
  const code = 35 + value;
  const withoutLess = code >= 60 ? code + 1 : code;
  return String.fromCharCode(withoutLess >= 92 ? withoutLess + 1 : withoutLess);
};

/**
 * One character for a byte below 64, as most of a module's are; otherwise two: 63 and the byte's highest two bits, and its
 * other six. Bytes stay whole, so brotli finds in it almost what it finds in the module.
 */
export const toModuleText = (bytes) =>
  Array.from(bytes, (byte) => (byte < 64 ? character(byte) : character(63 + (byte >> 6)) + character(byte & 63))).join(
    "",
  );
