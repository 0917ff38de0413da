import { register, withMillrace } from "../../js/src/next/index.js";

test("register is content where the addon loads", async () => {
  await expect(register()).resolves.toBeUndefined();
});

test("withMillrace adds itself once and keeps the rest", () => {
  expect(withMillrace({ reactStrictMode: true })).toEqual({
    reactStrictMode: true,
    serverExternalPackages: ["millrace"],
  });
  const once = withMillrace({ serverExternalPackages: ["sharp"] });
  expect(once).toEqual({ serverExternalPackages: ["sharp", "millrace"] });
  expect(withMillrace(once)).toEqual(once);
});
