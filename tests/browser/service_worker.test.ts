// The client in a service worker, where import() is forbidden: as one file it works, in parts it says what to do.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { connectBrowser } from "./support/browser.js";

const MINUTE = 60_000;
const root = join(import.meta.dirname, "../..");

const worker = `
import { SSEClient } from "millrace/client";
self.addEventListener("message", ({ source }) => {
  const client = new SSEClient("/events");
  client.addEventListener("error", ({ error }) => error && source.postMessage([error.code, error.message, client.readyState]));
  client.addEventListener("message", ({ data }) => source.postMessage([data]));
});`;

/** The worker's files by their path. */
async function bundle(name: string, splitting: boolean): Promise<[string, string][]> {
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: root },
    bundle: true,
    splitting,
    format: "esm",
    minify: true,
    platform: "browser",
    write: false,
    outdir: "/",
    entryNames: name,
  });
  return outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]);
}

let browser: Browser;
let server: Server;
let page: Page;

beforeAll(async () => {
  const files = new Map([...(await bundle("parts", true)), ...(await bundle("one", false))]);
  server = createServer(({ url = "" }, res) => {
    if (url === "/events") res.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: hello\n\n");
    else if (files.has(url)) res.writeHead(200, { "Content-Type": "text/javascript" }).end(files.get(url));
    else res.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await connectBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}, MINUTE);

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** What the worker tells first. */
const firstOf = (name: string) =>
  page.evaluate(async (file) => {
    const { serviceWorker } = navigator;
    const scope = `/${file}/`;
    const { installing, active } = await serviceWorker.register(`/${file}.js`, { type: "module", scope });
    const told = new Promise((resolve) => serviceWorker.addEventListener("message", ({ data }) => resolve(data)));
    serviceWorker.startMessages();
    (installing ?? active)?.postMessage("begin");
    return told;
  }, name);

test(
  "bundled as one file, it receives events",
  async () => {
    expect(await firstOf("one")).toEqual(["hello"]);
  },
  MINUTE,
);

test(
  "bundled in parts, it fails once and for all, with what to do",
  async () => {
    const closed = 2;
    expect(await firstOf("parts")).toEqual(["UNSUPPORTED_RUNTIME", "Bundle the service worker as one file", closed]);
  },
  MINUTE,
);
