import { fromModuleText } from "../../js/src/core/wasm/module-text.js";
import { toModuleText } from "../../scripts/lib/module-text.mjs";

test("every byte becomes characters that a double-quoted string holds as they are, and back", () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, at) => (at < 256 ? at : 511 - at));
  const text = toModuleText(bytes);
  expect(text).toMatch(/^[^"\\<\s]+$/);
  expect(fromModuleText(text)).toEqual(bytes);
});
