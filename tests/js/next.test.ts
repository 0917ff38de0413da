import { resolve } from "node:path";
import { register, withMillrace } from "../../js/src/next/index.js";

test("register is content where the addon loads", async () => {
  await expect(register()).resolves.toBeUndefined();
});

const wrong: [object, RegExp][] = [
  [{ drian: false }, /^register has no option "drian": is it "drain"\?$/],
  [{ drain: { within: 5 } }, /^drain has no option "within": is it "withinMs"\?$/],
  [{ drain: { withinMs: Number.NaN } }, /^withinMs must be a number of at least 0, not NaN$/],
  [{ drain: { signals: ["SIGTRM"] } }, /^signals cannot be "SIGTRM": is it "SIGTERM"\?$/],
  [{ drain: true }, /^drain must be an object, not boolean$/],
  [{ drain: null }, /^drain must be an object, not null$/],
];

test.each(wrong)("register refuses %j while the app is developed already", async (options, message) => {
  await expect(register(options)).rejects.toThrow(message);
  await expect(register(options)).rejects.toThrow(TypeError);
});

test("withMillrace has every route take the addon along, leaves the bundling alone, and keeps the rest", () => {
  const files = ["../../package.json", "index.cjs", "*/*.node"].map((name) => `js/native/${name}`);
  expect(withMillrace({ reactStrictMode: true })).toEqual({
    reactStrictMode: true,
    outputFileTracingIncludes: { "/*": files },
  });
  const once = withMillrace({ outputFileTracingIncludes: { "/*": ["own.txt"], "/api": ["other.txt"] } });
  expect(once).toEqual({ outputFileTracingIncludes: { "/*": ["own.txt", ...files], "/api": ["other.txt"] } });
  expect(withMillrace(once)).toEqual(once);
});

test.each([() => ({}), undefined, null, "standalone"])("withMillrace refuses what it would lose: %p", (config) => {
  expect(() => withMillrace(config as object)).toThrow(/^withMillrace takes a configuration object/);
});

test("withMillrace names the files from the app's folder, wherever that is", () => {
  try {
    process.chdir("examples/nextjs");
    expect(withMillrace({}).outputFileTracingIncludes["/*"]).toContain("../../js/native/index.cjs");
  } finally {
    process.chdir(resolve(import.meta.dirname, "../.."));
  }
});
