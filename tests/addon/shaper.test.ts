// What a policy does to data, without a channel: what logs and errors go through.
import { nativeModule } from "../../js/src/native/load-native.js";
import { requireBinding } from "../../js/src/native/require-binding.js";

const { Shaper } = requireBinding(nativeModule);
const redact = { keys: [], paths: [], patterns: [], emails: false };

test("gives what has changed, and null for what has not", () => {
  const shaper = new Shaper({ redact, maxBytes: 256, oversize: "truncate" });
  expect(shaper.shape('{"password":"x"}', false)).toBe('{"password":"[REDACTED]"}');
  expect(shaper.shape('{"clean":1}', false)).toBeNull();
  expect(shaper.shape("PASSWORD=hunter2 y", true)).toBe("PASSWORD=[REDACTED] y");
  expect(shaper.shape(JSON.stringify("ä".repeat(500)), false)).toMatch(/^"ä+…\[cut \d+ bytes\]"$/);
  expect(new Shaper({}).shape('{"password":"x"}', false)).toBeNull();
});

test("arguments of a wrong type are refused", () => {
  const shaper = new Shaper({});
  expect(() => new (Shaper as unknown as new (settings: unknown) => object)(undefined)).toThrow(
    "settings must be an object",
  );
  expect(() => new Shaper({ maxBytes: -1 })).toThrow("maxBytes must be a number");
  expect(() => shaper.shape(1 as unknown as string, false)).toThrow("text must be a string");
  expect(() => shaper.shape("", undefined as unknown as boolean)).toThrow("isRaw must be true or false");
});
