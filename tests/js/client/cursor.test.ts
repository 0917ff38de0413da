import { canBeSent } from "../../../js/src/client/stream/cursor.js";

test.each([
  "",
  "1",
  "k3f9.42",
  "a b",
  "naïve",
  "日本語.1",
  "🚂",
  "\u0080\u009f\uffff",
  "!~",
  "x".repeat(4096),
  "é".repeat(2048),
  "日".repeat(1365),
  "🚂".repeat(1024),
])("an id that can be sent back: %j", (id) => {
  expect(canBeSent(id)).toBe(true);
});

const CONTROLS = [...Array.from({ length: 32 }, (_, code) => code), 127].map((code) => String.fromCharCode(code));

test.each(CONTROLS)("a control character, anywhere: %j", (control) => {
  for (const id of [control, `${control}a`, `a${control}b`, `a${control}`]) {
    expect(canBeSent(id)).toBe(false);
  }
});

test.each([" ", " a", "a ", "  ", " a b "])("spaces at an end: %j", (id) => {
  expect(canBeSent(id)).toBe(false);
});

test.each<[string, string]>([
  ["ASCII", "x".repeat(4097)],
  ["two bytes each", "é".repeat(2049)],
  ["three bytes each", "日".repeat(1366)],
  ["four bytes each", "🚂".repeat(1025)],
  ["very long", "x".repeat(1_000_000)],
])("more than 4,096 bytes: %s", (_, id) => {
  expect(canBeSent(id)).toBe(false);
});
