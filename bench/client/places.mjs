// Where the clients run: each workload has a program or a page of its own, so that what the engine has learnt from one does
// not change another. A place: { measure(id, options) → rounds, version, close() }.
import { join } from "node:path";
import { build } from "esbuild";
import { launchChromium } from "../../scripts/lib/chromium.mjs";
import { end, root, start } from "../../scripts/lib/process.mjs";

async function measureInNode(id, options) {
  const child = start(process.execPath, [join(root, "bench/client/in-node.mjs"), id, JSON.stringify(options)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    const { rounds, problem } = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code, signal) => reject(new Error(`in-node.mjs ended: ${signal ?? code}`)));
    });
    if (problem) throw new Error(problem);
    return rounds;
  } finally {
    await end(child);
  }
}

const openNode = () => ({ measure: measureInNode, version: process.version, close: () => {} });

async function openChromium() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "bench/client/measure.mjs")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "clientBench",
    target: "es2022",
    platform: "browser",
    logLevel: "error",
  });
  const browser = await launchChromium();
  return {
    async measure(id, options) {
      const page = await browser.newPage();
      try {
        await page.addScriptTag({ content: outputFiles[0].text });
        return await page.evaluate(([id, options]) => globalThis.clientBench.measure(id, options), [id, options]);
      } finally {
        await page.close();
      }
    },
    version: browser.version(),
    close: () => browser.close(),
  };
}

export const places = { chromium: openChromium, node: openNode };
