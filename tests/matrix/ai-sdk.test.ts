// The AI SDK's own example of resumable streams, as its package documents it, with the diff of our guide applied: of this tree's version, and of the next one,
// which asks for Node 22.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { launchChromium } from "../../scripts/lib/chromium.mjs";
import { nextBin } from "../../scripts/lib/next.mjs";

import { type RunningServer, run, startServer } from "../package/command.js";

const MINUTES = 60_000;
const root = join(import.meta.dirname, "../..");
const work = process.env.MILLRACE_MATRIX_WORK ?? "";
const WHOLE = Array.from({ length: 100 }, (_, n) => `w${n} `).join("");

/** A file of the example, by its name in the documentation. */
function exampleOf(app: string, filename: string): string {
  const guide = join(app, "node_modules/ai/docs/04-ai-sdk-ui/03-chatbot-resume-streams.mdx");
  const [, code] = readFileSync(guide, "utf8").split(`\`\`\`ts filename="${filename}"\n`);
  if (code === undefined) throw new Error(`The documentation has no ${filename}`);
  return code.slice(0, code.indexOf("```"));
}

/** The diff of the guide: the files that it is for, the line that goes, and the one that comes. */
function guideDiff(): { files: string[]; before: string; after: string } {
  const guide = readFileSync(join(root, "docs/guides/ai-sdk.md"), "utf8");
  const [, diff = ""] = /```diff\n(.*?)```/s.exec(guide.slice(guide.indexOf("## From `resumable-stream`"))) ?? [];
  const lines = diff.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(5);
  const [before = "", after = ""] = ["-", "+"].map((sign) => lines.find((line) => line.startsWith(sign))?.slice(1));
  return { files: lines.filter((line) => line.startsWith(" // ")).map((line) => line.slice(4)), before, after };
}

function writeExample(app: string): void {
  const { files, before, after } = guideDiff();
  expect(files).toEqual(["app/api/chat/route.ts", "app/api/chat/[id]/stream/route.ts"]);
  for (const file of files) {
    const code = exampleOf(app, file);
    expect(code.split(before)).toHaveLength(2);
    mkdirSync(dirname(join(app, file)), { recursive: true });
    writeFileSync(join(app, file), code.replace(before, after));
  }
}

const partsOf = (text: string) =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? "") as { type: string; delta?: string });
const textOf = (text: string) =>
  partsOf(text)
    .map(({ delta = "" }) => delta)
    .join("");

async function resumesByHttp({ url }: RunningServer): Promise<void> {
  const message = { id: "u1", role: "user", parts: [{ type: "text", text: "Go" }] };
  const posted = await fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: "http", message }),
  });
  expect(posted.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1");
  const reader = posted.body?.getReader();
  let seen = "";
  while (!textOf(seen).includes("w5 ")) seen += Buffer.from((await reader?.read())?.value ?? []).toString();
  await reader?.cancel();
  const resumed = await Promise.all([1, 2].map(() => fetch(`${url}/api/chat/http/stream`)));
  const texts = await Promise.all(resumed.map((response) => response.text()));
  for (const text of texts) {
    expect(textOf(text)).toBe(WHOLE);
    expect(partsOf(text)[0]?.type).toBe("start");
    expect(text.trimEnd().endsWith("data: [DONE]")).toBe(true);
  }
  // `saveChat` is not waited for, so the end is noted a moment later.
  for (let status = 200; status !== 204; ) ({ status } = await fetch(`${url}/api/chat/http/stream`));
  expect((await fetch(`${url}/api/chat/nobody/stream`)).status).toBe(204);
}

async function resumesInChromium(url: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("#status")?.textContent === "ready");
    await page.click("button");
    for (const word of ["w10 ", "w30 "]) {
      await page.waitForFunction((word) => document.querySelector(".assistant")?.textContent?.includes(word), word);
      await page.reload();
    }
    await page.waitForFunction(() => document.querySelector(".assistant")?.textContent?.includes("w99 "));
    expect(await page.locator(".assistant").allTextContents()).toEqual([WHOLE]);
  } finally {
    await browser.close();
  }
}

test.each([
  ["6", process.execPath],
  ["7", join(work, "tools/node_modules/node-22/bin/node")],
])(
  "the example of version %s, with the diff of the guide; and createChat with our transport",
  async (version, node) => {
    const app = join(work, `ai-sdk-${version}`);
    writeExample(app);
    const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", NODE_OPTIONS: "" };
    await run(node, [nextBin(app), "build"], app, env);
    const server = await startServer(node, [nextBin(app), "start", "--hostname", "127.0.0.1"], app, env);
    try {
      await resumesByHttp(server);
      await resumesInChromium(server.url);
      await resumesInChromium(`${server.url}/ours`);
    } finally {
      await server.stop();
    }
  },
  5 * MINUTES,
);
