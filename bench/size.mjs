// What a page loads for each client entry: bundled and minified by esbuild, without React.
//   node bench/size.mjs       prints a table and writes bench/results/size.json
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

async function bundleOf(entry) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    external: ["react", "react-dom", "react/*"],
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
}

export async function measure() {
  const sizes = {};
  for (const entry of ["millrace/client", "millrace/react"]) {
    const bundle = await bundleOf(entry);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    sizes[entry] = {
      minified: bundle.length,
      gzip: gzipSync(bundle, { level: 9 }).length,
      brotli: brotliCompressSync(bundle, quality).length,
    };
  }
  return sizes;
}

if (process.argv[1] === import.meta.filename) {
  const sizes = await measure();
  console.log("Bytes that a page loads, React not counted:");
  console.table(sizes);
  mkdirSync(join(root, "bench/results"), { recursive: true });
  writeFileSync(join(root, "bench/results/size.json"), `${JSON.stringify(sizes, null, 2)}\n`);
}
