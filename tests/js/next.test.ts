import { resolve } from "node:path";
import { register, withMillrace } from "../../js/src/next/index.js";

test("register is content where the addon loads", async () => {
  await expect(register()).resolves.toBeUndefined();
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

test("withMillrace names the files from the app's folder, wherever that is", () => {
  try {
    process.chdir("examples/nextjs");
    expect(withMillrace({}).outputFileTracingIncludes["/*"]).toContain("../../js/native/index.cjs");
  } finally {
    process.chdir(resolve(import.meta.dirname, "../.."));
  }
});
