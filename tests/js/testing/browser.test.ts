import { build } from "esbuild";

test("what helps to test is bundled for browsers, too, without anything of Node's or of the addon", async () => {
  const { metafile } = await build({
    stdin: { contents: 'export * from "millrace/testing";', resolveDir: process.cwd() },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => /dist\/esm\/server/.test(file));
  expect(inputs.map((file) => file.replace(/.*server\//, "")).sort()).toEqual(["content/message.js"]);
});
