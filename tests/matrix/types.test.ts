// The declarations as users compile them: strictly, and with `skipLibCheck` off.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../package/command.js";

const MINUTES = 60_000;
const work = process.env.MILLRACE_MATRIX_WORK ?? "";
const app = join(work, "still");

const server = `
import { broadcast, createHub, createSSEStream, type SSEStream, sseResponse } from "millrace";
import { register, withMillrace } from "millrace/next";
interface Events { news: { text: string } }
const hub = createHub<Events>({ name: "typed" });
export async function GET(request: Request): Promise<Response> {
  const stream: SSEStream = createSSEStream({ request });
  stream.send({ event: "news", data: 1 });
  const signal: AbortSignal = stream.signal;
  signal.addEventListener("abort", () => {});
  return hub.response(request, { channels: ["a"] });
}
export const response: Response = sseResponse(createSSEStream());
export const recipients: number = broadcast("a", "b", {}).recipients;
export { register, withMillrace };
`;
const client = `
import { SSEClient } from "millrace/client";
import { createTape } from "millrace/testing";
const client = new SSEClient<{ news: { text: string } }>("/x", { headers: { a: "b" }, body: "text" });
client.on("news", (data) => { const text: string = data.text; void text; });
client.addEventListener("news", () => {}, { once: true });
export { client, createTape };
`;
const react = `
import { useEventSource } from "millrace/react";
export function useText(): string | undefined {
  return useEventSource<{ news: { text: string } }>("/x").data?.text;
}
`;
const native = `import native = require("millrace/native");\nexport const target: string = native.target;\n`;

const dom = ["dom", "dom.iterable", "es2023"];
const bundler = { module: "esnext", moduleResolution: "bundler" };
const all = { "server.ts": server, "client.ts": client, "react.ts": react };

interface Case {
  readonly options: object;
  readonly files: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Case>> = {
  "a backend: no DOM library, in both kinds of module": {
    options: { module: "nodenext", lib: ["es2023"], types: ["node"] },
    files: { "server.mts": server, "server.cts": server, "client.mts": client },
  },
  "a backend of some years ago": {
    options: { module: "nodenext", target: "es2020", lib: ["es2020"], types: ["node"] },
    files: { "server.mts": server, "server.cts": server, "client.mts": client },
  },
  "nobody asks for Node's types": { options: { ...bundler, lib: dom, types: [] }, files: all },
  "a page alone": { options: { ...bundler, lib: dom, types: [] }, files: { "client.ts": client, "react.ts": react } },
  "a worker": { options: { ...bundler, lib: ["es2023", "webworker"], types: [] }, files: { "client.ts": client } },
  "Next.js's own libraries": {
    options: { ...bundler, lib: ["dom", "dom.iterable", "esnext"], jsx: "preserve", isolatedModules: true },
    files: all,
  },
  "both kinds of module": {
    options: { module: "nodenext", lib: dom },
    files: {
      "a.mts": server,
      "b.mts": client,
      "c.mts": react,
      "a.cts": server,
      "b.cts": client,
      "c.cts": react,
      "d.cts": native,
    },
  },
  "node10, which reads no exports": {
    options: { module: "commonjs", moduleResolution: "node10", lib: dom },
    files: { ...all, "native.ts": native },
  },
};

test.each(Object.entries(cases))(
  "%s",
  async (name, { options, files }) => {
    const folder = join(app, "types", name.replace(/\W+/g, "-"));
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const strict = {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      target: "es2022",
    };
    const config = { compilerOptions: { ...strict, ...options }, files: Object.keys(files) };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    await run(process.execPath, [join(app, "node_modules/typescript/bin/tsc"), "-p", folder], app);
  },
  MINUTES,
);

test(
  "attw finds nothing wrong",
  async () => {
    const attw = join(work, "tools/node_modules/@arethetypeswrong/cli/dist/index.js");
    await run(process.execPath, [attw, process.env.MILLRACE_MATRIX_TARBALL ?? "", "--no-emoji", "--no-color"], work);
  },
  MINUTES,
);
